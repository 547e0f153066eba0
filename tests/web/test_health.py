"""Supervisors and graphs are told the truth, and told no secrets."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from fastapi.testclient import TestClient

from reviewbot.store.records import DraftState, Job, Notice, Origin
from reviewbot.store.store import Store
from reviewbot.web.pulse import PAUSE, ArchivePulse
from tests.mail import invented
from tests.sources.conftest import Answer, StandIn
from tests.web.conftest import NotingQueue

NOW = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)


def test_a_process_that_answers_lives(client: TestClient) -> None:
    assert client.get("/healthz").json() == {"status": "ok"}


def test_all_that_is_stood_on_answers(client: TestClient, stand_in: StandIn) -> None:
    stand_in.answers["/all/"] = [Answer(200)]
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json() == dict.fromkeys(("status", "database", "queue", "archive"), "ok")
    [(method, path, headers)] = stand_in.asked
    assert (method, path) == ("HEAD", "/all/")
    assert headers["User-Agent"].startswith("reviewbot/")


def test_an_archive_that_is_away_is_told_but_series_are_still_taken(
    client: TestClient, stand_in: StandIn
) -> None:
    stand_in.answers["/all/"] = [Answer(503)]
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json()["status"] == "degraded"
    assert answer.json()["archive"] == "does not answer"


def test_a_queue_that_is_away_sends_callers_elsewhere_and_shows_no_address(
    client: TestClient, queue: NotingQueue
) -> None:
    queue.silent = True
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert (answer.json()["status"], answer.json()["queue"]) == ("unavailable", "does not answer")
    assert answer.json()["database"] == "ok"
    assert "secret" not in answer.text


def test_the_archive_is_asked_once_a_minute(stand_in: StandIn) -> None:
    stand_in.answers["/all/"] = [Answer(503), Answer(200)]
    now = [0.0]
    pulse = ArchivePulse(stand_in.url, clock=lambda: now[0])
    assert [pulse.state(), pulse.state()] == ["does not answer"] * 2
    now[0] = PAUSE
    assert pulse.state() == "ok"
    assert len(stand_in.asked) == 2


def test_metrics_count_what_is_kept(client: TestClient, store: Store) -> None:
    review = invented.series()
    saved = store.series.save(review.series, "")
    review_id = store.reviews.save(saved.revision_id, review, 0.1)
    drafts = invented.drafts("series")
    store.drafts.add(review_id, drafts, "l", DraftState.DRAFT, NOW)
    store.jobs.accept(Notice("x@y", "", Origin.HOOK), "r", _nowhere, now=NOW)
    store.workers.beat("me", "here")
    store.workers.beat("gone", "there", now=NOW - timedelta(days=1))
    lines = client.get("/metrics").text.splitlines()
    assert "reviewbot_series 1.0" in lines
    assert "reviewbot_reviews 1.0" in lines
    assert f'reviewbot_drafts{{state="draft"}} {float(len(drafts))}' in lines
    assert 'reviewbot_jobs{state="waiting"} 1.0' in lines
    assert 'reviewbot_jobs{state="failed"} 0.0' in lines
    assert "reviewbot_workers 1.0" in lines
    [waited] = [line for line in lines if line.startswith("reviewbot_oldest_wait_seconds ")]
    assert float(waited.split()[1]) > 0
    found = [line for line in lines if line.startswith("reviewbot_findings{")]
    new = [finding for patch in review.patches for finding in patch.new]
    assert sum(float(line.split()[-1]) for line in found) == len(new) > 0
    assert f'rule="{new[0].rule}",severity="{new[0].severity}"' in "".join(found)


def test_metrics_of_an_empty_store(client: TestClient) -> None:
    assert "reviewbot_oldest_wait_seconds 0.0" in client.get("/metrics").text


def test_errors_have_one_form(client: TestClient) -> None:
    answer = client.get("/api/nowhere")
    assert answer.status_code == 404
    assert answer.json() == {"error": {"type": "Not Found", "message": "Not Found"}}


def _nowhere(_session: object, _job: Job) -> None:
    pass

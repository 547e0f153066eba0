"""What the webhook takes, what it refuses, and that it answers whatever the archive does."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response

from reviewbot.config import Settings
from reviewbot.config.service import Service
from reviewbot.errors import StoreUnusable
from reviewbot.store.records import Job, JobState, Notice, Origin
from reviewbot.store.store import Store
from reviewbot.web.app import create_app
from reviewbot.web.hooks import LARGEST
from reviewbot.web.signature import sign
from tests.web.conftest import NotingQueue

SECRET = "whsec_d2ltYmxl"
MESSAGE_ID = "wimble-v1-0@wimble.example"


@pytest.fixture
def settings() -> Settings:
    """The archive is an address where nobody answers: the webhook must not ask it."""
    service = Service(hook_secrets=(SECRET,), public_url="https://review.example/bot")
    return Settings(archive="http://127.0.0.1:1/nobody", service=service)


@pytest.fixture
def client(settings: Settings, store: Store, queue: NotingQueue) -> Iterator[TestClient]:
    with TestClient(create_app(settings, store, queue), raise_server_exceptions=False) as client:
        yield client


def body(msgid: str = MESSAGE_ID, **more: object) -> str:
    return json.dumps(
        {"type": "series.created", "timestamp": "now", "data": {"msgid": msgid}, **more}
    )


def deliver(client: TestClient, text: str, headers: dict[str, str] | None = None) -> Response:
    headers = sign(text, SECRET) if headers is None else headers
    return client.post("/hooks/series", content=text.encode(), headers=headers)


def test_a_series_becomes_a_job_that_can_be_asked_after(
    client: TestClient, store: Store, queue: NotingQueue
) -> None:
    answer = deliver(client, body())
    assert answer.status_code == 202
    job = store.jobs.get(answer.json()["job_id"])
    assert job is not None
    assert (job.message_id, job.state, job.origin) == (MESSAGE_ID, JobState.WAITING, Origin.HOOK)
    status_url = f"https://review.example/bot/api/v1/jobs/{job.id}"
    assert answer.json()["status_url"] == answer.headers["Location"] == status_url
    assert queue.queued == [job.id]


def test_the_same_delivery_and_the_same_series_are_the_same_job(
    client: TestClient, queue: NotingQueue
) -> None:
    headers = sign(body(), SECRET)
    answers = [deliver(client, body(), headers), deliver(client, body(), headers)]
    answers.append(deliver(client, body(f"<{MESSAGE_ID}>")))
    assert [answer.status_code for answer in answers] == [202] * 3
    assert len({answer.json()["job_id"] for answer in answers}) == 1
    assert len(queue.queued) == 1


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("no json", "Invalid JSON"),
        ("[]", "send {"),
        (json.dumps({"type": "series.created"}), "data: Field required"),
        (body(type="series.deleted"), "type: Input should be 'series.created'"),
        (body(""), "not a Message-ID"),
        (body("https://evil.example/all/x@y/"), "not a Message-ID"),
        (body("two words@wimble.example"), "not a Message-ID"),
        (body("x" * 999 + "@y"), "at most 1000 characters"),
        (json.dumps({"type": "series.created", "data": {"msgid": 7}}), "data.msgid"),
    ],
)
def test_what_names_no_series_is_refused_with_the_reason(
    client: TestClient, queue: NotingQueue, text: str, complaint: str
) -> None:
    answer = deliver(client, text)
    assert answer.status_code == 422
    assert complaint in answer.json()["error"]["message"]
    assert queue.queued == []


def test_what_is_not_signed_is_refused_before_it_is_read(client: TestClient) -> None:
    assert deliver(client, "no json", {}).status_code == 401
    stranger = sign(body(), "whsec_c3RyYW5nZXI=")
    answer = deliver(client, body(), stranger)
    assert answer.status_code == 401
    assert answer.json()["error"]["type"] == "NotSigned"


def test_a_body_that_is_too_long_is_refused(client: TestClient) -> None:
    fits = body(filler="x" * (LARGEST - len(body(filler=""))))
    assert len(fits) == LARGEST
    assert deliver(client, fits).status_code == 202
    assert deliver(client, fits + " ").status_code == 413


def test_too_many_deliveries_are_told_when_to_come_again(store: Store, queue: NotingQueue) -> None:
    settings = Settings(service=Service(hook_secrets=(SECRET,), hook_rate=2))
    with TestClient(create_app(settings, store, queue)) as client:
        answers = [deliver(client, body()) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [202, 202, 429]
    assert 1 <= int(answers[2].headers["Retry-After"]) <= 30


def test_a_database_that_is_away_is_a_503_and_nothing_is_taken(
    client: TestClient, queue: NotingQueue, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(notice: Notice, hook_id: str = "") -> tuple[Job, bool]:
        raise StoreUnusable("sqlite:///x: does not answer: database is locked")

    monkeypatch.setattr(queue, "accept", away)
    answer = deliver(client, body())
    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) > 0


def test_a_webhook_without_a_secret_is_closed(store: Store, queue: NotingQueue) -> None:
    with TestClient(create_app(Settings(), store, queue)) as client:
        answer = deliver(client, body())
    assert answer.status_code == 401
    assert "the webhook is closed" in answer.json()["error"]["message"]


def test_the_webhook_is_in_the_description_of_the_api(client: TestClient) -> None:
    described = client.get("/api/v1/openapi.json").json()["paths"]["/hooks/series"]["post"]
    assert {"202", "401", "413", "422", "429", "503"} <= described["responses"].keys()
    assert "data" in str(described["requestBody"])

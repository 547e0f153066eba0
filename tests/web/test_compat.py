"""The installed b4 reads our reviews: its own `b4.review.checks`, asking a server on loopback."""

from __future__ import annotations

import email
import email.policy
import json
import shlex
import sys
from collections.abc import Iterator
from dataclasses import replace
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import b4
import pytest
from b4.review import checks
from fastapi.testclient import TestClient

from reviewbot.config import Settings
from reviewbot.model import Address, Severity, Status
from reviewbot.store.records import Answer, DraftState, JobState, Notice, Origin, Verdict
from reviewbot.store.store import Store
from tests.mail import invented
from tests.service import faulty_posting
from tests.store.kept import LIST, START, finding, hours, keep, keep_reviewed, series
from tests.web.live import serving
from tests.web.quick import database as database
from tests.web.quick import empty_file as empty_file
from tests.web.quick import store as store


@pytest.fixture
def site(settings: Settings, store: Store) -> Iterator[str]:
    with serving(settings, store) as url:
        yield url


@pytest.fixture
def config(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """b4's configuration for one test, and nothing that it remembers of others."""
    config: dict[str, Any] = {}
    monkeypatch.setattr(b4, "MAIN_CONFIG", config)
    monkeypatch.setattr(b4, "get_main_config", lambda: config)
    monkeypatch.setattr(b4, "REQSESSION", None)
    checks.clear_sashiko_cache()
    return config


def mail(message_id: str) -> EmailMessage:
    message = EmailMessage()
    message["Message-ID"] = f"<{message_id}>"
    return message


def asked(site: str, message_id: str) -> list[dict[str, str]]:
    checks.clear_sashiko_cache()
    return checks._run_builtin_sashiko(mail(message_id), site)


def told(answer: list[dict[str, str]]) -> list[tuple[str, str]]:
    """(severity, words) of each finding that b4 shows."""
    return [(found["state"], found["description"]) for found in json.loads(answer[0]["details"])]


def test_b4_shows_our_findings_with_their_severity(
    site: str, store: Store, config: dict[str, Any]
) -> None:
    grave, slight = finding(), finding("printk-newline", Severity.LOW, mark="f2")
    keep_reviewed(store, series("wimble", 2), (grave, slight))
    first = asked(site, "wimble-v1-1@wimble.example")
    assert first[0]["status"] == "fail"
    assert told(first) == [
        ("high", "null-lookup speaks of f1 — null-lookup, confidence high"),
        ("low", "printk-newline speaks of f2 — printk-newline, confidence high"),
    ]
    [second] = asked(site, "wimble-v1-2@wimble.example")
    assert second["status"] == "pass" and "details" not in second
    [cover] = asked(site, "wimble-v1-0@wimble.example")
    assert cover["status"] == "fail" and len(told([cover])) == 2


def test_b4_is_told_through_its_own_setting(
    site: str, store: Store, config: dict[str, Any]
) -> None:
    config["sashiko-url"] = site
    per_patch, whole = checks.load_check_cmds()
    assert "_builtin_sashiko" in per_patch and "_builtin_sashiko" in whole


def test_what_was_there_before_does_not_fail_and_what_is_fixed_is_not_told(
    site: str, store: Store, config: dict[str, Any]
) -> None:
    found = (
        finding(status=Status.PRE_EXISTING, mark="old"),
        finding(status=Status.FIXED, mark="gone"),
    )
    keep_reviewed(store, series("wimble"), found)
    answer = asked(site, "wimble-v1-1@wimble.example")
    assert answer[0]["status"] == "pass"
    [(_, words)] = told(answer)
    assert words.startswith("(pre-existing) null-lookup speaks of old")


def test_what_somebody_called_no_bug_is_not_told_again(
    site: str, store: Store, config: dict[str, Any]
) -> None:
    found = (finding(), finding("uninit", mark="f2"))
    saved, _ = keep_reviewed(store, series("wimble"), found)
    word = Answer(saved.series_id, "bo@x.example", Verdict.NOT_A_BUG, "null-lookup", "f1", START)
    store.answers.add(word)
    [(_, words)] = told(asked(site, "wimble-v1-1@wimble.example"))
    assert words.startswith("uninit")


@pytest.mark.parametrize(
    ("state", "status", "summary"),
    [
        (JobState.WAITING, "warn", "Review pending"),
        (JobState.CHECKING, "warn", "Review in review"),
        (JobState.FAILED, "fail", "Failed"),
    ],
)
def test_b4_sees_how_far_a_series_is(
    site: str, store: Store, config: dict[str, Any], state: JobState, status: str, summary: str
) -> None:
    notice = Notice("later@x.example", LIST, Origin.HOOK)
    job, _ = store.jobs.accept(notice, "rules", lambda *_: None)
    store.jobs.move(job.id, state)
    [answer] = asked(site, "later@x.example")
    assert (answer["status"], answer["summary"]) == (status, summary)


def test_patches_that_are_missing_are_waited_for(
    site: str, store: Store, config: dict[str, Any]
) -> None:
    keep(store, replace(series("wimble"), expected=2, missing=(2,)))
    [answer] = asked(site, "wimble-v1-1@wimble.example")
    assert answer["summary"] == "Series incomplete"


def test_what_nobody_knows_of_is_404_and_no_check_to_b4(
    site: str, client: TestClient, config: dict[str, Any]
) -> None:
    assert client.get("/api/patchset", params={"id": "none@x.example"}).status_code == 404
    assert asked(site, "none@x.example") == []


def test_every_version_has_its_own_answer(site: str, store: Store, config: dict[str, Any]) -> None:
    keep_reviewed(store, series("wimble"), (finding(),))
    keep_reviewed(store, series("wimble", revision=2), at=hours(1))
    [old] = asked(site, "wimble-v1-1@wimble.example")
    [new] = asked(site, "wimble-v2-1@wimble.example")
    assert (old["status"], new["status"]) == ("fail", "pass")


def test_the_reply_stands_below_the_quoted_lines_until_it_is_taken_back(
    client: TestClient, store: Store
) -> None:
    made = invented.single()
    saved = store.series.save(made.series, LIST)
    review_id = store.reviews.save(saved.revision_id, made, 0.1)
    drafts = invented.drafts("single")
    [draft_id] = store.drafts.add(review_id, drafts, LIST, DraftState.DRAFT, START)

    def inline() -> str:
        answer = client.get("/api/patchset", params={"id": made.series.patches[0].mail.message_id})
        return str(answer.json()["reviews"][0]["inline_review"])

    assert invented.COMMENTS["null-lookup in fern_stop_recovery"].split("\n")[0] in inline()
    assert "\n> " in inline() and "\n-- \n" not in inline()
    store.drafts.decide(draft_id, DraftState.DISCARDED, "ada", "no")
    assert inline() == ""


def test_the_answer_names_the_author_as_mails_do(client: TestClient, store: Store) -> None:
    keep_reviewed(store, series("wimble", author=Address("Ada K.", "ada@x.example")))
    answer = client.get("/api/patchset?id=%3Cwimble-v1-1%40wimble.example%3E").json()
    assert answer["author"] == "Ada K. <ada@x.example>"
    assert [patch["part_index"] for patch in answer["patches"]] == [1]


def test_the_check_command_tells_b4_the_same_without_a_server(
    config: dict[str, Any], tmp_path: Path
) -> None:
    config["review-perpatch-check-cmd"] = shlex.join(
        [sys.executable, "-m", "reviewbot", "check", "--format", "b4", "-"]
    )
    [command], _ = checks.load_check_cmds()
    raw = bytes(faulty_posting("checked", 1, with_cover=False).patches[0])
    message = email.message_from_bytes(raw, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    [entry] = checks._run_external_cmd(checks.parse_cmd(command), message, str(tmp_path))
    assert (entry["tool"], entry["status"]) == ("reviewbot", "fail")
    assert "pci_get_slot()" in entry["summary"]
    assert "null-lookup" in entry["details"]

"""A real server, a real archive and a real worker: what was taken is reviewed, whoever dies."""

from __future__ import annotations

import json
import re
from pathlib import Path

import httpx
import pytest

from reviewbot.jobs.migrate import migrate
from reviewbot.store.records import DraftState, JobState
from reviewbot.store.store import Store
from reviewbot.web.signature import sign
from tests.public_inbox import Inbox
from tests.service import Process, eventually, faulty_posting, ran, running

SECRET = "whsec_d2ltYmxl"
SERIES = [faulty_posting(f"hooked{number}", 1, with_cover=False) for number in range(8)]


@pytest.fixture(scope="module")
def archive(public_inbox: Inbox) -> Inbox:
    public_inbox.feed([mail for one in SERIES for mail in one.messages])
    return public_inbox


@pytest.fixture
def settings(archive: Inbox, database: str) -> dict[str, str]:
    migrate(database)
    return {
        "ARCHIVE": archive.url,
        "SERVICE__DATABASE": database,
        "SERVICE__LISTEN": "127.0.0.1:0",
        "SERVICE__HOOK_SECRETS": json.dumps([SECRET]),
        "SERVICE__WORKER_LOST_SECONDS": "3",
        "SERVICE__ARCHIVE_RATE": "1000",
        "WATCH__NOTIFY_SECRET": SECRET,
    }


def address(server: Process) -> str:
    def look() -> str | None:
        found = re.search(r"serving at (http://\S+)", server.said())
        return found[1].rstrip("/") if found else None

    return eventually(look)


def deliver(url: str, message_id: str) -> str:
    body = json.dumps({"type": "series.created", "data": {"msgid": message_id}})
    answer = httpx.post(f"{url}/hooks/series", content=body, headers=sign(body, SECRET))
    assert answer.status_code == 202, answer.text
    return str(answer.json()["job_id"])


def all_reviewed(store: Store, jobs: list[str]) -> bool:
    found = [store.jobs.get(job) for job in jobs]
    return all(job is not None and job.state is JobState.REVIEWED for job in found)


def test_what_a_killed_server_had_taken_is_reviewed_once(
    settings: dict[str, str], database: str, tmp_path: Path
) -> None:
    with running(["serve", "--workers", "0"], settings, tmp_path / "server") as server:
        url = address(server)
        jobs = [deliver(url, one.ids[0]) for one in SERIES]
        server.kill()
    store = Store.open(database)
    try:
        assert store.jobs.counts() == {JobState.WAITING: len(SERIES)}
        with running(["serve"], settings, tmp_path / "second") as server:
            eventually(lambda: all_reviewed(store, jobs) or None)
            assert deliver(address(server), SERIES[0].ids[0]) == jobs[0]
        drafts = store.drafts.in_state(list(DraftState))
        assert sorted(draft.in_reply_to for draft in drafts) == [one.ids[0] for one in SERIES]
    finally:
        store.close()


def test_a_mail_on_standard_input_becomes_a_job(
    settings: dict[str, str], database: str, tmp_path: Path
) -> None:
    with running(["serve", "--workers", "0"], settings, tmp_path / "server") as server:
        notify = ["notify", "--url", f"{address(server)}/hooks/series"]
        told = ran(notify, settings, bytes(SERIES[0].patches[0]))
        other = ran(notify, settings, b"Subject: Re: [PATCH] wimble\n\nFine by me.\n")
    assert told.returncode == 0, told.stderr
    assert f"of <{SERIES[0].ids[0]}>".encode() in told.stderr
    assert (other.returncode, other.stderr) == (0, b"")
    store = Store.open(database)
    assert store.jobs.counts() == {JobState.WAITING: 1}
    store.close()

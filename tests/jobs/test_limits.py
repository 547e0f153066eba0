"""Limits that hold for real workers together: calls a second, and places that one list may take."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from reviewbot.config.service import Service
from reviewbot.jobs.queue import Queue
from reviewbot.jobs.worker import BEATS, POLL_SECONDS
from reviewbot.store.records import Job, JobState, Notice, Origin
from reviewbot.store.store import Store
from tests.public_inbox import Inbox
from tests.series_builder import mbox
from tests.service import called, eventually, faulty_posting, running
from tests.sources.conftest import StandIn
from tests.sources.conftest import stand_in as stand_in

BUSY, QUIET = "linux-busy@lists.example", "linux-quiet@lists.example"


@pytest.fixture
def queue(migrated: Store) -> Iterator[Queue]:
    with closing(Queue(migrated, "rules")) as queue:
        yield queue


def asked(queue: Queue, message_id: str, mailing_list: str) -> Job:
    return queue.accept(Notice(message_id, mailing_list, Origin.HOOK))[0]


def now(store: Store, job: Job) -> Job:
    found = store.jobs.get(job.id)
    assert found is not None
    return found


def test_a_busy_list_with_a_slow_archive_leaves_room_for_others(
    migrated: Store, queue: Queue, database: str, tmp_path: Path, public_inbox: Inbox
) -> None:
    """The archive of one list takes calls and says nothing: every place it may take is taken."""
    posted = faulty_posting(f"quiet{migrated.sessions.engine.dialect.name}", 1, with_cover=False)
    public_inbox.feed(posted.messages)
    with socket.create_server(("127.0.0.1", 0)) as mute:
        config = tmp_path / "config.toml"
        config.write_text(
            f'[lists."{BUSY}"]\narchive = "http://127.0.0.1:{mute.getsockname()[1]}/busy"\n'
        )
        settings = {
            "CONFIG": str(config),
            "ARCHIVE": public_inbox.url,
            "SERVICE__DATABASE": database,
            "SERVICE__ARCHIVE_RATE": "1000",
        }
        busy = [asked(queue, f"busy{number}@wimble.example", BUSY) for number in range(4)]
        with running(["worker"], settings, tmp_path / "log"), closing(called(mute)):
            quiet = asked(queue, posted.ids[0], QUIET)
            eventually(lambda: now(migrated, quiet).state.ended)
            left = [(each.state, each.detail) for each in (now(migrated, job) for job in busy)]
    assert now(migrated, quiet).state is JobState.REVIEWED
    assert set(left) == {(JobState.FETCHING, ""), (JobState.WAITING, "")}, "none of them is done"


def test_all_workers_together_call_the_archive_so_often(
    migrated: Store, queue: Queue, database: str, tmp_path: Path, stand_in: StandIn
) -> None:
    """The nth call comes no sooner than n turns after the beginning, whoever makes it."""
    rate = 4.0
    postings = [faulty_posting(f"paced{number}", 1, with_cover=False) for number in range(4)]
    for one in postings:
        stand_in.serve(one.ids[0], mbox(one.messages))
    settings = {
        "ARCHIVE": stand_in.url,
        "SERVICE__DATABASE": database,
        "SERVICE__ARCHIVE_RATE": str(rate),
    }
    begun = time.time()
    jobs = [asked(queue, one.ids[0], f"list{n}@lists.example") for n, one in enumerate(postings)]
    with (
        running(["worker"], settings, tmp_path / "first"),
        running(["worker"], settings, tmp_path / "second"),
    ):
        for job in jobs:
            eventually(lambda job=job: now(migrated, job).state.ended)  # type: ignore[misc]
    assert {now(migrated, job).state for job in jobs} == {JobState.REVIEWED}
    assert len(stand_in.moments) >= len(jobs)
    waits = [moment - begun for moment in sorted(stand_in.moments)]
    assert [wait for turn, wait in enumerate(waits) if wait < turn / rate] == []


def test_a_worker_that_is_lost_is_taken_over_within_a_minute() -> None:
    """As the settings are when nobody sets them: silence, the next beat of another, the queue."""
    lost = Service().worker_lost_seconds
    assert lost + lost / BEATS + POLL_SECONDS < 60

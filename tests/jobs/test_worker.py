"""Workers of real processes on real databases: each series is reviewed once, whoever dies."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from reviewbot.jobs.queue import Queue
from reviewbot.store.records import DraftState, Job, JobState, Notice, Origin
from reviewbot.store.store import Store
from tests.public_inbox import Inbox
from tests.service import Process, called, died, eventually, faulty_posting, running

WHOLE = faulty_posting("whole", 2)
TORN = faulty_posting("torn", 3, lost=[2])
CROWD = [faulty_posting(f"crowd{number}", 1, with_cover=False) for number in range(6)]
RULES = "these rules"
LOST_AFTER = "3"


@pytest.fixture(scope="module")
def archive(public_inbox: Inbox) -> Inbox:
    postings = [WHOLE, TORN, *CROWD]
    public_inbox.feed([mail for one in postings for mail in one.messages])
    return public_inbox


@pytest.fixture
def settings(archive: Inbox, migrated: Store, database: str) -> dict[str, str]:
    return {
        "ARCHIVE": archive.url,
        "SERVICE__DATABASE": database,
        "SERVICE__WORKER_LOST_SECONDS": LOST_AFTER,
        "SERVICE__LOOK_AGAIN_SECONDS": "0.2",
        "SERVICE__ARCHIVE_RATE": "1000",
        "SERVICE__PATIENCE_MINUTES": "0",
    }


@pytest.fixture
def queue(migrated: Store) -> Iterator[Queue]:
    queue = Queue(migrated, RULES)
    yield queue
    queue.close()


def asked(queue: Queue, message_id: str) -> Job:
    job, _ = queue.accept(Notice(message_id, "", Origin.HOOK))
    return job


def ended(store: Store, job: Job, worker: Process) -> Job:
    def look() -> Job | None:
        now = store.jobs.get(job.id)
        return now if now is not None and now.state.ended else None

    try:
        return eventually(look)
    except AssertionError as error:
        raise AssertionError(f"{store.jobs.get(job.id)}: {worker.said()}") from error


def drafts_of(store: Store) -> list[str]:
    """Which mails the drafts answer."""
    return sorted(draft.in_reply_to for draft in store.drafts.in_state(list(DraftState)))


def test_a_series_becomes_a_review_and_drafts(
    migrated: Store, queue: Queue, settings: dict[str, str], tmp_path: Path
) -> None:
    job = asked(queue, WHOLE.patches[1].message_id)
    with running(["worker"], settings, tmp_path / "log") as worker:
        done = ended(migrated, job, worker)
    assert (done.state, done.detail) == (JobState.REVIEWED, "")
    assert done.revision_id is not None
    assert done.review_id is not None
    series = migrated.series.load(done.revision_id)
    review = migrated.reviews.load(done.review_id, series)
    assert [[one.rule for one in part.new] for part in review.patches] == [["null-lookup"]] * 2
    assert drafts_of(migrated) == [patch.message_id for patch in WHOLE.patches]


def test_two_mails_of_one_series_are_two_jobs_and_one_review(
    migrated: Store, queue: Queue, settings: dict[str, str], tmp_path: Path
) -> None:
    jobs = [asked(queue, WHOLE.ids[0]), asked(queue, WHOLE.patches[0].message_id)]
    assert jobs[0].id != jobs[1].id
    with running(["worker"], settings, tmp_path / "log") as worker:
        done = [ended(migrated, job, worker) for job in jobs]
    assert {job.state for job in done} == {JobState.REVIEWED}
    assert len({job.review_id for job in done}) == 1
    assert drafts_of(migrated) == [patch.message_id for patch in WHOLE.patches]


def test_what_is_missing_is_waited_for(
    migrated: Store, queue: Queue, settings: dict[str, str], tmp_path: Path, archive: Inbox
) -> None:
    late = faulty_posting(f"late-{migrated.sessions.engine.dialect.name}", 3)
    archive.feed([mail for mail in late.messages if mail is not late.patches[1]])
    job = asked(queue, late.ids[0])
    with running(
        ["worker"], {**settings, "SERVICE__PATIENCE_MINUTES": "60"}, tmp_path / "log"
    ) as w:

        def waits() -> bool:
            now = migrated.jobs.get(job.id)
            return now is not None and "patch 2 of 3" in now.detail

        eventually(waits)
        archive.feed([late.patches[1]])
        done = ended(migrated, job, w)
    assert done.state is JobState.REVIEWED
    assert drafts_of(migrated) == sorted(late.ids)  # three patches and more: the cover too


def test_what_never_came_is_done_without(
    migrated: Store, queue: Queue, settings: dict[str, str], tmp_path: Path
) -> None:
    job = asked(queue, TORN.ids[0])
    with running(["worker"], settings, tmp_path / "log") as worker:
        done = ended(migrated, job, worker)
    assert done.state is JobState.REVIEWED
    assert drafts_of(migrated) == [TORN.patches[0].message_id, TORN.patches[1].message_id]


def test_what_is_no_series_is_refused_with_the_reason(
    migrated: Store, queue: Queue, settings: dict[str, str], tmp_path: Path
) -> None:
    job = asked(queue, "nobody@wimble.example")
    with running(["worker"], settings, tmp_path / "log") as worker:
        done = ended(migrated, job, worker)
    assert done.state is JobState.REFUSED
    assert "nobody@wimble.example is not in" in done.detail


def test_a_worker_that_is_killed_while_it_fetches_is_taken_over(
    migrated: Store, queue: Queue, settings: dict[str, str], tmp_path: Path
) -> None:
    """The archive takes the call and says nothing: the first worker dies waiting for it."""
    with socket.create_server(("127.0.0.1", 0)) as mute:
        stuck = {**settings, "ARCHIVE": f"http://127.0.0.1:{mute.getsockname()[1]}/wimble"}
        job = asked(queue, WHOLE.ids[0])
        with (
            running(["worker"], stuck, tmp_path / "first") as first,
            closing(called(mute)),
        ):
            first.kill()
    with running(["worker"], settings, tmp_path / "second") as second:
        done = ended(migrated, job, second)
    assert done.state is JobState.REVIEWED
    assert drafts_of(migrated) == [patch.message_id for patch in WHOLE.patches]
    assert len(migrated.workers.all()) == 1


def test_a_worker_that_is_taken_for_dead_and_comes_back_changes_nothing(
    migrated: Store, queue: Queue, settings: dict[str, str], tmp_path: Path
) -> None:
    """It hears from its archive that there is no such series, when another has reviewed it."""
    with socket.create_server(("127.0.0.1", 0)) as late:
        stuck = {**settings, "ARCHIVE": f"http://127.0.0.1:{late.getsockname()[1]}/wimble"}
        job = asked(queue, WHOLE.ids[0])
        with (
            running(["worker"], stuck, tmp_path / "first") as first,
            closing(called(late)) as call,
        ):
            first.freeze()
            try:
                with running(["worker"], settings, tmp_path / "second") as second:
                    done = ended(migrated, job, second)
            finally:
                first.thaw()
            call.sendall(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
    assert done.state is JobState.REVIEWED
    assert migrated.jobs.get(job.id) == done
    assert drafts_of(migrated) == [patch.message_id for patch in WHOLE.patches]


@pytest.mark.parametrize(
    "deadly",
    [
        pytest.param(("reviewbot.pipeline", "Reviewer", "check", "before"), id="before checking"),
        pytest.param(("reviewbot.store.reviews", "Reviews", "save", "after"), id="reviewed"),
        pytest.param(("reviewbot.store.drafts", "Drafts", "add", "after"), id="drafted"),
    ],
)
def test_a_worker_that_dies_in_the_middle_of_a_review_is_taken_over(
    migrated: Store,
    queue: Queue,
    settings: dict[str, str],
    tmp_path: Path,
    deadly: tuple[str, ...],
) -> None:
    job = asked(queue, WHOLE.ids[0])
    died(deadly, settings, tmp_path / "first")
    left = migrated.jobs.get(job.id)
    assert left is not None
    assert left.state is JobState.CHECKING
    with running(["worker"], settings, tmp_path / "second") as second:
        done = ended(migrated, job, second)
    assert done.state is JobState.REVIEWED
    assert drafts_of(migrated) == [patch.message_id for patch in WHOLE.patches]


def test_two_workers_share_the_work_and_double_nothing(
    migrated: Store, queue: Queue, settings: dict[str, str], tmp_path: Path
) -> None:
    jobs = [asked(queue, one.ids[0]) for one in CROWD]
    with (
        running(["worker"], settings, tmp_path / "first") as first,
        running(["worker"], settings, tmp_path / "second"),
    ):
        done = [ended(migrated, job, first) for job in jobs]
    assert {job.state for job in done} == {JobState.REVIEWED}
    assert drafts_of(migrated) == [one.ids[0] for one in CROWD]

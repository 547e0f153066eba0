"""Old work leaves the queue before its job, and the job before its series: all can run again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text, update

from reviewbot.config import Settings
from reviewbot.config.service import Service
from reviewbot.errors import BadSetting
from reviewbot.jobs.queue import Queue
from reviewbot.jobs.tidying import Tidying
from reviewbot.store.records import Job, JobState, Notice, Origin
from reviewbot.store.store import Store
from reviewbot.store.tables import JobRow, SeriesRow
from tests.public_inbox import Inbox
from tests.service import eventually, faulty_posting, running

DAY = timedelta(days=1)
NOW = datetime.now(UTC)


@pytest.fixture
def queue(migrated: Store) -> Iterator[Queue]:
    with closing(Queue(migrated, "rules")) as queue:
        yield queue


@pytest.fixture
def tidying(migrated: Store, queue: Queue) -> Tidying:
    service = Service(keep_days=20, keep_jobs_days=10)
    return Tidying(replace(Settings(), service=service), migrated, queue)


def asked(queue: Queue, name: str) -> Job:
    return queue.accept(Notice(f"{name}@example.com", "", Origin.HOOK))[0]


def work(store: Store, set_to: str = "") -> list[str]:
    """The workflows that the queue knows; `set_to` is SQL by which they are changed before."""
    postgresql = store.sessions.engine.dialect.name == "postgresql"
    table = "dbos.workflow_status" if postgresql else "workflow_status"
    with store.sessions.writing() as session:
        if set_to:
            session.execute(text(f"UPDATE {table} SET {set_to}"))
        return sorted(session.scalars(text(f"SELECT workflow_uuid FROM {table}")))


def end(store: Store, job: Job, when: datetime, status: str = "SUCCESS") -> None:
    """What is noted when a job has ended, in the store and in the queue."""
    store.jobs.move(job.id, JobState.REVIEWED)
    with store.sessions.writing() as session:
        session.execute(update(JobRow).where(JobRow.id == job.id).values(ended_at=when))
    moment = int(when.timestamp() * 1000)
    work(store, f"status = '{status}', completed_at = {moment}")


@pytest.mark.parametrize("status", ["SUCCESS", "ERROR", "CANCELLED"])
def test_work_that_has_ended_goes_and_its_job_a_day_later(
    migrated: Store, queue: Queue, tidying: Tidying, status: str
) -> None:
    job = asked(queue, "old")
    end(migrated, job, NOW, status)
    tidying.run(NOW + 9.9 * DAY)
    assert len(work(migrated)) == 1
    tidying.run(NOW + 10.1 * DAY)
    assert work(migrated) == []
    assert migrated.jobs.get(job.id) is not None
    tidying.run(NOW + 11.1 * DAY)
    assert migrated.jobs.get(job.id) is None


def test_work_that_waits_or_is_done_stays_however_old(
    migrated: Store, queue: Queue, tidying: Tidying
) -> None:
    jobs = [asked(queue, name) for name in ("waiting", "at work")]
    tidying.run(NOW + 1000 * DAY)
    assert len(work(migrated)) == 2
    assert all(migrated.jobs.get(job.id) for job in jobs)


def test_what_was_forgotten_can_be_asked_for_again(
    migrated: Store, queue: Queue, tidying: Tidying
) -> None:
    first = asked(queue, "again")
    known = work(migrated)
    end(migrated, first, NOW)
    tidying.run(NOW + 12 * DAY)
    assert work(migrated) == []
    assert asked(queue, "again").state is JobState.WAITING
    assert work(migrated) == known


def test_one_of_many_workers_tidies_up_and_once_an_hour(
    migrated: Store, queue: Queue, tidying: Tidying, monkeypatch: pytest.MonkeyPatch
) -> None:
    rounds: list[object] = []
    monkeypatch.setattr(Tidying, "run", lambda self, now=None: rounds.append(self))
    other = Tidying(Settings(), migrated, queue)
    for one in (tidying, other, tidying):
        one.now_and_then()
    assert rounds == [tidying]


@pytest.mark.parametrize(("jobs", "days"), [(0, 20), (20, 20), (30, 20)])
def test_jobs_are_not_kept_longer_than_series(jobs: int, days: int) -> None:
    with pytest.raises(BadSetting, match=r"service\.keep_jobs_days"):
        Service(keep_jobs_days=jobs, keep_days=days)


def test_a_worker_takes_away_what_is_old(
    migrated: Store, queue: Queue, database: str, tmp_path: Path, public_inbox: Inbox
) -> None:
    """A series that was reviewed long ago is gone, mail, review, drafts and all."""
    posted = faulty_posting(f"tidy{migrated.sessions.engine.dialect.name}", 1, with_cover=False)
    public_inbox.feed(posted.messages)
    settings = {
        "ARCHIVE": public_inbox.url,
        "SERVICE__DATABASE": database,
        "SERVICE__ARCHIVE_RATE": "1000",
        "SERVICE__SWEEP_SECONDS": "0.2",
    }
    job, _ = queue.accept(Notice(posted.ids[0], "", Origin.HOOK))
    with running(["worker"], settings, tmp_path / "first"):
        eventually(lambda: (now := migrated.jobs.get(job.id)) is not None and now.state.ended)
    done = migrated.jobs.get(job.id)
    assert done is not None
    assert done.revision_id is not None
    end(migrated, job, NOW - 800 * DAY)
    with migrated.sessions.writing() as session:
        session.execute(update(SeriesRow).values(seen_at=NOW - 800 * DAY))
    migrated.marks.back("tidying", timedelta())
    with running(["worker"], settings, tmp_path / "second"):
        eventually(lambda: migrated.figures.totals(DAY).series == 0)
    assert migrated.jobs.get(job.id) is None
    assert migrated.drafts.get(1) is None
    assert work(migrated) == []

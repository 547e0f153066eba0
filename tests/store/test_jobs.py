"""A series that is asked for twice is one job, and a job is in the queue or was not taken."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest
from sqlalchemy.orm import Session

from reviewbot.store.records import Job, JobState, Notice, Origin
from reviewbot.store.reviews import patches_digest
from reviewbot.store.store import Store
from tests.mail import invented

NOTICE = Notice("v1-0@wimble.example", "linux-wimble@lists.example", Origin.HOOK)


class Queue:
    """Notes what was put into it."""

    def __init__(self) -> None:
        self.jobs: list[str] = []

    def __call__(self, session: Session, job: Job) -> None:
        self.jobs.append(job.id)


def test_the_same_series_again_gives_the_same_job(store: Store) -> None:
    queue = Queue()
    first, new = store.jobs.accept(NOTICE, "rules", queue, "delivery-1")
    second, again = store.jobs.accept(NOTICE, "rules", queue, "delivery-2")
    assert (new, again) == (True, False)
    assert second == first
    assert queue.jobs == [first.id]


def test_the_same_delivery_gives_the_same_job_whatever_it_says(store: Store) -> None:
    queue = Queue()
    first, _ = store.jobs.accept(NOTICE, "rules", queue, "delivery-1")
    other = Notice("v2-0@wimble.example", "", Origin.HOOK)
    second, new = store.jobs.accept(other, "rules", queue, "delivery-1")
    assert (second.id, new) == (first.id, False)


def test_other_rules_make_another_job(store: Store) -> None:
    first, _ = store.jobs.accept(NOTICE, "rules", Queue())
    second, new = store.jobs.accept(NOTICE, "newer rules", Queue())
    assert new
    assert second.id != first.id


@pytest.mark.parametrize("end", [JobState.FAILED, JobState.REFUSED])
def test_what_ended_without_a_review_can_be_asked_for_again(store: Store, end: JobState) -> None:
    first, _ = store.jobs.accept(NOTICE, "rules", Queue())
    store.jobs.move(first.id, end, "the archive did not answer")
    second, new = store.jobs.accept(NOTICE, "rules", Queue())
    assert new
    assert second.state is JobState.WAITING
    found = store.jobs.get(first.id)
    assert found is not None
    assert (found.state, found.detail) == (end, "the archive did not answer")
    assert found.ended_at is not None


def test_a_job_that_cannot_be_queued_is_not_taken(store: Store) -> None:
    def broken(session: Session, job: Job) -> None:
        raise OSError("the queue is gone")

    with pytest.raises(OSError, match="the queue is gone"):
        store.jobs.accept(NOTICE, "rules", broken)
    assert store.jobs.counts() == {}


def test_many_at_once_for_one_series_are_one_job(store: Store) -> None:
    queue = Queue()
    start = threading.Barrier(8)

    def ask() -> None:
        start.wait()
        store.jobs.accept(NOTICE, "rules", queue)

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(queue.jobs) == 1
    assert store.jobs.counts() == {JobState.WAITING: 1}


def filed(store: Store, job: Job, state: JobState, missing: tuple[int, ...] = ()) -> int:
    """A revision of an invented series, which this job has come to."""
    series = replace(invented.series().series, missing=missing)
    saved = store.series.save(series, "")
    store.jobs.file(job.id, saved.revision_id, "")
    store.jobs.move(job.id, state)
    return saved.revision_id


def test_any_mail_of_a_series_that_was_found_gives_its_job(store: Store) -> None:
    job, _ = store.jobs.accept(NOTICE, "rules", Queue())
    filed(store, job, JobState.REVIEWED)
    patch = invented.series().series.patches[1].mail.message_id
    same, new = store.jobs.accept(Notice(patch, "", Origin.WATCH), "rules", Queue())
    assert (same.id, new) == (job.id, False)
    _, new = store.jobs.accept(Notice(patch, "", Origin.WATCH), "newer rules", Queue())
    assert new


def test_a_series_that_was_reviewed_in_part_is_looked_for_again(store: Store) -> None:
    job, _ = store.jobs.accept(NOTICE, "rules", Queue())
    filed(store, job, JobState.REVIEWED, missing=(5,))
    again, new = store.jobs.accept(NOTICE, "rules", Queue())
    assert new
    assert again.id != job.id


def test_jobs_of_one_revision_end_together(store: Store) -> None:
    first, _ = store.jobs.accept(NOTICE, "rules", Queue())
    other = Notice("other@wimble.example", "", Origin.WATCH)
    second, _ = store.jobs.accept(other, "rules", Queue())
    revision_id = filed(store, first, JobState.FETCHING)
    store.jobs.file(second.id, revision_id, "")
    review_id = store.reviews.save(revision_id, replace(invented.series(), rule_set="rules"), 0.1)
    series = store.series.load(revision_id)
    assert store.jobs.reviewed(revision_id, "rules", patches_digest(series)) is None
    store.jobs.move_all(revision_id, "rules", JobState.REVIEWED, "", review_id)
    assert store.jobs.counts() == {JobState.REVIEWED: 2}
    assert store.jobs.reviewed(revision_id, "rules", patches_digest(series)) == review_id
    store.jobs.move_all(revision_id, "rules", JobState.FAILED, "too late", None)
    assert store.jobs.failed(revision_id, "rules") == 0


@pytest.mark.parametrize("end", [JobState.REVIEWED, JobState.FAILED, JobState.REFUSED])
def test_what_has_ended_stays_as_it_is(store: Store, end: JobState) -> None:
    job, _ = store.jobs.accept(NOTICE, "rules", Queue())
    store.jobs.move(job.id, JobState.FETCHING, "not yet")
    store.jobs.move(job.id, end, "the end")
    ended = store.jobs.get(job.id)
    assert ended is not None
    assert (ended.state, ended.detail) == (end, "the end")
    for state in JobState:
        store.jobs.move(job.id, state, "late")
    assert store.jobs.get(job.id) == ended


def test_several_are_taken_at_once_or_none(store: Store) -> None:
    other = Notice("other@wimble.example", "", Origin.HOOK)
    asked = [(NOTICE, "delivery-1"), (NOTICE, "delivery-2"), (other, "")]
    queue = Queue()
    taken = store.jobs.accept_all(asked, "rules", queue)
    assert [new for _, new in taken] == [True, False, True]
    assert taken[0][0].id == taken[1][0].id != taken[2][0].id
    assert sum(store.jobs.counts().values()) == 2

    def broken(_session: Session, _job: Job) -> None:
        raise ValueError("the queue is broken")

    third = Notice("third@wimble.example", "", Origin.HOOK)
    with pytest.raises(ValueError, match="broken"):
        store.jobs.accept_all([(NOTICE, "delivery-3"), (third, "")], "rules", broken)
    assert sum(store.jobs.counts().values()) == 2

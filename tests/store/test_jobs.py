"""A series that is asked for twice is one job, and a job is in the queue or was not taken."""

from __future__ import annotations

import threading

import pytest
from sqlalchemy.orm import Session

from reviewbot.store.records import Job, JobState, Notice, Origin
from reviewbot.store.store import Store

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

"""What was taken is not forgotten: drafts that nothing keeps any more, work that was given up."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from reviewbot.config import Settings
from reviewbot.config.lists import ListPolicy
from reviewbot.errors import DraftClosed
from reviewbot.jobs.delivering import Delivering
from reviewbot.jobs.queue import Queue
from reviewbot.jobs.steps import Steps
from reviewbot.jobs.sweep import Sweep
from reviewbot.pipeline import Reviewer
from reviewbot.store.records import DraftState, JobState, Notice, Origin
from reviewbot.store.store import Store
from tests.jobs.posted import OPEN, Killed, Place, approved, filed, seen, settings
from tests.jobs.test_delivering import silent

LATER = timedelta(minutes=1)


@pytest.fixture(scope="session")
def reviewer() -> Reviewer:
    return Reviewer.load(Settings())


@pytest.fixture
def queue(migrated: Store) -> Iterator[Queue]:
    queue = Queue(migrated, "rules")
    yield queue
    queue.close()


@pytest.fixture
def place() -> Place:
    return Place()


class House:
    """A sweep with all that it needs, under one policy."""

    def __init__(
        self, store: Store, queue: Queue, reviewer: Reviewer, place: Place, policy: ListPolicy
    ) -> None:
        self.settings = settings(policy)
        self.delivering = Delivering(self.settings, store, place, silent)
        steps = Steps(self.settings, store, reviewer)
        self.sweep = Sweep(self.settings, store, queue, steps, self.delivering)

    def swept(self, after: timedelta = LATER) -> None:
        self.sweep.run(datetime.now(UTC) + after)


@pytest.fixture
def house(migrated: Store, queue: Queue, reviewer: Reviewer, place: Place) -> House:
    return House(migrated, queue, reviewer, place, OPEN)


def queued(store: Store, queue: str = "send") -> list[str]:
    """The workflows that are in a queue, due or not: those of drafts, if not told otherwise."""
    table = "dbos.workflow_status" if _is_postgresql(store) else "workflow_status"
    asked = text(f"SELECT workflow_uuid FROM {table} WHERE queue_name=:queue")
    with store.sessions.reading() as session:
        return sorted(session.execute(asked, {"queue": queue}).scalars())


def _is_postgresql(store: Store) -> bool:
    return store.sessions.engine.dialect.name == "postgresql"


def become(store: Store, workflow_id: str, status: str) -> None:
    """What DBOS notes when work has ended its process too often, or has failed."""
    table = "dbos.workflow_status" if _is_postgresql(store) else "workflow_status"
    moment = int(datetime.now(UTC).timestamp() * 1000)
    with store.sessions.writing() as session:
        changed = session.execute(
            text(
                f"UPDATE {table} SET status = :status, completed_at = :moment, queue_name = NULL"
                " WHERE workflow_uuid = :id RETURNING workflow_uuid"
            ),
            {"status": status, "moment": moment, "id": workflow_id},
        )
        assert len(changed.all()) == 1


def test_approval_puts_a_draft_into_the_queue_once_for_each_decision(
    migrated: Store, queue: Queue
) -> None:
    [draft] = filed(migrated)
    queue.approve(draft.id, "ada")
    now = seen(migrated, draft.id)
    assert (now.state, now.decided_by, now.turn) == (DraftState.APPROVED, "ada", 1)
    assert queued(migrated) == [f"send-{draft.id}-1-1"]
    queue.approve(draft.id, "ben")
    assert queued(migrated) == [f"send-{draft.id}-1-1", f"send-{draft.id}-2-1"]
    migrated.drafts.decide(draft.id, DraftState.DISCARDED, "ada")
    with pytest.raises(DraftClosed, match="is discarded already"):
        queue.approve(draft.id, "ada")
    assert len(queued(migrated)) == 2


def test_a_decision_that_cannot_be_queued_is_not_noted(
    migrated: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    queue = Queue(migrated, "rules")
    [draft] = filed(migrated)

    def full(*_: object, **__: object) -> None:
        raise OSError("the disk is full")

    monkeypatch.setattr(queue._client, "enqueue_in_transaction", full)
    with pytest.raises(OSError, match="the disk is full"):
        queue.approve(draft.id, "ada")
    assert seen(migrated, draft.id) == draft
    queue.close()


def test_what_a_muted_list_kept_is_taken_up_when_it_is_not_muted_any_more(
    migrated: Store, queue: Queue, reviewer: Reviewer, place: Place, house: House
) -> None:
    draft = approved(migrated)
    House(migrated, queue, reviewer, place, replace(OPEN, muted=True)).swept()
    assert queued(migrated) == []
    house.swept()
    assert queued(migrated) == [f"send-{draft.id}-2-1"]
    house.delivering.attempt(draft.id, 2)
    assert [mail.message_id for mail in place.mails] == [draft.message_id]
    house.swept()
    assert len(queued(migrated)) == 1


def test_a_draft_that_is_waiting_for_its_time_is_left_alone(migrated: Store, house: House) -> None:
    approved(migrated, now=datetime.now(UTC) + timedelta(hours=1))
    house.swept()
    assert queued(migrated) == []


def test_a_muted_list_s_drafts_do_not_wait_for_ever(
    migrated: Store, queue: Queue, reviewer: Reviewer, place: Place
) -> None:
    muted = House(migrated, queue, reviewer, place, replace(OPEN, muted=True))
    draft = approved(migrated, now=datetime.now(UTC) - timedelta(days=15))
    muted.swept()
    muted.delivering.attempt(draft.id, 2)
    assert seen(migrated, draft.id).state is DraftState.WITHHELD


def test_what_is_in_the_queue_is_not_put_there_again(
    migrated: Store, queue: Queue, house: House
) -> None:
    """A new turn would end the one that waits, and in a long queue none would ever come."""
    [draft] = filed(migrated)
    queue.approve(draft.id, "ada")
    for _ in range(2):
        house.swept()
    assert queued(migrated) == [f"send-{draft.id}-1-1"]


def test_a_try_that_nobody_works_at_is_taken_up(
    migrated: Store, queue: Queue, reviewer: Reviewer
) -> None:
    dying = House(migrated, queue, reviewer, Place(before=[Killed()]), OPEN)
    [draft] = filed(migrated)
    queue.approve(draft.id, "ada")
    with pytest.raises(Killed):
        dying.delivering.attempt(draft.id, 1)
    become(migrated, f"send-{draft.id}-1-1", "PENDING")
    dying.swept()
    assert queued(migrated) == [], "another worker will take it over"
    become(migrated, f"send-{draft.id}-1-1", "ERROR")
    dying.swept()
    assert queued(migrated) == [f"send-{draft.id}-2-1"]
    dying.delivering.attempt(draft.id, 2)
    assert seen(migrated, draft.id).state is DraftState.SENT


def test_a_draft_that_the_queue_gave_up_ends_as_failed_with_what_is_known(
    migrated: Store, queue: Queue, reviewer: Reviewer
) -> None:
    [draft] = filed(migrated)
    queue.approve(draft.id, "ada")
    dying = House(migrated, queue, reviewer, Place(knows=False, done=[Killed()]), OPEN)
    with pytest.raises(Killed):
        dying.delivering.attempt(draft.id, 1)
    become(migrated, f"send-{draft.id}-1-1", "MAX_RECOVERY_ATTEMPTS_EXCEEDED")
    dying.swept(timedelta())
    now = seen(migrated, draft.id)
    assert now.state is DraftState.FAILED
    assert "given up: it ended the worker that did it, several times" in now.note
    assert "it may have been sent on" in now.note
    queue.approve(draft.id, "ada")
    dying.swept(timedelta())
    assert seen(migrated, draft.id).state is DraftState.APPROVED, "that was another decision"


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        ("MAX_RECOVERY_ATTEMPTS_EXCEEDED", "it ended the worker that did it, several times"),
        ("CANCELLED", "given up: CANCELLED"),
    ],
)
def test_a_job_that_the_queue_gave_up_ends_as_failed_with_the_reason(
    migrated: Store, queue: Queue, house: House, status: str, reason: str
) -> None:
    job, _ = queue.accept(Notice("a@wimble.example", "", Origin.HOOK))
    house.swept(timedelta())
    assert migrated.jobs.counts() == {JobState.WAITING: 1}
    become(migrated, f"{job.id}-fetch-1", status)
    house.swept(timedelta())
    now = migrated.jobs.get(job.id)
    assert now is not None
    assert now.state is JobState.FAILED
    assert reason in now.detail
    _, new = queue.accept(Notice("a@wimble.example", "", Origin.HOOK))
    assert new, "it may be asked for again"


def test_checks_whose_try_failed_are_tried_again_and_not_for_ever(
    migrated: Store, queue: Queue, house: House
) -> None:
    """As where the database went away: what patchwork does is looked after by the try itself."""
    tries = house.settings.outbox.tries
    queue.set_checks(7, "linux-wimble@lists.example", 1)
    house.swept(timedelta())
    assert queued(migrated, "tell") == ["checks-7-1"]
    for number in range(1, tries):
        become(migrated, f"checks-7-{number}", "ERROR")
        for _ in range(2):
            house.swept(timedelta())
        assert queued(migrated, "tell") == [f"checks-7-{number + 1}"]
    become(migrated, f"checks-7-{tries}", "ERROR")
    house.swept(timedelta())
    assert queued(migrated, "tell") == []

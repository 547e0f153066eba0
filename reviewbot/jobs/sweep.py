"""What is done from time to time, by one worker at a time: nothing that was taken is forgotten.

Drafts are approved while their list is muted, or on lists that ask for no approval; settings
change; work ends the process that does it until the queue gives it up. All of that is found
here, looked at again, or ended with the reason.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from reviewbot.config import Settings
from reviewbot.jobs.delivering import Delivering
from reviewbot.jobs.queue import Lost, Queue
from reviewbot.jobs.steps import Steps
from reviewbot.jobs.tidying import Tidying
from reviewbot.outbox.policy import Hold, at_first_sight
from reviewbot.store.records import DraftState, StoredDraft
from reviewbot.store.store import Store

log = logging.getLogger(__name__)

NAME = "sweep"
LONGEST = timedelta(minutes=10)
"""Whoever sweeps and is not heard of for so long has died at it."""
LOOK_BACK = timedelta(days=1)


class Sweep:
    """One round, which may be done at any time and by anybody.

    Only what the queue has no work on is put into it: a new turn ends the one before it.
    """

    def __init__(
        self, settings: Settings, store: Store, queue: Queue, steps: Steps, delivering: Delivering
    ) -> None:
        self._settings = settings
        self._store = store
        self._queue = queue
        self._steps = steps
        self._delivering = delivering

    def run(self, now: datetime | None = None) -> None:
        now = now or datetime.now(UTC)
        for lost in self._queue.lost(now - LOOK_BACK):
            self._end(lost)
        for draft in self._ready(now):
            if self._queue.send_again(draft):
                log.info("draft taken up again", extra={"draft": draft.id})

    def _end(self, lost: Lost) -> None:
        if lost.draft is not None:
            self._delivering.give_up(*lost.draft, lost.why)
        elif lost.checks is not None:
            self._tell_again(*lost.checks)
        elif self._steps.is_open(lost.job_id):
            self._steps.fail(lost.job_id, lost.why)
            log.error("job given up", extra={"job": lost.job_id, "why": lost.why})

    def _tell_again(self, review_id: int, mailing_list: str, number: int) -> None:
        """A try to set checks failed on more than patchwork, as where the database went away."""
        if number < self._settings.outbox.tries:
            self._queue.set_checks(review_id, mailing_list, number + 1)

    def _ready(self, now: datetime) -> Iterator[StoredDraft]:
        """Approved drafts that nothing keeps any more, and those that a worker died over."""
        for draft in self._store.drafts.overdue(now):
            if not self._is_held(draft, now) and not self._queue.is_on_its_way(draft):
                yield draft

    def _is_held(self, draft: StoredDraft, now: datetime) -> bool:
        if draft.state is DraftState.SENDING:
            return False
        policy = self._settings.policy(draft.mailing_list)
        seen = at_first_sight(draft.made_at, policy, now)
        return isinstance(seen or self._delivering.verdict(draft), Hold)


class Sweeper:
    """A thread that sweeps when it is this worker's turn, until it is stopped."""

    def __init__(self, sweep: Sweep, tidying: Tidying, store: Store, every: float) -> None:
        self._sweep = sweep
        self._tidying = tidying
        self._marks = store.marks
        self._every = every
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._go_on, name="sweeper", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        self._thread.join()

    def _go_on(self) -> None:
        while True:
            try:
                self._once()
            except Exception:  # a database that is away for a while must not end the worker
                log.exception("not swept")
            if self._stopping.wait(self._every):
                return

    def _once(self) -> None:
        if self._marks.take(NAME, LONGEST):
            try:
                self._sweep.run()
                self._tidying.now_and_then()
            finally:
                self._marks.back(NAME, timedelta(seconds=self._every * 0.9))

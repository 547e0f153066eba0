"""Takes away what the settings do not keep any longer, from the store and from the queue."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from reviewbot.config import Settings
from reviewbot.jobs.queue import Queue
from reviewbot.store.store import Store

log = logging.getLogger(__name__)

NAME = "tidying"
EVERY = timedelta(hours=1)
AT_ONCE = 200
"""So much in one transaction: others write between."""
LONGER = timedelta(days=1)
"""A job outlives its work in the queue by that: asked for again it must be able to run again."""


class Tidying:
    """One round, which may be done at any time and by anybody."""

    def __init__(self, settings: Settings, store: Store, queue: Queue) -> None:
        self._service = settings.service
        self._store = store
        self._queue = queue

    def now_and_then(self) -> None:
        """A round, where nobody has done one within the hour."""
        if self._store.marks.take(NAME, EVERY):
            self.run()

    def run(self, now: datetime | None = None) -> None:
        now = now or datetime.now(UTC)
        jobs = now - timedelta(days=self._service.keep_jobs_days)
        series = now - timedelta(days=self._service.keep_days)
        kept = self._store.retention
        gone = {
            "work": _all(lambda: self._queue.forget(jobs, AT_ONCE)),
            "jobs": _all(lambda: kept.forget_jobs(jobs - LONGER, AT_ONCE)),
            "series": _all(lambda: kept.forget_series(series, AT_ONCE)),
            "logins": kept.forget_logins(now),
        }
        if any(gone.values()):
            log.info("old things taken away", extra=gone)


def _all(some: Callable[[], int]) -> int:
    """Goes on until there is no more."""
    total = 0
    while number := some():
        total += number
    return total

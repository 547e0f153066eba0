"""Whether the parts that we stand on answer; the archive is asked now and then, not each time."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

from reviewbot.errors import ReviewbotError
from reviewbot.sources.interface import Archive
from reviewbot.sources.pulse import ask_archive

log = logging.getLogger(__name__)

OK = "ok"
SILENT = "does not answer"
PATIENCE = 2.0
PAUSE = 60.0
"""Seconds between two calls to the archive, however often we are asked."""


def state_of(part: str, ask: Callable[[], None]) -> str:
    """OK or SILENT: the reason, which may name places of ours, is for the log alone."""
    try:
        ask()
    except ReviewbotError as error:
        log.warning("does not answer", extra={"part": part, "error": str(error)})
        return SILENT
    return OK


class ArchivePulse:
    """The archive's state; many threads may ask."""

    def __init__(
        self, url: str, contact: str = "", clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._archive = Archive(url, contact=contact, patience=PATIENCE)
        self._clock = clock
        self._asking = threading.Lock()
        self._asked = -PAUSE
        self._last = OK

    def state(self) -> str:
        """What was heard last; whoever comes while it is being asked does not wait."""
        if self._clock() - self._asked >= PAUSE and self._asking.acquire(blocking=False):
            try:
                self._asked = self._clock()
                self._last = state_of("archive", lambda: ask_archive(self._archive))
            finally:
                self._asking.release()
        return self._last

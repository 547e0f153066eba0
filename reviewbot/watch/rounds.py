"""Looks at everything that is followed, again and again, and leaves alone what asks for peace."""

from __future__ import annotations

import heapq
import logging
import threading
import time
from collections.abc import Callable, Sequence
from typing import Protocol

import httpx

from reviewbot.errors import ReviewbotError, TooOften
from reviewbot.sources.feed import Busy

log = logging.getLogger(__name__)

LONGEST_PAUSE = 3600.0
"""Seconds; something that fails again and again is looked at once an hour."""


class Watched(Protocol):
    """Something that is followed."""

    name: str

    def look(self, client: httpx.Client) -> int:
        """Hands on what is new; the number of series that were not known."""
        ...


class Rounds:
    """Looks at each thing every `pause` seconds, at one at a time."""

    def __init__(
        self,
        watched: Sequence[Watched],
        pause: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._pause = pause
        self._clock = clock
        self._stopping = threading.Event()
        self._due = [(clock(), number, 0, one) for number, one in enumerate(watched)]

    def run(self, client: httpx.Client) -> None:
        """Goes on until `stop` is called."""
        while not self._stopping.wait(max(0.0, self._due[0][0] - self._clock())):
            self.step(client)

    def step(self, client: httpx.Client) -> float:
        """Looks at what is due first; the seconds until it is due again."""
        _, number, failures, one = heapq.heappop(self._due)
        failures, pause = self._looked(one, failures, client)
        heapq.heappush(self._due, (self._clock() + pause, number, failures, one))
        return pause

    def stop(self) -> None:
        """Ends `run`; may be called by a signal's handler."""
        self._stopping.set()

    def _looked(self, one: Watched, failures: int, client: httpx.Client) -> tuple[int, float]:
        try:
            new = one.look(client)
        except ReviewbotError as error:
            wait = error.wait if isinstance(error, (Busy, TooOften)) else 0.0
            pause = max(wait, min(self._pause * 2 ** (failures + 1), LONGEST_PAUSE))
            log.warning("%s", error, extra={"watched": one.name, "again_in": round(pause)})
            return failures + 1, pause
        if new:
            log.info("new series", extra={"watched": one.name, "series": new})
        return 0, self._pause

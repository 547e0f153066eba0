"""The worker processes of `reviewbot serve`: they end with it, and are replaced if they die."""

from __future__ import annotations

import logging
import subprocess
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from types import TracebackType

log = logging.getLogger(__name__)

LOOK_SECONDS = 0.2
FIRST_PAUSE = 0.5
LONGEST_PAUSE = 60.0
"""Seconds before one that died is replaced: the first time, and at most."""
LONG_LIVED = 60.0
END_SECONDS = 30.0


@dataclass(slots=True)
class _Place:
    """One process, and when it may be replaced once it has died."""

    process: subprocess.Popen[bytes]
    begun: float
    pause: float = FIRST_PAUSE
    due: float | None = None


class Crew:
    """A number of processes with one command, while the block lasts.

    Their standard input is a pipe from us: it ends when we do, however we end.
    """

    def __init__(self, command: Sequence[str], size: int) -> None:
        self._command = command
        self._places = [self._filled() for _ in range(size)]
        self._stopping = threading.Event()
        self._watch = threading.Thread(target=self._replace_the_dead, name="crew", daemon=True)

    def __enter__(self) -> Crew:
        self._watch.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stopping.set()
        self._watch.join()
        for place in self._places:
            place.process.terminate()
        for place in self._places:
            _ended(place.process)

    def _filled(self) -> _Place:
        return _Place(self._started(), time.monotonic())

    def _started(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(self._command, stdin=subprocess.PIPE)

    def _replace_the_dead(self) -> None:
        while not self._stopping.wait(LOOK_SECONDS):
            for place in self._places:
                if place.process.poll() is not None:
                    self._replace(place)

    def _replace(self, place: _Place) -> None:
        """One that dies young is given longer each time: what ails it may need a person."""
        now = time.monotonic()
        if place.due is None:
            lived = now - place.begun
            place.pause = FIRST_PAUSE if lived > LONG_LIVED else place.pause
            place.due = now + place.pause
            place.pause = min(place.pause * 2, LONGEST_PAUSE)
            extra = {"pid": place.process.pid, "status": place.process.returncode}
            log.error("a worker died; it is replaced", extra=extra)
        elif now >= place.due:
            _close(place.process)
            place.process, place.begun, place.due = self._started(), now, None


def _ended(process: subprocess.Popen[bytes]) -> None:
    try:
        process.wait(END_SECONDS)
    except subprocess.TimeoutExpired:
        log.error("a worker did not stop; it is killed", extra={"pid": process.pid})
        process.kill()
        process.wait()
    _close(process)


def _close(process: subprocess.Popen[bytes]) -> None:
    if process.stdin is not None:
        process.stdin.close()

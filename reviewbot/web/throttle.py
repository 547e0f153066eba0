"""How often one address may call: so many times a minute, in bursts of as many."""

from __future__ import annotations

import math
import threading
import time
from collections import OrderedDict
from collections.abc import Callable

MINUTE = 60.0
MOST_ADDRESSES = 10_000
"""So many are remembered; who has not called for longest is forgotten first."""


class Throttle:
    """Counts calls in this process. Threads may share one."""

    def __init__(self, a_minute: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._pause = MINUTE / a_minute if a_minute > 0 else math.inf
        self._clock = clock
        self._lock = threading.Lock()
        self._full: OrderedDict[str, float] = OrderedDict()

    def wait(self, address: str) -> int:
        """0 for a call that may be made, and counts it; else the seconds until one may be.

        Each call takes a slot that comes free again after its share of the minute; `_full`
        holds the moment at which all slots of an address are free (GCRA).
        """
        with self._lock:
            now = self._clock()
            free = max(self._full.get(address, now), now) + self._pause
            over = free - now - MINUTE
            if over > 0:
                return math.ceil(over) if math.isfinite(over) else int(MINUTE)
            self._full[address] = free
            self._full.move_to_end(address)
            if len(self._full) > MOST_ADDRESSES:
                self._full.popitem(last=False)
            return 0

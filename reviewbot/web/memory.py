"""Keeps what is slow to count for a moment, so that a busy page costs the database no more."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any, TypeVar

Value = TypeVar("Value")


class Memory:
    """Values by name, for so many seconds; whoever asks first counts, others wait for that."""

    def __init__(self, lasts: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._lasts = lasts
        self._clock = clock
        self._lock = threading.Lock()
        self._kept: dict[str, tuple[float, Any]] = {}

    def get(self, name: str, count: Callable[[], Value]) -> Value:
        with self._lock:
            made, value = self._kept.get(name, (float("-inf"), None))
            if self._clock() - made >= self._lasts:
                value = count()
                self._kept[name] = (self._clock(), value)
            kept: Value = value
            return kept

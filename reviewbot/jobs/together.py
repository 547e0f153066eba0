"""Callers that come at once share one transaction, and so one wait for the disk."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import Generic, TypeVar

MOST = 64
"""So many share a transaction at most, for others wait until it ends."""

Given = TypeVar("Given")
Taken = TypeVar("Taken")


class Together(Generic[Given, Taken]):
    """`take` does several at once, all or none, and gives the results in the same order.

    Who comes while another's transaction runs waits for it, and then does the work of all who
    have come meanwhile. Where a transaction fails, each of its callers is tried alone, so that
    one that cannot be taken stops no other.
    """

    def __init__(self, take: Callable[[Sequence[Given]], Sequence[Taken]]) -> None:
        self._take = take
        self._turn = threading.Lock()
        self._waiting: deque[tuple[Given, Future[Taken]]] = deque()

    def ask(self, given: Given) -> Taken:
        """The result for this one, when it is on the disk; raises what `take` raises for it."""
        mine: Future[Taken] = Future()
        self._waiting.append((given, mine))
        while not mine.done():
            with self._turn:
                if not mine.done():
                    self._settle([self._waiting.popleft() for _ in range(self._many())])
        return mine.result()

    def _many(self) -> int:
        return min(len(self._waiting), MOST)

    def _settle(self, asked: list[tuple[Given, Future[Taken]]]) -> None:
        try:
            results = self._take([given for given, _ in asked])
        except Exception as error:
            if len(asked) == 1:
                asked[0][1].set_exception(error)
            else:
                for one in asked:
                    self._settle([one])
        else:
            for (_, future), result in zip(asked, results, strict=True):
                future.set_result(result)

"""Callers that come while another is served share the next turn; one that fails stops no other."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from reviewbot.jobs.together import MOST, Together
from tests.service import eventually


class Desk:
    """Takes numbers; the first turn lasts until it is let go."""

    def __init__(self) -> None:
        self.turns: list[list[int]] = []
        self.go = threading.Event()
        self.together = Together(self.take)

    def take(self, numbers: Sequence[int]) -> list[str]:
        self.turns.append(list(numbers))
        if len(self.turns) == 1:
            self.go.wait(60)
        if 13 in numbers:
            raise ValueError("13 is refused")
        return [str(number) for number in numbers]

    def asked(self, pool: ThreadPoolExecutor, numbers: Sequence[int]) -> list[Future[str]]:
        """The first number's turn has begun, and all others wait for it to end."""
        first = pool.submit(self.together.ask, numbers[0])
        eventually(lambda: self.turns)
        others = [pool.submit(self.together.ask, number) for number in numbers[1:]]
        eventually(lambda: len(self.together._waiting) == len(others))
        self.go.set()
        return [first, *others]


def test_who_waits_shares_the_next_turn() -> None:
    desk = Desk()
    with ThreadPoolExecutor(10) as pool:
        asked = desk.asked(pool, range(10))
        assert [one.result(60) for one in asked] == [str(number) for number in range(10)]
    assert [sorted(turn) for turn in desk.turns] == [[0], list(range(1, 10))]


def test_a_turn_has_an_end() -> None:
    desk = Desk()
    with ThreadPoolExecutor(MOST + 2) as pool:
        for one in desk.asked(pool, range(100, 102 + MOST)):
            one.result(60)
    assert [len(turn) for turn in desk.turns] == [1, MOST, 1]


def test_what_is_refused_stops_no_other() -> None:
    desk = Desk()
    with ThreadPoolExecutor(4) as pool:
        asked = desk.asked(pool, [1, 2, 13, 4])
        with pytest.raises(ValueError, match="13 is refused"):
            asked[2].result(60)
        assert [asked[number].result(60) for number in (0, 1, 3)] == ["1", "2", "4"]

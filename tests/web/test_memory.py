"""What is slow to count is counted once in a while."""

from __future__ import annotations

from itertools import count

from reviewbot.web.memory import Memory


def test_a_value_is_kept_for_its_time_and_by_its_name() -> None:
    now, numbers = [0.0], count()
    memory = Memory(30.0, lambda: now[0])
    assert [memory.get("a", lambda: next(numbers)) for _ in range(2)] == [0, 0]
    assert memory.get("b", lambda: next(numbers)) == 1
    now[0] = 29.9
    assert memory.get("a", lambda: next(numbers)) == 0
    now[0] = 30.0
    assert memory.get("a", lambda: next(numbers)) == 2


def test_no_time_is_no_memory() -> None:
    numbers = count()
    memory = Memory(0.0)
    assert [memory.get("a", lambda: next(numbers)) for _ in range(2)] == [0, 1]

"""An address may call so many times a minute; others are not held up by it."""

from __future__ import annotations

from reviewbot.web.throttle import MOST_ADDRESSES, Throttle


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_burst_is_let_through_and_more_has_to_wait_its_share() -> None:
    clock = Clock()
    throttle = Throttle(6, clock)
    assert [throttle.wait("one") for _ in range(7)] == [0] * 6 + [10]
    assert throttle.wait("two") == 0
    clock.now = 10.0
    assert [throttle.wait("one") for _ in range(2)] == [0, 10]
    clock.now = 1000.0
    assert [throttle.wait("one") for _ in range(7)] == [0] * 6 + [10]


def test_a_call_that_was_refused_is_not_held_against_its_address() -> None:
    clock = Clock()
    throttle = Throttle(6, clock)
    for _ in range(100):
        throttle.wait("one")
    clock.now = 10.0
    assert throttle.wait("one") == 0


def test_no_calls_at_all_may_be_made_where_the_rate_is_nothing() -> None:
    assert Throttle(0).wait("one") == 60


def test_it_does_not_grow_without_end() -> None:
    throttle = Throttle(1, Clock())
    assert throttle.wait("first") == 0
    assert throttle.wait("first") > 0
    for number in range(MOST_ADDRESSES):
        throttle.wait(f"address {number}")
    assert throttle.wait("first") == 0

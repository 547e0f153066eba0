"""Each thing is looked at in its turn, and one that fails is left alone for longer and longer."""

from __future__ import annotations

import httpx
import pytest

from reviewbot.errors import Unreachable
from reviewbot.sources.feed import Busy
from reviewbot.watch.rounds import LONGEST_PAUSE, Rounds


class Thing:
    """Something that is followed and fails as often as it is told to."""

    def __init__(self, name: str, *errors: Exception) -> None:
        self.name = name
        self.errors = list(errors)
        self.looks = 0

    def look(self, client: httpx.Client) -> int:
        self.looks += 1
        if self.errors:
            raise self.errors.pop(0)
        return 1


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_all_are_looked_at_in_turn(clock: Clock, client: httpx.Client) -> None:
    things = [Thing("one"), Thing("two")]
    rounds = Rounds(things, 60.0, clock)
    for _ in range(2):
        assert [rounds.step(client) for _ in things] == [60.0, 60.0]
        clock.now += 60.0
    assert [thing.looks for thing in things] == [2, 2]


def test_failures_make_the_pauses_longer_and_success_ends_that(
    clock: Clock, client: httpx.Client
) -> None:
    thing = Thing("one", *[Unreachable("no answer") for _ in range(9)])
    rounds = Rounds([thing], 60.0, clock)
    pauses = [rounds.step(client) for _ in range(10)]
    assert pauses[:4] == [120.0, 240.0, 480.0, 960.0]
    assert pauses[8:] == [LONGEST_PAUSE, 60.0]


def test_a_server_that_names_a_pause_gets_it(clock: Clock, client: httpx.Client) -> None:
    rounds = Rounds([Thing("one", Busy("busy", 5000.0))], 60.0, clock)
    assert rounds.step(client) == 5000.0


def test_one_that_fails_does_not_hold_up_the_others(clock: Clock, client: httpx.Client) -> None:
    bad, good = Thing("bad", *[Unreachable("no answer")] * 3), Thing("good")
    rounds = Rounds([bad, good], 60.0, clock)
    for _ in range(2):
        rounds.step(client)
    clock.now = 60.0
    rounds.step(client)
    assert (bad.looks, good.looks) == (1, 2)


def test_it_ends_when_it_is_asked_to(client: httpx.Client) -> None:
    rounds = Rounds([Thing("one")], 60.0)
    rounds.stop()
    rounds.run(client)

"""Heartbeats and turns, which many machines share."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

from reviewbot.store.store import Store

NOW = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def test_a_worker_that_was_not_heard_of_is_lost(store: Store) -> None:
    store.workers.beat("one", "lantern:1", NOW)
    store.workers.beat("two", "lantern:2", NOW)
    store.workers.beat("two", "lantern:2", NOW + MINUTE)
    assert store.workers.lost(MINUTE / 2, NOW + MINUTE) == ("one",)
    assert [worker.seen_at - worker.started_at for worker in store.workers.all()] == [
        0 * MINUTE,
        MINUTE,
    ]
    store.workers.forget("one")
    assert store.workers.lost(MINUTE / 2, NOW + MINUTE) == ()


def test_turns_of_one_host_lie_apart_and_hosts_do_not_wait_for_each_other(store: Store) -> None:
    waits = [store.pace.turn("archive.example", 0.5, now=100.0) for _ in range(3)]
    assert waits == [0.0, 0.5, 1.0]
    assert store.pace.turn("other.example", 0.5, now=100.0) == 0.0
    assert store.pace.turn("archive.example", 0.5, now=101.25) == 0.25
    assert store.pace.turn("archive.example", 0.5, now=200.0) == 0.0


def test_a_mark_is_where_it_was_put_last(store: Store) -> None:
    assert store.marks.get("linux-wimble") == {}
    store.marks.put("linux-wimble", {"epoch": 0, "commit": "a1"})
    store.marks.put("linux-wimble", {"epoch": 1, "commit": "b2"})
    assert store.marks.get("linux-wimble") == {"epoch": 1, "commit": "b2"}


def test_a_turn_is_one_caller_s_until_it_is_given_back_or_too_long(store: Store) -> None:
    hour, minute = timedelta(hours=1), timedelta(minutes=1)
    assert store.marks.take("sweep", hour, now=NOW)
    assert not store.marks.take("sweep", hour, now=NOW + minute)
    assert store.marks.take("other", hour, now=NOW)
    store.marks.back("sweep", minute, now=NOW + minute)
    assert not store.marks.take("sweep", hour, now=NOW + minute)
    assert store.marks.take("sweep", hour, now=NOW + 2 * minute)
    assert store.marks.take("sweep", hour, now=NOW + 2 * minute + hour)


def test_of_many_who_want_a_turn_at_once_one_gets_it(store: Store) -> None:
    got: list[bool] = []

    def take() -> None:
        got.append(store.marks.take("sweep", timedelta(hours=1)))

    threads = [threading.Thread(target=take) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(got) == [False] * 5 + [True]

"""Locks are known by class, whatever they are called where they are taken."""

from __future__ import annotations

import pytest

from reviewbot.csource.lockorder import orders
from reviewbot.csource.locks import taken_directly, taken_inside
from tests.csource.sights import sight

FILE = """
static DEFINE_MUTEX(brisk_mutex);

static void g(struct brisk_conn *conn)
{
	struct brisk_session *session = conn->session;

	spin_lock(&session->lock);
	spin_unlock(&session->lock);
}
static void f(struct brisk_conn *conn, struct sock *sk, struct mutex *any, int i)
{
	%s
}
"""


@pytest.mark.parametrize(
    ("call", "cls"),
    [
        ("spin_lock(&conn->lock);", ["brisk_conn.lock"]),
        ("spin_lock(&conn->session->lock);", ["brisk_session.lock"]),
        ("spin_lock(&conn->ring[i].lock);", ["ring.lock"]),
        ("spin_lock(&brisk.lock);", ["brisk.lock"]),
        ("mutex_lock(&brisk_mutex);", ["mutex brisk_mutex"]),
        ("lock_sock(sk);", ["sock-lock sock"]),
        ("mutex_lock(any);", []),
        ("mutex_trylock(&conn->m);", []),
        ("guard(mutex)(&conn->m);", ["brisk_conn.m"]),
    ],
)
def test_the_class_of_a_lock(call: str, cls: list[str]) -> None:
    seen = sight(FILE % call)
    assert [lock.cls for lock in taken_directly(seen, seen.function)] == cls


def test_an_object_that_is_locked_is_named_as_it_was_handed_over() -> None:
    body = "struct sock *own = conn->sk; lock_sock(own); mutex_lock(&brisk_mutex); g(conn);"
    pairs = [(order.first.cls, order.second.cls) for order in orders(sight(FILE % body))]
    assert ("sock-lock sock", "mutex brisk_mutex") in pairs


def test_what_is_taken_by_callees() -> None:
    assert [lock.cls for lock in taken_inside(sight(FILE % "g(conn);"), "f")] == [
        "brisk_session.lock"
    ]

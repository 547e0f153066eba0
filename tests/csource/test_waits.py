"""Waiting for a handler under a lock that it takes, or for oneself."""

from __future__ import annotations

from reviewbot.csource.waits import waited_for_under_lock, waits_for_itself, waits_under_lock
from tests.csource.sights import sight

FILE = """
static void work(struct work_struct *w)
{
	struct brisk *p = container_of(w, struct brisk, work);

	%s
}
static void setup(struct brisk *p)
{
	INIT_WORK(&p->work, work);
}
static void stop(struct brisk *p)
{
	cancel_work_sync(&p->work);
}
static void f(struct brisk *p)
{
	mutex_lock(&p->%s);
	stop(p);
	mutex_unlock(&p->%s);
}
"""
TAKES = FILE % ("mutex_lock(&p->m); mutex_unlock(&p->m);", "m", "m")
OTHER = FILE % ("mutex_lock(&p->m); mutex_unlock(&p->m);", "other", "other")
TRIES = FILE % ("if (mutex_trylock(&p->m)) mutex_unlock(&p->m);", "m", "m")
SELF = FILE % ("stop(p);", "m", "m")


def test_a_lock_that_the_handler_takes() -> None:
    (wait,) = waits_under_lock(sight(TAKES))
    assert (wait.call.name, wait.waiter, wait.handler.function) == (
        "stop",
        "cancel_work_sync",
        "work",
    )
    assert wait.lock is not None and wait.lock.cls == "brisk.m"
    assert list(waits_under_lock(sight(OTHER))) == []
    assert list(waits_under_lock(sight(TRIES))) == []


def test_a_wait_that_the_caller_decides_about() -> None:
    asks = TAKES.replace("stop(struct brisk *p)", "stop(struct brisk *p, bool gone)")
    asks = asks.replace("stop(p);", "stop(p, true);")
    by_caller = asks.replace("cancel_work_sync(", "if (!gone)\n\t\tcancel_work_sync(")
    by_state = asks.replace("cancel_work_sync(", "if (p->busy)\n\t\tcancel_work_sync(")
    assert list(waits_under_lock(sight(by_caller))) == []
    assert len(list(waits_under_lock(sight(by_state)))) == 1


def test_the_handler_knows_who_waits_for_it() -> None:
    direct = TAKES.replace("stop(p);", "cancel_work_sync(&p->work);")
    found = [(name, wait.waiter) for name, wait in waited_for_under_lock(sight(direct, "work"))]
    assert found == [("f", "cancel_work_sync")]
    assert list(waited_for_under_lock(sight(OTHER, "work"))) == []


def test_a_handler_that_waits_for_itself() -> None:
    assert [wait.waiter for wait in waits_for_itself(sight(SELF, "work"))] == ["cancel_work_sync"]
    assert list(waits_for_itself(sight(SELF))) == []


def test_who_is_given_a_thing_does_not_hold_its_lock() -> None:
    text = """
static struct sock *conn_hold(struct conn *conn)
{
	if (!conn->sk)
		return NULL;
	sock_hold(conn->sk);
	return conn->sk;
}
static void f(struct conn *conn)
{
	struct sock *sk = conn_hold(conn);

	if (sk) {
		lock_sock(sk);
		release_sock(sk);
		sock_put(sk);
	}
	stop(conn);
}
"""
    assert [call.site.name for call in sight(text).paths.calls] == ["release_sock"]

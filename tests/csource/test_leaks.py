"""What an exit leaves behind by mistake, and what it holds because it should."""

from __future__ import annotations

import pytest

from reviewbot.csource.facts import Kind
from reviewbot.csource.leaks import Leak, leaks, left_there
from reviewbot.csource.sight import Sight
from reviewbot.csource.tails import dropped, locks_no_more
from tests.csource.sights import both, sight

HEAD = "static int f(struct brisk *p)\n{\n"
HELPERS = """
static void brisk_lock(struct brisk *p)
{
	write_lock_bh(&p->lock);
}
static void brisk_unlock(struct brisk *p)
{
	write_unlock_bh(&p->lock);
	brisk_notify(p->net);
}
static void brisk_unlock_fast(struct brisk *p)
{
	write_unlock_bh(&p->lock);
}
static int brisk_emit(struct brisk *p, int cookie)
{
	if (p->busy)
		brisk_srcu_unlock(cookie);
	return p->busy;
}
"""


def _text(body: str, rest: str) -> str:
    lines = body.replace("; ", ";\n").replace("{ ", "{\n").replace(") ", ")\n")
    return f"{rest}\n{HEAD}{lines}\n}}\n"


def _sight(body: str) -> Sight:
    return sight(_text(body, HELPERS))


def _both(before: str, after: str, rest: tuple[str, str] = (HELPERS, HELPERS)) -> Sight:
    return both(_text(before, rest[0]), _text(after, rest[1]))


def _left(seen: Sight, kind: Kind = Kind.LOCK) -> list[Leak]:
    return list(leaks(seen, kind))


LEAVES = "mutex_lock(&p->m); if (p->bad) return -EIO; mutex_unlock(&p->m); return 0;"


def test_a_lock_that_one_exit_keeps() -> None:
    assert [leak.held.text for leak in _left(_sight(LEAVES))] == ["&p->m"]


@pytest.mark.parametrize(
    "body",
    [
        # entered with the lock, which is given up for a while
        "if (p->idle) return 0; mutex_unlock(&p->m); brisk_wait(p); mutex_lock(&p->m);"
        " if (p->bad) return -EIO; return 0;",
        "do { spin_unlock(&p->s); brisk_wait(p); spin_lock(&p->s); if (p->bad) return -EIO;"
        " } while (p->more); return 0;",
        # whoever holds it is told so by a flag
        "bool held = brisk_wants(p); if (held) mutex_lock(&p->m); p->n = brisk_read(p);"
        " if (p->was_held) mutex_unlock(&p->m); return p->n;",
        # another name of the same unlock
        "brisk_lock(p); if (!p->link) { brisk_unlock_fast(p); return -EIO; }"
        " brisk_unlock(p); return 0;",
        # whoever has the cookie may have used it
        "int c = brisk_srcu_lock(); if (brisk_emit(p, c)) return 0;"
        " brisk_srcu_unlock(c); return 1;",
        # the caller holds it on the short way, and the function takes it on the long one
        "int ret; if (p->held) { p->n++; } else { mutex_lock(&p->m); }"
        " ret = brisk_read(p); if (ret) mutex_unlock(&p->m); return ret;",
        # a fault may have been served with the lock given back
        "mmap_read_lock(p->mm); if (handle_mm_fault(p->vma, 0, 0, 0)) return 0;"
        " mmap_read_unlock(p->mm); return 0;",
    ],
)
def test_a_lock_that_is_held_on_purpose(body: str) -> None:
    assert _left(_sight(body)) == []


def test_an_exit_that_held_the_lock_before_is_not_judged_by_what_the_patch_adds() -> None:
    before = "mutex_lock(&p->m); brisk_start(p); return 0;"
    after = "mutex_lock(&p->m); if (!p->n) { mutex_unlock(&p->m); return 0; } %s return 0;"
    assert _left(_both(before, after % "brisk_start(p);")) == []
    assert _left(_both(LEAVES, LEAVES)) != []


def test_what_is_only_started_on_the_way_to_a_failure_undoes_a_stop() -> None:
    body = """
	int ret = brisk_stop(p);
	if (ret)
		return ret;
	ret = brisk_sleep(p);
	if (ret)
		goto err;
	return 0;
err:
	brisk_start(p);
	return ret;
"""
    start = "if (p->off) brisk_stop(p); " + body
    assert _left(_sight(start), Kind.STATE) == []


STARTS = """
	int ret = brisk_start(p->dev);
	if (ret)
		return ret;
	ret = brisk_load(p);
	if (ret)
		%s
	ret = brisk_arm(p);
	if (ret) {
		brisk_stop(p->dev);
		return ret;
	}
	return 0;
"""


def test_a_state_that_one_failure_leaves_set() -> None:
    assert [leak.held.text for leak in _left(_sight(STARTS % "return ret;"), Kind.STATE)] == [
        "p->dev"
    ]


def test_an_undoer_that_is_handed_over_is_called_by_others() -> None:
    managed = "devm_add_action_or_reset(p->dev, brisk_stop, p); return ret;"
    assert _left(_sight(STARTS % f"{{ {managed} }}"), Kind.STATE) == []


def test_the_same_exit_on_the_other_side() -> None:
    (leak,) = _left(_both(STARTS % "return ret;", STARTS % "return ret;"), Kind.STATE)
    assert left_there(_both(STARTS % "return ret;", STARTS % "return ret;"), leak)
    undone = STARTS % "{ brisk_stop(p->dev); return ret; }"
    assert not left_there(_both(undone, STARTS % "return ret;"), leak)


def test_a_success_that_keeps_the_state_says_nothing_of_a_failure() -> None:
    body = "int ret = brisk_start(p); if (ret) return ret; ret = brisk_load(p); %s return ret;"
    before = body % "if (ret) brisk_stop(p);"
    after = body % "if (ret) brisk_say(p);"
    assert [leak.held.text for leak in _left(_both(before, after), Kind.STATE)] == ["p"]


def test_an_address_and_a_pointer_name_the_same_state() -> None:
    body = "int ret; brisk_init(&p->c); ret = brisk_load(p); if (ret) brisk_exit(p->c); return ret;"
    assert _left(_sight(body), Kind.STATE) == []


def test_whether_a_patch_changes_what_a_callee_does() -> None:
    other = HELPERS.replace("brisk_notify(p->net);", "")
    seen = _both("return 0;", "return 1;", (HELPERS, other))
    assert seen.changes("brisk_unlock")
    assert not seen.changes("brisk_lock")
    assert not seen.changes("brisk_missing")


def test_an_unlock_goes_with_its_lock() -> None:
    before = "mutex_lock(&p->m); p->n++; mutex_unlock(&p->m); return 0;"
    lost = _both(before, "mutex_lock(&p->m); p->n++; return 0;")
    moved = _both(before, "p->n++; return 0;")
    assert [locks_no_more(lost, each.call) for each in dropped(lost)] == [False]
    assert [locks_no_more(moved, each.call) for each in dropped(moved)] == [True]

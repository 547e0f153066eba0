"""What may sleep where it must not."""

from __future__ import annotations

import pytest

from reviewbot.csource.atomic import sleeps
from tests.csource.sights import sight

REST = """
static void settle(struct brisk *p)
{
	brisk_write(p, 1);
	msleep(20);
}
static void settle_unlocked(struct brisk *p)
{
	spin_unlock(&p->s);
	msleep(20);
	spin_lock(&p->s);
}
static void settle_maybe(struct brisk *p)
{
	if (p->patient)
		msleep(20);
}
static void setup(struct brisk *p)
{
	timer_setup(&p->timer, tick, 0);
	timer_setup(&p->timer2, shared, 0);
	INIT_WORK(&p->work, shared);
}
"""


def found(body: str, name: str = "f") -> list[tuple[str, str]]:
    text = f"{REST}static void {name}(struct brisk *p)\n{{\n\t{body}\n}}\n"
    return [(each.call.name, each.why.name) for each in sleeps(sight(text, name))]


@pytest.mark.parametrize(
    ("body", "sleep"),
    [
        ("spin_lock(&p->s); msleep(1); spin_unlock(&p->s);", ("msleep", "msleep")),
        ("spin_lock(&p->s); settle(p); spin_unlock(&p->s);", ("settle", "msleep")),
        ("guard(rcu)(); p->q = kmalloc(8, GFP_KERNEL);", ("kmalloc", "kmalloc")),
        ("spin_lock(&p->s); guard(mutex)(&p->m);", ("guard", "guard")),
        ("local_irq_disable(); mutex_lock(&p->m);", ("mutex_lock", "mutex_lock")),
    ],
)
def test_sleeps_under_a_lock(body: str, sleep: tuple[str, str]) -> None:
    assert found(body) == [sleep]


@pytest.mark.parametrize(
    "body",
    [
        "mutex_lock(&p->m); msleep(1); mutex_unlock(&p->m);",
        "spin_lock(&p->s); spin_unlock(&p->s); msleep(1);",
        "spin_lock(&p->s); p->q = kmalloc(8, GFP_ATOMIC);",
        "spin_lock(&p->s); p->q = kmalloc(8, p->atomic ? GFP_ATOMIC : GFP_KERNEL);",
        "spin_lock(&p->s); p->q = kmalloc(8, GFP_KERNEL & ~__GFP_DIRECT_RECLAIM);",
        "spin_lock(&p->s); settle_unlocked(p); spin_unlock(&p->s);",
        "spin_lock(&p->s); settle_maybe(p); spin_unlock(&p->s);",
        "if (spin_trylock(&p->s)) spin_unlock(&p->s); else msleep(1);",
    ],
)
def test_sleeps_where_it_may(body: str) -> None:
    assert found(body) == []


def test_sleeps_in_a_handler() -> None:
    assert found("msleep(1);", "tick") == [("msleep", "msleep")]


def test_a_handler_that_also_runs_elsewhere_or_asks_where_it_runs() -> None:
    assert found("msleep(1);", "shared") == []
    assert found("if (!in_interrupt()) msleep(1);", "tick") == []

"""What a path does wrong with a lock, and what only looks like it."""

from __future__ import annotations

import pytest

from reviewbot.csource.lockorder import irqs_on_for_caller
from reviewbot.csource.retaken import retaken
from tests.csource.sights import sight

HEAD = "static void f(struct brisk *p)\n{\n\tunsigned long flags, more;\n"


def slips(body: str) -> list[tuple[str, str, str]]:
    seen = sight(f"{HEAD}\t{body}\n}}\n")
    return [(slip.kind, slip.site.name, slip.held.text) for slip in seen.paths.slips]


@pytest.mark.parametrize(
    ("body", "slip"),
    [
        ("mutex_lock(&p->m); p->n++; mutex_lock(&p->m);", ("twice", "mutex_lock", "&p->m")),
        ("guard(mutex)(&p->m); mutex_lock(&p->m);", ("twice", "mutex_lock", "&p->m")),
        (
            "spin_lock(&p->s); spin_unlock(&p->s); spin_unlock(&p->s);",
            ("not-held", "spin_unlock", "&p->s"),
        ),
        (
            "spin_lock_irqsave(&p->s, flags); spin_unlock_irq(&p->s);",
            ("variant", "spin_unlock_irq", "&p->s"),
        ),
        ("down_write(&p->r); up_read(&p->r);", ("variant", "up_read", "&p->r")),
        ("guard(mutex)(&p->m); mutex_unlock(&p->m);", ("guarded", "mutex_unlock", "&p->m")),
        (
            "spin_lock_irqsave(&p->s, flags); spin_lock_irqsave(&p->t, flags);",
            ("flags", "spin_lock_irqsave", "&p->s"),
        ),
        (
            "spin_lock_irq(&p->s); spin_lock_irq(&p->t); spin_unlock_irq(&p->t);",
            ("irqs-on", "spin_unlock_irq", "&p->s"),
        ),
    ],
)
def test_a_slip(body: str, slip: tuple[str, str, str]) -> None:
    assert slip in slips(body)


@pytest.mark.parametrize(
    "body",
    [
        "mutex_lock(&p->m); mutex_unlock(&p->m); mutex_lock(&p->m); mutex_unlock(&p->m);",
        "mutex_lock(&p->m); mutex_lock(&p->q->m); mutex_unlock(&p->q->m); mutex_unlock(&p->m);",
        "mutex_lock(&p->m); p = p->next; mutex_lock(&p->m);",
        "if (mutex_trylock(&p->m)) mutex_unlock(&p->m);",
        "spin_lock_irqsave(&p->s, flags); spin_lock_irqsave(&p->t, more);",
        "spin_lock_irqsave(&p->s, flags); spin_unlock_irqrestore(&p->s, flags);",
        "guard(mutex)(&p->m); mutex_unlock(&p->m); p->n++; mutex_lock(&p->m);",
        "up(&p->sem); up(&p->sem);",
        "mutex_unlock(&p->m); brisk_wait(p); mutex_lock(&p->m);",
    ],
)
def test_no_slip(body: str) -> None:
    assert slips(body) == []


CALLEES = """
static void at_once(struct brisk *q)
{
	mutex_lock(&q->m);
	q->n++;
	mutex_unlock(&q->m);
}
static void through(struct brisk *q)
{
	at_once(q);
}
static void maybe(struct brisk *q)
{
	if (q->free)
		return;
	mutex_lock(&q->m);
	mutex_unlock(&q->m);
}
"""


@pytest.mark.parametrize(
    ("call", "again"),
    [
        ("at_once(p)", ["at_once"]),
        ("through(p)", ["through"]),
        ("at_once(p->next)", []),
        ("maybe(p)", []),
    ],
)
def test_a_callee_that_takes_the_lock_of_its_argument(call: str, again: list[str]) -> None:
    body = f"{CALLEES}{HEAD}\tmutex_lock(&p->m);\n\t{call};\n\tmutex_unlock(&p->m);\n}}\n"
    assert [each.call.name for each in retaken(sight(body))] == again


def test_a_core_function_that_takes_a_core_lock() -> None:
    body = f"{HEAD}\trtnl_lock();\n\tunregister_netdev(p->dev);\n\trtnl_unlock();\n}}\n"
    assert [each.call.name for each in retaken(sight(body))] == ["unregister_netdev"]


def test_a_core_lock_that_the_function_says_its_caller_holds() -> None:
    body = f"{HEAD}\tASSERT_RTNL();\n\t%s\n\tunregister_netdev(p->dev);\n}}\n"
    assert [each.call.name for each in retaken(sight(body % "p->n++;"))] == ["unregister_netdev"]
    assert list(retaken(sight(body % "rtnl_unlock();"))) == []


ASSERTS = """
static void g(struct brisk *p)
{
	%s(&p->s%s);
	p->n++;
}
static void f(struct brisk *p)
{
	lockdep_assert_held(&p->s);
	spin_lock_irq(&brisk.lock);
	spin_unlock_irq(&brisk.lock);
}
"""


def test_interrupts_that_the_caller_has_off() -> None:
    found = list(irqs_on_for_caller(sight(ASSERTS % ("spin_lock_irqsave", ", p->flags"))))
    assert [(call.name, lock.text) for call, lock, _ in found] == [("spin_unlock_irq", "p->s")]
    assert list(irqs_on_for_caller(sight(ASSERTS % ("spin_lock", "")))) == []


def test_a_callee_that_takes_and_gives_back_by_itself() -> None:
    text = """
static void set_tx(struct uart_port *port, bool on)
{
	unsigned long flags;

	uart_port_lock_irqsave(port, &flags);
	port->on = on;
	uart_port_unlock_irqrestore(port, flags);
}
static void f(struct uart_port *port)
{
	uart_port_lock_irq(port);
	stop(port);
	uart_port_unlock_irq(port);
	set_tx(port, false);
}
"""
    assert sight(text).paths.slips == ()

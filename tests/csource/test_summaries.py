"""What a callee's text says is read part by part, and the same comes out as if all were."""

from __future__ import annotations

from dataclasses import fields, replace

from reviewbot.csource.facts import Fact
from tests.csource.sights import sight

TEXT = """
static void brisk_count(struct brisk *p)
{
	p->count++;
}

static void brisk_drop(struct brisk *p)
{
	kfree(p);
}

static void brisk_tick(struct brisk *p)
{
	brisk_count(p);
}

static void brisk_end(struct brisk *p)
{
	brisk_count(p);
	brisk_drop(p);
}

static void f(struct brisk *p)
{
	brisk_tick(p);
	brisk_end(p);
}
"""


def test_a_callee_is_not_read_for_what_it_cannot_give_back() -> None:
    seen = sight(TEXT)
    fact = seen.known("brisk_tick")
    assert fact is not None and not fact.releases
    assert [each.name for each in seen.side.read.values()] == ["brisk_tick"]
    assert fact.borrows == {1}
    assert [each.name for each in seen.side.read.values()] == ["brisk_tick", "brisk_count"]


def test_a_callee_is_read_for_what_it_gives_back() -> None:
    fact = sight(TEXT).known("brisk_end")
    assert fact is not None
    assert ("memory", 1) in [(place.resource, place.where) for place in fact.releases]
    assert fact.reaches == {"brisk_count", "brisk_drop", "kfree"}


def test_a_fact_that_is_changed_keeps_the_rest() -> None:
    fact, again = (sight(TEXT).known("brisk_end") for _ in range(2))
    assert fact is not None and again is not None
    changed = replace(fact, sleeps=True)
    assert isinstance(changed, Fact) and changed.sleeps
    rest = [field.name for field in fields(Fact) if field.name != "sleeps"]
    assert [getattr(changed, name) for name in rest] == [getattr(again, name) for name in rest]

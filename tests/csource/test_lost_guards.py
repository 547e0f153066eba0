"""Tests for NULL that a patch takes away from an answer, or out of a condition."""

from __future__ import annotations

import pytest

from reviewbot.csource.lost_guards import lost_answers, lost_guards
from tests.csource.sights import both

STORED = """static int f(struct heath *heath)
{
	heath->name = kasprintf(GFP_KERNEL, "%d", heath->id);
	if (!heath->name)
		return -ENOMEM;
	init.name = heath->name;
	return heath_add(heath, &init);
}
"""
UNTESTED = STORED.replace("	if (!heath->name)\n		return -ENOMEM;\n", "")


def test_an_answer_that_is_stored_untested_is_told_of() -> None:
    (answer,) = lost_answers(both(STORED, UNTESTED))
    assert (answer.key, answer.giver.name, answer.use.line) == ("heath->name", "kasprintf", 4)


@pytest.mark.parametrize(
    "after",
    [
        STORED,
        UNTESTED.replace("GFP_KERNEL", "GFP_KERNEL | __GFP_NOFAIL"),
        UNTESTED.replace("	init.name = heath->name;\n", ""),
        UNTESTED.replace(
            "	init", "	if (IS_ERR_OR_NULL(heath->name))\n		return -ENOMEM;\n	init"
        ),
        UNTESTED.replace(
            "	init", "	if (heath_lacks_name(heath))\n		return -ENOMEM;\n	init"
        ),
        UNTESTED.replace("kasprintf(GFP_KERNEL, ", "heath_print("),
    ],
    ids=[
        "still tested",
        "cannot fail",
        "not used",
        "asked otherwise",
        "asked by another",
        "unknown",
    ],
)
def test_an_answer_is_left_alone(after: str) -> None:
    assert not list(lost_answers(both(STORED, after)))


def _guarded(cond: str, above: str = "") -> str:
    head = f"static int f(struct heath *heath)\n{{\n{above}"
    return f"{head}	if ({cond})\n		return 1;\n	return 0;\n}}\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("heath->pen && heath->pen->down", "heath->pen->down"),
        ("!heath->pen || heath->pen->down", "heath->pen->down"),
        ("heath->on && heath->pen && heath->pen->down", "heath->on && heath->pen->down"),
    ],
)
def test_a_guard_taken_out_of_a_condition_is_told_of(before: str, after: str) -> None:
    (guard,) = lost_guards(both(_guarded(before), _guarded(after)))
    assert (guard.key, guard.use.text) == ("heath->pen", "heath->pen->down")


@pytest.mark.parametrize(
    ("before", "after", "above"),
    [
        ("heath->pen && heath->pen->down", "heath->pen->up", ""),
        ("heath->pen && heath->pen->down", "heath->pen->down", "	heath->pen->on = 1;\n"),
        (
            "heath->pen && heath->pen->down",
            "heath->pen->down",
            "	if (!heath->pen)\n		return 0;\n",
        ),
        ("heath->on && heath->pen->down", "heath->pen->down", ""),
    ],
    ids=["another question", "followed before", "asked before", "another operand"],
)
def test_a_condition_is_left_alone(before: str, after: str, above: str) -> None:
    assert not list(lost_guards(both(_guarded(before, above), _guarded(after, above))))


def test_asking_for_an_error_pointer_settles_nothing() -> None:
    above = "	if (!IS_ERR(heath->pen)) {\n		heath_wake(heath);\n	}\n"
    before = _guarded("heath->pen && heath->pen->down", above)
    assert list(lost_guards(both(before, _guarded("heath->pen->down", above))))

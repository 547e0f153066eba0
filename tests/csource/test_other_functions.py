"""What the rest of a file proves of one function: habits with a member, and orders of locks."""

from __future__ import annotations

from functools import cache

import pytest

from reviewbot.csource.factfile import load_facts
from reviewbot.csource.facts import Facts
from reviewbot.csource.habit import Habit, member_habit, result_habit
from reviewbot.csource.lockorder import against, called_back_under, orders
from reviewbot.csource.parse import parse_file
from reviewbot.csource.sight import Side, Sight
from reviewbot.resources import rules_dir


@cache
def facts() -> Facts:
    return load_facts(rules_dir() / "facts")


def sight(text: str, name: str) -> Sight:
    file = parse_file("drivers/misc/fen.c", text.encode(), frozenset())
    function = file.function(name)
    assert function is not None
    return Sight(function, file, Side("after", {file.path: file}), frozenset(), facts())


def pairs(seen: Sight) -> list[tuple[str, str, str]]:
    return [(order.first.text, order.second.text, order.via) for order in orders(seen)]


LOOKS = """
static int fen_speed(struct fen *fen)
{
	if (!fen->phy)
		return 0;
	return fen->phy->speed;
}
"""
FORGETS = """
static int fen_duplex(struct fen *fen)
{
	return fen->phy->duplex;
}
"""
ASKED = """
static int fen_address(struct fen *fen)
{
	return fen->phy->address;
}
"""


def test_habit_names_who_looks() -> None:
    assert member_habit(sight(LOOKS + ASKED, "fen_address"), "fen->phy") == Habit(("fen_speed",))


def test_one_that_does_not_look_breaks_the_habit() -> None:
    for text in (LOOKS + FORGETS, FORGETS + LOOKS):
        assert member_habit(sight(text + ASKED, "fen_address"), "fen->phy") == Habit(broken=True)


def test_no_habit_where_nobody_looks() -> None:
    assert member_habit(sight(FORGETS + ASKED, "fen_address"), "fen->phy").looked == ()


def test_who_takes_things_down_is_no_witness() -> None:
    text = LOOKS.replace("fen_speed", "fen_phy_remove") + ASKED
    assert member_habit(sight(text, "fen_address"), "fen->phy").looked == ()


def test_a_longer_name_is_another_member() -> None:
    text = LOOKS.replace("->phy", "->phy_node") + ASKED
    assert member_habit(sight(text, "fen_address"), "fen->phy").looked == ()


def test_a_local_name_of_the_member_is_the_member() -> None:
    text = FORGETS.replace(
        "return fen->phy->duplex;", "struct phy *phy = fen->phy;\n\n\treturn phy->duplex;"
    )
    assert member_habit(sight(LOOKS + text + ASKED, "fen_address"), "fen->phy").broken


def test_an_assertion_is_no_look() -> None:
    text = FORGETS.replace("\treturn", "\tFEN_BUG(!fen->phy);\n\treturn")
    assert member_habit(sight(text + ASKED, "fen_address"), "fen->phy").broken


def test_callers_tell_whether_a_result_is_looked_at() -> None:
    text = """
static void fen_looks(struct fen *fen)
{
	struct reed *reed = fen_reed(fen);

	if (reed)
		reed->cut = true;
}

static void fen_trusts(struct fen *fen)
{
	fen_reed(fen)->cut = true;
}
"""
    looks = text.partition("\n\nstatic void fen_trusts")[0]
    for part, habit in ((looks, Habit(("fen_looks",))), (text, Habit(broken=True))):
        assert result_habit(sight(part + ASKED, "fen_address"), "fen_reed") == habit


def test_what_a_parameter_is_made_into_is_tested_for_it() -> None:
    text = """
static void fen_cut(struct fen *fen)
{
	struct reed *reed = to_reed(fen);

	if (reed)
		fen->cut = true;
}

static void fen_mow(struct fen *fen)
{
	struct reed *reed = to_reed(fen);

	fen->cut = reed->ripe;
}
"""
    known = sight(text + ASKED, "fen_address").known
    cut, mow = known("fen_cut"), known("fen_mow")
    assert cut is not None and mow is not None
    assert (cut.uses, mow.uses) == (frozenset(), frozenset({1}))


TWO = """
static void fen_bind(struct fen *fen, struct bog *bog)
{
	mutex_lock(&fen->lock);
	mutex_lock(&bog->lock);
	fen->bog = bog;
	mutex_unlock(&bog->lock);
	mutex_unlock(&fen->lock);
}
"""
TURNED = """
static void fen_unbind(struct bog *bog)
{
	struct fen *fen = bog->fen;

	mutex_lock(&bog->lock);
	mutex_lock(&fen->lock);
	fen->bog = NULL;
	mutex_unlock(&fen->lock);
	mutex_unlock(&bog->lock);
}
"""


def test_order_of_two_locks() -> None:
    assert pairs(sight(TWO, "fen_bind")) == [("fen->lock", "bog->lock", "")]


def test_other_order_is_found_by_type_not_by_variable() -> None:
    text = TWO + TURNED.replace("bog->", "pool->").replace("*bog", "*pool")
    seen = sight(text, "fen_bind")
    (order,) = orders(seen)
    found = against(seen, order)
    assert found is not None
    assert found[0] == "fen_unbind"


def test_an_order_that_others_have_too_is_not_judged() -> None:
    text = TWO + TURNED + TWO.replace("fen_bind", "fen_rebind")
    seen = sight(text, "fen_bind")
    (order,) = orders(seen)
    assert against(seen, order) is None


def test_locks_of_one_type_and_member_are_one_lock() -> None:
    text = TWO.replace("struct bog *bog", "struct fen *bog")
    assert pairs(sight(text, "fen_bind")) == []


def test_a_lock_that_is_tried_for_does_not_wait() -> None:
    text = TWO.replace(
        "	mutex_lock(&bog->lock);", "	if (!mutex_trylock(&bog->lock))\n		return;"
    )
    assert pairs(sight(text, "fen_bind")) == []


def test_a_callee_of_the_file_takes_the_second() -> None:
    text = """
static void fen_forget(struct bog *bog)
{
	guard(mutex)(&bog->lock);
	bog->fen = NULL;
}

static void fen_drop(struct fen *fen)
{
	guard(mutex)(&fen->lock);
	fen_forget(fen->bog);
}
"""
    assert pairs(sight(text, "fen_drop")) == [("fen->lock", "bog->lock", "fen_forget")]


@pytest.mark.parametrize(("call", "walker"), [("pci_get_slot", "pci_walk_bus"), ("fen_get", "")])
def test_a_lock_held_over_callbacks_is_known(call: str, walker: str) -> None:
    text = f"""
static void fen_stop(struct fen *fen)
{{
	guard(mutex)(&fen->lock);
	fen->pdev = {call}(fen->bus, fen->devfn);
}}
"""
    found = [called_back_under(s, order.second) for s in [sight(text, "fen_stop")]
             for order in orders(s)]  # fmt: skip
    assert found == ([walker] if walker else [])


def test_after_the_lock_is_released_there_is_no_order() -> None:
    text = """
static void fen_stop(struct fen *fen, struct bog *bog)
{
	mutex_lock(&fen->lock);
	mutex_unlock(&fen->lock);
	mutex_lock(&bog->lock);
	mutex_unlock(&bog->lock);
}
"""
    assert pairs(sight(text, "fen_stop")) == []

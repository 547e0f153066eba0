"""Which dropped releases are left to the rules about leaks, and to those about work and timers."""

from __future__ import annotations

from functools import cache

import pytest

from reviewbot.csource.factfile import load_facts
from reviewbot.csource.facts import Facts
from reviewbot.csource.parse import parse_file
from reviewbot.csource.sight import Side, Sight
from reviewbot.csource.tails import dropped
from reviewbot.registry import load_rule
from reviewbot.remedy import told_as_leak
from reviewbot.resources import rules_dir


@cache
def facts() -> Facts:
    return load_facts(rules_dir() / "facts")


def sight(body: str, other: Sight | None = None) -> Sight:
    text = (
        "static int fen_setup(struct fen *fen, struct fen_map *map)\n{\n\tint ret;\n" + body + "}\n"
    )
    file = parse_file("drivers/misc/fen.c", text.encode(), frozenset())
    function = file.function("fen_setup")
    assert function is not None
    side = Side("before" if other is None else "after", {file.path: file})
    return Sight(function, file, side, frozenset(), facts(), other)


TAKEN = "\n\tmap = kzalloc(sizeof(*map), GFP_KERNEL);\n\tif (!map)\n\t\treturn -ENOMEM;\n"
FAILS = """
	ret = fen_reset(fen);
	if (ret) {
		kfree(map);
		return ret;
	}
"""
ENDS = """
	ret = fen_fill(fen, map->first);
	kfree(map);
	return ret;
"""
FORGETS = FAILS.replace("\t\tkfree(map);\n", "")


def test_a_path_that_is_surely_a_leak_is_left_to_the_rules_about_leaks() -> None:
    seen = sight(TAKEN + FORGETS + ENDS, sight(TAKEN + FAILS + ENDS))
    (lost,) = dropped(seen)
    assert lost.call.text == "kfree(map)"
    assert told_as_leak(seen, lost)


def test_what_the_caller_has_taken_is_no_leak_in_sight() -> None:
    seen = sight(FORGETS + ENDS, sight(FAILS + ENDS))
    (lost,) = dropped(seen)
    assert not told_as_leak(seen, lost)


@pytest.mark.parametrize(
    ("call", "told"), [("fen_free_map(fen)", 1), ("cancel_work_sync(&fen->work)", 0)]
)
def test_work_that_is_no_longer_waited_for_is_left_to_its_own_rule(call: str, told: int) -> None:
    fails = FAILS.replace("kfree(map)", call)
    seen = sight(FORGETS + ENDS, sight(fails + ENDS))
    assert len(list(dropped(seen))) == 1
    check = load_rule(rules_dir() / "release_dropped").rule.check
    assert check is not None
    assert len(list(check(seen))) == told

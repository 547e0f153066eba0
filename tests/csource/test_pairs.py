"""Calls that undo each other by name: which argument they mean, and what that tells of a path."""

from __future__ import annotations

from functools import cache

from reviewbot.csource.factfile import load_facts
from reviewbot.csource.facts import Facts
from reviewbot.csource.outcomes import Outcomes
from reviewbot.csource.pairs import Paired, pairs_in
from reviewbot.csource.parse import parse_file
from reviewbot.csource.paths import Paths, walk
from reviewbot.csource.summaries import FunctionSource, Summaries
from reviewbot.csource.syntax import Function
from reviewbot.csource.words import called_at
from reviewbot.resources import rules_dir
from tests.two_sides import reviewed


@cache
def _facts() -> Facts:
    return load_facts(rules_dir() / "facts")


def _function(text: str) -> Function:
    function = parse_file("drivers/misc/brisk.c", text.encode(), frozenset()).function("f")
    assert function is not None and function.readable
    return function


def _walk(text: str, other: str = "") -> Paths:
    function = _function(text)
    base = Outcomes(_facts(), Summaries(_facts(), FunctionSource([], {})), {})
    there = _function(other) if other else None
    pairs = pairs_in(function, there, lambda name: _calls(text, name), base)
    return walk(function, _facts(), Paired(base, pairs))


def _calls(text: str, name: str) -> bool:
    return any(called_at(text.encode(), name.encode()))


def _gone(paths: Paths) -> list[str]:
    return [use.key for use in paths.uses if use.kind in ("freed", "again")]


def test_a_number_that_is_put_into_memory_is_not_given_back() -> None:
    text = """
int f(struct brisk *p)
{
	u32 n = get_unaligned_be32(p->op);

	put_unaligned_be32(n, p->op);
	return brisk_id(n);
}
"""
    assert _gone(_walk(text)) == []


def test_the_other_side_does_not_say_what_other_arguments_mean() -> None:
    """A patch that gives a call a new first argument does not make it give that back."""
    text = """
int f(struct table *tp, struct rule *r)
{
	while ((r = table_get_next(tp, r))) {
		rule_use(r);
		rule_put(%sr);
	}
	return 0;
}
"""
    assert _gone(_walk(text % "tp, ", text % "")) == []
    assert _gone(_walk(text % "", text % "tp, ")) == ["r"]


def test_what_hangs_on_an_argument_is_not_called_by_its_name() -> None:
    taken = """static int f(struct brisk *p)
{
	int ret = brisk_alloc_bufs(p);

	if (ret)
		return ret;
	ret = brisk_on(p);
	if (ret) {
%s		return ret;
	}
	return 0;
}
"""
    (told,) = reviewed(taken % "		brisk_free_bufs(p);\n", taken % "", "memory-leak")
    assert told.message == "the memory of p is not freed when f() returns ret"

"""Functions of an invented file as rules see them: alone, or on both sides of a patch."""

from __future__ import annotations

import difflib
from dataclasses import replace
from functools import cache

from reviewbot.csource.factfile import load_facts
from reviewbot.csource.facts import Facts
from reviewbot.csource.parse import parse_file
from reviewbot.csource.sight import Side, Sight
from reviewbot.resources import rules_dir


@cache
def facts() -> Facts:
    return load_facts(rules_dir() / "facts")


def sight(text: str, name: str = "f", side: str = "after") -> Sight:
    """The function `name` of a file with this text."""
    file = parse_file("drivers/misc/brisk.c", text.encode(), frozenset())
    function = file.function(name)
    assert function is not None and function.readable
    return Sight(function, file, Side(side, {file.path: file}), frozenset(), facts())


def both(before: str, after: str, name: str = "f") -> Sight:
    """The function after a patch that turns one text into the other; it knows the one before."""
    old, new = before.split("\n"), after.split("\n")
    same = difflib.SequenceMatcher(None, old, new).get_matching_blocks()
    kept = {block.b + at + 1 for block in same for at in range(block.size)}
    was = sight(before, name, "before")
    now = replace(sight(after, name), touched=frozenset(range(1, len(new) + 1)) - kept)
    object.__setattr__(now, "other", was)
    object.__setattr__(was, "other", now)
    return now

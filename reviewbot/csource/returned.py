"""All that a function can return, read from the ways out of its own body."""

from __future__ import annotations

from reviewbot.csource.events import Exit
from reviewbot.csource.facts import Facts
from reviewbot.csource.paths import Paths, walk
from reviewbot.csource.summaries import Known
from reviewbot.csource.syntax import Function
from reviewbot.csource.values import ANY, POS, POSSIBLE, ZERO


def may_return(function: Function, facts: Facts, known: Known) -> int | None:
    """The masks of all exits together; None where one of them is not known.

    What stands in a member is a pointer or NULL: nobody keeps error pointers there, or those
    who do have bugs of their own.
    """
    if not function.whole or not function.readable:
        return None
    return all_ways(walk(function, facts, known))


def all_ways(paths: Paths) -> int | None:
    """The masks of all exits together; None where one of them is not known."""
    if not paths.complete:
        return None
    mask = 0
    for exit in paths.exits:
        way = _mask(exit)
        if way is None:
            return None
        mask |= way
    return mask


def _mask(exit: Exit) -> int | None:
    if exit.mask != ANY:
        return exit.mask & ANY
    if exit.call is not None:
        return POSSIBLE[exit.call.failure] if exit.call.failure is not None else None
    if exit.value is not None and exit.value.bare.kind in ("member", "index"):
        return ZERO | POS
    return None

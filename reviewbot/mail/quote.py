"""Quotes a patch as a reviewer does: the hunk down to the line in question, the rest cut."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from reviewbot.mail.place import Place

SMALLEST_CUT = 3  # fewer lines are quoted rather than marked as cut
CUT = "> [...]"


def excerpts(diff: str, places: Sequence[Place]) -> Iterator[str]:
    """For each place the quote that goes above its comment; places in the order of the diff.

    A place right behind the one before may have nothing left to quote: an empty string.
    """
    lines = diff.split("\n")
    shown = _without_small_cuts(frozenset[int]().union(*(each.shows for each in places)))
    last = 0
    for each in places:
        yield "\n".join(_quoted(lines, shown, last, each.after))
        last = max(last, each.after)


def _quoted(lines: Sequence[str], shown: frozenset[int], last: int, after: int) -> Iterator[str]:
    """The lines below `last` down to `after`; the mail above the diff counts as cut."""
    stop = min(after, len(lines))  # a mailer may have chopped blank lines off the end
    previous = last or -1
    for number in sorted(number for number in shown if last < number <= stop):
        if number != previous + 1:
            yield CUT
        # A carriage return would end the line for some readers and not for others.
        yield f"> {lines[number - 1].rstrip(chr(13))}"
        previous = number
    if previous == -1:
        yield CUT


def _without_small_cuts(shown: frozenset[int]) -> frozenset[int]:
    ordered = sorted(shown)
    filled = set(ordered)
    for one, next_one in pairwise(ordered):
        if next_one - one <= SMALLEST_CUT:
            filled.update(range(one, next_one))
    return frozenset(filled)

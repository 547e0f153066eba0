"""Quotes a patch as a reviewer does: the hunk down to the line in question, the rest cut."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from reviewbot.mail.place import Place

SMALLEST_CUT = 3  # fewer lines are quoted rather than marked as cut
CUT = "> [...]"


def excerpts(message: Sequence[str], diff: str, places: Sequence[Place]) -> Iterator[str]:
    """For each place the quote that goes above its comment; places in the order of the mail.

    A place right behind the one before may have nothing left to quote: an empty string.
    """
    lines = [*message, *diff.split("\n")]
    shown = _without_small_cuts(frozenset[int]().union(*(each.shows for each in places)))
    last = -len(message)
    for each in places:
        yield "\n".join(_quoted(lines, -len(message), shown, last, each.after))
        last = max(last, each.after)


def _quoted(
    lines: Sequence[str], before: int, shown: frozenset[int], last: int, after: int
) -> Iterator[str]:
    """The lines below `last` down to `after`; `before` is the number before the first line.

    What stands between the message and the diff counts as cut.
    """
    stop = min(after, before + len(lines))  # a mailer may have chopped blank lines off the end
    numbers = sorted(number for number in shown if last < number <= stop)
    previous = last
    for number in numbers:
        if number != previous + 1 or previous == 0:
            yield CUT
        # A carriage return would end the line for some readers and not for others.
        line = lines[number - before - 1].rstrip(chr(13))
        yield f"> {line}" if line else ">"
        previous = number
    if not numbers and last == before:
        yield CUT


def _without_small_cuts(shown: frozenset[int]) -> frozenset[int]:
    ordered = sorted(shown)
    filled = set(ordered)
    for one, next_one in pairwise(ordered):
        if next_one - one <= SMALLEST_CUT and (one > 0) == (next_one > 0):
            filled.update(range(one, next_one))
    return frozenset(filled)

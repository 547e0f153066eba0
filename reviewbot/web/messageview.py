"""A commit message as a page shows it, with findings below the lines that they are about."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from reviewbot.message import FIRST
from reviewbot.store.shown import ShownFinding
from reviewbot.web.diffview import Note, Place


@dataclass(frozen=True, slots=True)
class Piece:
    """Lines of the message, joined; and what is said of the last of them."""

    text: str
    notes: tuple[Note, ...] = ()


def view_message(message: str, findings: Iterable[ShownFinding]) -> tuple[Piece, ...]:
    """What is said of the title (line 1) comes before the first line of the message."""
    lines = message.rstrip("\n").split("\n")
    at_line: dict[int, list[Note]] = defaultdict(list)
    for shown in findings:
        if not shown.finding.file:
            path = tuple(Place(step, None) for step in shown.finding.trace)
            at_line[min(shown.finding.line, FIRST + len(lines) - 1)].append(Note(shown, path))
    return tuple(_pieces(lines, at_line))


def _pieces(lines: Sequence[str], at_line: dict[int, list[Note]]) -> Iterator[Piece]:
    done = 0
    for line in sorted(at_line):
        upto = max(0, line - FIRST + 1)
        yield Piece("\n".join(lines[done:upto]), tuple(at_line[line]))
        done = upto
    if done < len(lines):
        yield Piece("\n".join(lines[done:]))

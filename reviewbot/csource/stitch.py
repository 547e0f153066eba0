"""A C file of which only hunks are known: the functions that they show, with marked holes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property

from reviewbot.csource.bare import Run
from reviewbot.csource.fragments import Fragment, SideName, fragments, runs, visible
from reviewbot.csource.locate import functions_in
from reviewbot.csource.lower_function import lower_function
from reviewbot.csource.mend import mend
from reviewbot.csource.normalise import normalise
from reviewbot.csource.parse import parse_file
from reviewbot.csource.piece import Piece, line_starts
from reviewbot.csource.sight import CFile
from reviewbot.csource.syntax import Block, Function, Unread
from reviewbot.model import Change, FileDiff


class StitchedFile:
    """The functions in sight (the `CFile` of sight.py). `text` is the lines of the hunks.

    A function whose name is hidden (a label stands in the hunk's header) is called "".
    """

    def __init__(self, path: str, diff: FileDiff, side: SideName) -> None:
        self.path = path
        self.whole = False
        lines = [text for hunk in diff.hunks for _, text, _ in visible(hunk, side)]
        self.text = "\n".join(lines).encode("utf-8", "surrogateescape")
        self._fragments = fragments(diff, side)
        self._diff, self._side = diff, side
        self._by_name: dict[str, int] = {}
        for number, fragment in enumerate(self._fragments):
            self._by_name.setdefault(fragment.name, number)
        self._read: dict[int, Function] = {}

    @property
    def names(self) -> Sequence[str]:
        return tuple(fragment.name for fragment in self._fragments)

    def spans(self) -> Sequence[tuple[str, int, int]]:
        return tuple(
            (each.name, each.segments[0][0].number, each.segments[-1][-1].number)
            for each in self._fragments
        )

    def runs(self) -> Sequence[Run]:
        return self._runs

    @cached_property
    def _runs(self) -> tuple[Run, ...]:
        return tuple(runs(self._diff, self._side))

    def function(self, name: str) -> Function | None:
        number = self._by_name.get(name)
        return None if number is None else self._function(number)

    def source(self, name: str) -> bytes:
        """Nothing: two sides that look alike in their hunks may differ where nobody sees."""
        return b""

    def functions(self) -> Sequence[Function]:
        return tuple(self._function(number) for number in range(len(self._fragments)))

    def _function(self, number: int) -> Function:
        found = self._read.get(number)
        if found is None:
            found = self._read[number] = _lower(self._fragments[number])
        return found


def stitch(path: str, file_diff: FileDiff, side: SideName) -> CFile:
    """One side of a file from its diff alone; line numbers are those of that side's file.

    A file that the patch adds (after) or deletes (before) is whole.
    """
    created = file_diff.change is Change.ADDED and side == "after"
    if created or (file_diff.change is Change.DELETED and side == "before"):
        lines = [text for hunk in file_diff.hunks for _, text, _ in visible(hunk, side)]
        text = "".join(f"{line}\n" for line in lines)
        return parse_file(path, text.encode("utf-8", "surrogateescape"))
    return StitchedFile(path, file_diff, side)


def _lower(fragment: Fragment) -> Function:
    text, numbers = mend(fragment)
    first, last = fragment.segments[0][0].number, fragment.segments[-1][-1].number
    place = next(functions_in(text), None)
    if place is None:
        body = Block(first, last, (Unread(first, last),))
        return Function(fragment.name, "", (), False, body, first, last, False, False)
    skipped = text.count(b"\n", 0, place.start)
    text = text[place.start : place.end]
    rewritten = normalise(text, place)
    piece = Piece(
        rewritten.text.decode("latin-1"), line_starts(text), numbers[skipped:], rewritten.marks
    )
    found = lower_function(piece, place, place.brace - place.start, fragment.whole)
    returns = "" if fragment.head == b":" else found.returns
    return replace(found, name=fragment.name, returns=returns)

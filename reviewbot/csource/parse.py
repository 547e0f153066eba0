"""A C file as rules see it: where its functions are, and each of them when it is asked for."""

from __future__ import annotations

from collections.abc import Sequence

from reviewbot.csource.bare import Run
from reviewbot.csource.locate import Place, functions_in
from reviewbot.csource.lower_function import lower_function
from reviewbot.csource.normalise import normalise
from reviewbot.csource.piece import Piece, line_starts
from reviewbot.csource.preprocessor import live
from reviewbot.csource.syntax import Function


class SourceFile:
    """A whole C file (the `CFile` of sight.py). `dead` are the lines, first and last, that
    were not read because another arm of their #if was."""

    def __init__(self, path: str, text: bytes, lines: frozenset[int] = frozenset()) -> None:
        self.path = path
        self.whole = True
        self.text = text
        self._run = Run(1, text)
        seen = live(text, lines)
        self._live = seen.text
        self._dead = seen.dead
        self._places = tuple(functions_in(self._live))
        self._first_lines = _first_lines(self._live, self._places)
        self._names = tuple(place.name for place in self._places)
        self._by_name: dict[str, int] = {}
        for number, place in enumerate(self._places):
            self._by_name.setdefault(place.name, number)
        self._read: dict[int, Function] = {}

    @property
    def names(self) -> Sequence[str]:
        return self._names

    @property
    def dead(self) -> Sequence[tuple[int, int]]:
        count = self.text.count
        return tuple(
            (count(b"\n", 0, start) + 1, count(b"\n", 0, end) + 1) for start, end in self._dead
        )

    def spans(self) -> Sequence[tuple[str, int, int]]:
        return tuple(
            (place.name, first, first + self._live.count(b"\n", place.start, place.end))
            for place, first in zip(self._places, self._first_lines, strict=True)
        )

    def runs(self) -> Sequence[Run]:
        return (self._run,)

    def function(self, name: str) -> Function | None:
        number = self._by_name.get(name)
        return None if number is None else self._function(number)

    def source(self, name: str) -> bytes:
        """The text of a function's definition, b"" for none."""
        number = self._by_name.get(name)
        if number is None:
            return b""
        place = self._places[number]
        return self._live[place.start : place.end]

    def functions(self) -> Sequence[Function]:
        return tuple(self._function(number) for number in range(len(self._places)))

    def _function(self, number: int) -> Function:
        found = self._read.get(number)
        if found is None:
            place, first = self._places[number], self._first_lines[number]
            found = _lower(self._live[place.start : place.end], place, first)
            self._read[number] = found
        return found


def parse_file(path: str, text: bytes, lines: frozenset[int] = frozenset()) -> SourceFile:
    """Read a whole C file; any bytes will do.

    `lines` are lines of interest (touched ones, from 1): of each #if the arm that has one is
    read, the first arm otherwise.
    """
    return SourceFile(path, text, lines)


def _first_lines(text: bytes, places: Sequence[Place]) -> list[int]:
    lines: list[int] = []
    line, position = 1, 0
    for place in places:
        line += text.count(b"\n", position, place.start)
        position = place.start
        lines.append(line)
    return lines


def _lower(text: bytes, place: Place, first: int) -> Function:
    starts = line_starts(text)
    rewritten = normalise(text, place)
    piece = Piece(
        rewritten.text.decode("latin-1"),
        starts,
        range(first, first + len(starts)),
        rewritten.marks,
    )
    return lower_function(piece, place, place.brace - place.start)

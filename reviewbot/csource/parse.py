"""A C file as rules see it: where its functions are, and each of them when it is asked for."""

from __future__ import annotations

from collections.abc import Sequence

from reviewbot.csource.bare import Run
from reviewbot.csource.locate import Place
from reviewbot.csource.located import Located, located
from reviewbot.csource.lower_function import lower_function
from reviewbot.csource.normalise import normalise
from reviewbot.csource.piece import Piece, line_starts
from reviewbot.csource.preprocessor import live
from reviewbot.csource.syntax import Function


class SourceFile:
    """A whole C file (the `CFile` of sight.py). `dead` are the lines, first and last, that
    were not read because another arm of their #if was."""

    def __init__(
        self,
        path: str,
        text: bytes,
        lines: frozenset[int] = frozenset(),
        like: SourceFile | None = None,
    ) -> None:
        self.path = path
        self.whole = True
        self.text = text
        self._run = Run(1, text)
        seen = live(text, lines)
        self._live = seen.text
        self._dead = seen.dead
        self._located: Located = located(self._live, None if like is None else like._located)
        self._places = self._located.places
        line = self._run.line
        self._spans = tuple([(one.name, line(one.start), line(one.end)) for one in self._places])
        self._names = tuple(place.name for place in self._places)
        self._by_name: dict[str, int] = {}
        for number, place in enumerate(self._places):
            self._by_name.setdefault(place.name, number)
        self._read: dict[int, Function] = {}
        self._like = like

    @property
    def names(self) -> Sequence[str]:
        return self._names

    @property
    def dead(self) -> Sequence[tuple[int, int]]:
        line = self._run.line
        return tuple((line(start), line(end)) for start, end in self._dead)

    def spans(self) -> Sequence[tuple[str, int, int]]:
        return self._spans

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
            place, first = self._places[number], self._spans[number][1]
            text = self._live[place.start : place.end]
            found = self._shared(place.name, text, first) or _lower(text, place, first)
            self._read[number] = found
        return found

    def _shared(self, name: str, text: bytes, first: int) -> Function | None:
        """The very function of the other side, where it has the same text on the same lines."""
        there = self._like
        number = None if there is None else there._by_name.get(name)
        if there is None or number is None or there._spans[number][1] != first:
            return None
        return there._function(number) if there.source(name) == text else None


def parse_file(
    path: str,
    text: bytes,
    lines: frozenset[int] = frozenset(),
    like: SourceFile | None = None,
) -> SourceFile:
    """Read a whole C file; any bytes will do.

    `lines` are lines of interest (touched ones, from 1): of each #if the arm that has one is
    read, the first arm otherwise. What the file has in common with `like`, another state of
    it, need not be read twice.
    """
    return SourceFile(path, text, lines, like)


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

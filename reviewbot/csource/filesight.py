"""What is in sight of a rule about a file: all its lines on one side of a patch."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from reviewbot.around import Around
from reviewbot.csource.bare import Run
from reviewbot.csource.facts import Facts
from reviewbot.csource.sight import CFile, Side, words_of
from reviewbot.csource.tables import Table, heads, tables_in


@dataclass(frozen=True, slots=True)
class Macro:
    """A macro in use: `EXPORT_SYMBOL_NS(foo, "NS")` has the arguments `foo` and `"NS"`.

    Of a string only the quotes are kept.
    """

    name: str
    args: tuple[str, ...]
    line: int


@dataclass(frozen=True, eq=False)
class FileSight:
    """One touched file on one side.

    `touched` are the lines of this side that the patch changes, and the neighbours of those
    that only the other side has. `other` is the same file on the other side, or None.
    """

    file: CFile
    side: Side
    touched: frozenset[int]
    facts: Facts
    around: Around = field(default_factory=Around, repr=False)
    other: FileSight | None = field(default=None, repr=False)

    @property
    def path(self) -> str:
        return self.file.path

    @property
    def runs(self) -> Sequence[Run]:
        """The text in sight, in pieces of lines that follow each other."""
        return self.file.runs()

    @property
    def words(self) -> frozenset[str]:
        """All words in the text of the file, and of the other side's."""
        return words_of(self.side, self.file, self.other.file if self.other else None)

    @cached_property
    def changed(self) -> bytes:
        """The touched lines, one below the other: cheap to look into before anything else."""
        found: list[bytes] = []
        for run in self.runs:
            there = [run.span(line) for line in sorted(self.touched) if run.holds(line)]
            found += (run.text[start:end] for start, end in there)
        return b"\n".join(found)

    def touches(self, first: int, last: int) -> bool:
        """Whether the patch has to do with any of these lines."""
        return not self.touched.isdisjoint(range(first, last + 1))

    def tables(self, types: frozenset[str]) -> Iterator[Table]:
        """The initialised variables of these struct types that the patch has to do with."""
        named = not types.isdisjoint(self.words)
        for run in self.runs:
            if run.section or (named and self._near(run, heads(types))):
                for table in tables_in(run, types):
                    if self.touches(table.line, table.end_line):
                        yield table

    def _near(self, run: Run, head: re.Pattern[bytes]) -> bool:
        """Whether a table may have a touched line: it ends with the next brace in column 0."""
        ends: dict[int, int] = {}
        for line in self.touched:
            start, end = run.span(line)
            above = run.text.rfind(b"\n}", 0, start) + 1
            ends[above] = max(end, ends.get(above, 0))
        return any(_begins(head, run.text, above, end) for above, end in ends.items())

    def macros(self, names: re.Pattern[bytes]) -> Iterator[Macro]:
        """Uses of macros whose names fit, one after the other; their definitions are left out."""
        for run in self.runs:
            if names.search(run.text):
                yield from _macros(run, names)


def _begins(head: re.Pattern[bytes], text: bytes, first: int, last: int) -> bool:
    """Whether a head begins between two offsets; it ends with the first brace that opens."""
    brace = text.find(b"{", last)
    found = head.search(text, first, brace + 1 or len(text))
    return found is not None and found.start() <= last


def _macros(run: Run, names: re.Pattern[bytes]) -> Iterator[Macro]:
    call = re.compile(rb"\b(" + names.pattern + rb")[ \t]*\(([^()]*)\)")
    for found in call.finditer(run.code):
        args = tuple(arg.strip().decode("latin-1") for arg in found[2].split(b","))
        yield Macro(found[1].decode("latin-1"), args, run.line(found.start()))

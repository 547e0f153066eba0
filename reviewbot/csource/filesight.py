"""What is in sight of a rule about a file: all its lines on one side of a patch."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial

from reviewbot.around import Around
from reviewbot.csource.bare import Run
from reviewbot.csource.facts import Facts
from reviewbot.csource.sight import CFile, Side
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

    @cached_property
    def changed(self) -> bytes:
        """The touched lines, one below the other: cheap to look into before anything else."""
        lines = (
            line
            for run in self.runs
            for number, line in enumerate(run.text.split(b"\n"), run.first)
            if number in self.touched
        )
        return b"\n".join(lines)

    def touches(self, first: int, last: int) -> bool:
        """Whether the patch has to do with any of these lines."""
        return not self.touched.isdisjoint(range(first, last + 1))

    def tables(self, types: frozenset[str]) -> Iterator[Table]:
        """The initialised variables of these struct types that the patch has to do with."""
        for run in self.runs:
            if run.section or any(map(partial(self._near, run), heads(types).finditer(run.text))):
                for table in tables_in(run, types):
                    if self.touches(table.line, table.end_line):
                        yield table

    def _near(self, run: Run, head: re.Match[bytes]) -> bool:
        """Whether the table may have a touched line: it ends with a brace in column 0."""
        end = run.text.find(b"\n}", head.end())
        return self.touches(run.line(head.start()), run.line(end + 1 or len(run.text)))

    def macros(self, names: re.Pattern[bytes]) -> Iterator[Macro]:
        """Uses of macros whose names fit, one after the other; their definitions are left out."""
        for run in self.runs:
            if names.search(run.text):
                yield from _macros(run, names)


def _macros(run: Run, names: re.Pattern[bytes]) -> Iterator[Macro]:
    call = re.compile(rb"\b(" + names.pattern + rb")[ \t]*\(([^()]*)\)")
    for found in call.finditer(run.code):
        args = tuple(arg.strip().decode("latin-1") for arg in found[2].split(b","))
        yield Macro(found[1].decode("latin-1"), args, run.line(found.start()))

"""What a C file declares in the lines that a patch adds: functions, prototypes and macros."""

from __future__ import annotations

import re
from collections.abc import Container, Iterator
from typing import NamedTuple

from reviewbot.csource.bare import Run
from reviewbot.csource.sight import CFile

_MACRO = re.compile(rb"^[ \t]*#[ \t]*define[ \t]+(\w+)", re.MULTILINE)
_PROTOTYPE = re.compile(
    rb"^(?!typedef\b|return\b)(?:\w+[ \t*\n]+)+\**(\w+)[ \t]*\([^;{}#]*\)[^;{}()#=]*;", re.MULTILINE
)
_STATIC = re.compile(rb"\bstatic\b")
_USES = re.compile(rb"(?<![\w.>\"'])(\w+(?=[ \t]*\()|[A-Z][A-Z0-9]*_[A-Z0-9_]+)\b")


class NewName(NamedTuple):
    """`local` names are known in their file alone: what is static in a .c file, its macros."""

    name: str
    line: int
    local: bool


def new_names(file: CFile, added: Container[int]) -> Iterator[NewName]:
    """What is defined or declared on the added lines, for all to see or for the file alone.

    A function of a .c file that is not static is left out: its declaration is what counts.
    """
    header = file.path.endswith(".h")
    for name, first, last in file.spans():
        if first in added and (header or _is_static(file, name, first, last)):
            yield NewName(name, first, not header)
    for run in file.runs():
        for found in (*_MACRO.finditer(run.bare), *_PROTOTYPE.finditer(run.code)):
            line = run.line(found.start(1))
            if line in added:
                local = not header and (found.re is _MACRO or found[0].startswith(b"static"))
                yield NewName(found[1].decode("latin-1"), line, local)


def _is_static(file: CFile, name: str, first: int, last: int) -> bool:
    """Whether the definition says so down to its name; not where the name is not in sight."""
    for run in file.runs():
        lines = run.text.split(b"\n")
        if run.first <= first < run.first + len(lines):
            text = b"\n".join(lines[first - run.first : last - run.first + 1])
            head, found, _ = text.partition(name.encode())
            return bool(found) and _STATIC.search(head) is not None
    return False


def named(file: CFile, added: Container[int]) -> Iterator[tuple[str, int]]:
    """(name, line) of what the added lines of the file call, and of their words in capitals."""
    for run in file.runs():
        for found in _USES.finditer(run.code):
            line = run.line(found.start(1))
            if line in added and not _begins(run, found.start(1)):
                yield found[1].decode("latin-1"), line


def _begins(run: Run, offset: int) -> bool:
    """Whether it stands on a line that begins in column 0: a declaration, a definition."""
    start = run.code.rfind(b"\n", 0, offset) + 1
    return run.code[start : start + 1] not in (b" ", b"\t")

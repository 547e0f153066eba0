"""A call of a function that the kernel no longer has: facts/removed.toml says which, since when.

Source: the header that each of them stood in.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from typing import NamedTuple

from reviewbot.rule import (
    Claim,
    Confidence,
    FileSight,
    Need,
    Note,
    Removed,
    Rule,
    Run,
    Severity,
)

_OTHER_PROGRAMS = ("tools/", "scripts/", "Documentation/")
_STATEMENTS = frozenset({b"return", b"else", b"do"})


class Use(NamedTuple):
    """`call`: as a call; else it is declared or defined there, or it is a member's name."""

    line: int
    call: bool


def check(sight: FileSight) -> Iterable[Claim]:
    removed = sight.facts.removed
    if sight.path.startswith(_OTHER_PROGRAMS) or not removed:
        return
    for name in dict.fromkeys(_names(tuple(removed)).findall(sight.changed)):
        gone = removed[name.decode()]
        uses = list(_uses(sight, name))
        sure = _is_gone(sight, gone, uses)
        if sure is not None:
            calls = [use for use in uses if use.call and sight.touches(use.line, use.line)]
            yield from (_claim(gone, use, sure) for use in calls)


@cache
def _names(removed: tuple[str, ...]) -> re.Pattern[bytes]:
    return re.compile(rb"(?<![\w.>])(" + "|".join(removed).encode() + rb")[ \t]*(?=\()")


def _uses(sight: FileSight, name: bytes) -> Iterator[Use]:
    """All in sight, in code and in the definitions of macros."""
    word = re.compile(
        rb"(?P<before>[\w*]*)[ \t]*(?<![\w.>])(?P<name>%s)\b(?P<call>[ \t]*\()?" % name
    )
    for run in sight.runs:
        for found in word.finditer(run.bare) if name in run.text else ():
            before = found["before"]
            free = not before or before in _STATEMENTS or before.startswith(b"*")
            call = found["call"] is not None and free and not _begins_line(run, found)
            yield Use(run.line(found.end()), call)


def _begins_line(run: Run, found: re.Match[bytes]) -> bool:
    """A name in column 0 is that of a definition."""
    start = found.start("name")
    return start == 0 or run.bare[start - 1 : start] == b"\n"


def _is_gone(sight: FileSight, gone: Removed, uses: list[Use]) -> Confidence | None:
    """How sure that is. The tree's header knows; without it, a file that declares the function,
    or uses it where the patch has nothing to do, is of a kernel that still has it."""
    there = sight.around.mentions(gone.header, gone.name) if gone.header else None
    if not all(use.call for use in uses) or gone.name in sight.file.names or there:
        return None
    if there is False:
        return Confidence.HIGH
    if not all(sight.touches(use.line, use.line) for use in uses):
        return None
    kernel = sight.around.kernel
    return Confidence.MEDIUM if kernel is not None and kernel >= gone.since else None


def _claim(gone: Removed, use: Use, sure: Confidence) -> Claim:
    return Claim(
        line=use.line,
        end_line=use.line,
        message=f"{gone.name}() is gone from the kernel, {gone.use} is there instead",
        shape=(gone.name,),
        trace=(Note(use.line, f"{gone.name}() is called"),),
        confidence=sure,
        words=(
            ("name", gone.name),
            ("use", gone.use),
            ("since", f"{gone.since[0]}.{gone.since[1]}"),
        ),
    )


RULE = Rule(
    title="call of a function that is gone from the kernel",
    category="api",
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    needs=Need.DIFF,
    source="facts/removed.toml, with the headers",
    check_file=check,
)

"""Where in a patch a comment belongs, and which lines a reader needs to see above it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from reviewbot.message import FIRST
from reviewbot.model import DiffLine, FileDiff, Finding, Hunk

BEFORE = 6  # lines shown above the place, not counting removed ones
NEAR = 12  # a function's opening so few lines above those is reached by showing them all
LONGEST_PLACE = 16  # of a longer place the middle is cut
LONGEST_STATEMENT = 6  # lines; a comment does not stand in the middle of a call
LONGEST_OPENING = 4

_STRING = re.compile(r'"(?:\\.|[^"\\])*"')
_TYPE_LINE = re.compile(r"[A-Za-z_][\w\s*]*$")


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a mail a comment belongs; lines are numbered as in `DiffLine.diff`, and those of
    the commit message down to 0, its last line.

    The comment stands below line `after`; `shows` are the lines to quote for it. `in_sight`
    is False where the diff does not show the line that the finding is about.
    """

    after: int
    shows: frozenset[int]
    in_sight: bool = True


def place(finding: Finding, message: Sequence[str], files: Sequence[FileDiff]) -> Place:
    """Where the comment on a finding belongs: below its line, or else below the nearest hunk."""
    if not finding.file:
        return _in_message(finding, message)
    for file in files:
        for hunk in file.hunks:
            at = _position(hunk, finding.diff_line)
            if at is not None:
                return _in_hunk(finding, file, hunk, at)
    return _nearest(finding, files)


def _in_message(finding: Finding, message: Sequence[str]) -> Place:
    """Below the line itself: a trailer needs nothing around it. The title stands in no body."""
    below = FIRST - 1 + len(message)
    lines = range(finding.line - below, min(finding.end_line - below, 0) + 1)
    above = finding.line < FIRST or not lines
    return Place(-len(message), frozenset()) if above else Place(lines[-1], frozenset(lines))


def _in_hunk(finding: Finding, file: FileDiff, hunk: Hunk, start: int) -> Place:
    end = _statement_end(hunk.lines, _last_line(finding, hunk.lines, start))
    shows = {*_heads(file, hunk), *_above(finding, hunk.lines, start)}
    if end - start < LONGEST_PLACE:
        shows |= _numbers(hunk.lines, range(start, end + 1))
    else:
        shows |= _numbers(
            hunk.lines, [*range(start, start + BEFORE), *range(end - BEFORE, end + 1)]
        )
    shows |= _path_above(finding, file, hunk.lines[start].diff)
    return Place(hunk.lines[end].diff, frozenset(shows))


def _nearest(finding: Finding, files: Sequence[FileDiff]) -> Place:
    """Below the last change of the hunk that is nearest: same function, file, then distance."""
    hunks = [(file, hunk) for file in files for hunk in file.hunks]
    if not hunks:
        return Place(0, frozenset(), in_sight=False)
    file, hunk = min(hunks, key=lambda each: _distance(finding, *each))
    changed = [at for at, line in enumerate(hunk.lines) if line.kind != " "]
    at = changed[-1] if changed else len(hunk.lines) - 1
    shows = {*_heads(file, hunk), *_numbers(hunk.lines, range(max(0, at - BEFORE), at + 1))}
    return Place(hunk.lines[at].diff, frozenset(shows), in_sight=False)


def _distance(finding: Finding, file: FileDiff, hunk: Hunk) -> tuple[bool, bool, int]:
    call = f"{finding.function}("
    shown = [hunk.section, *(line.text for line in hunk.lines)]
    names_it = bool(finding.function) and any(call in text for text in shown)
    elsewhere = file.path != finding.file
    last = hunk.new_start + hunk.new_length
    gap = max(hunk.new_start - finding.line, finding.line - last, 0)
    return elsewhere, not names_it, 0 if elsewhere else gap


def _heads(file: FileDiff, hunk: Hunk) -> set[int]:
    """The file's header, from `diff --git` to `+++`, and the hunk's."""
    return {*range(file.diff, file.hunks[0].diff), hunk.diff}


def _above(finding: Finding, lines: Sequence[DiffLine], start: int) -> set[int]:
    """The lines above the place, with the opening of its function where the hunk has it."""
    opening = _opening(lines, finding.function, start)
    left = [at for at in range(start) if lines[at].kind != "-"]
    first = left[-BEFORE] if len(left) >= BEFORE else 0
    while 0 < first < start and not lines[first].text.strip():
        first += 1
    if opening:
        near = first - opening.stop <= NEAR
        first = opening.start if near else first
    return _numbers(lines, [*opening, *range(first, start)])


def _opening(lines: Sequence[DiffLine], function: str, start: int) -> range:
    """Where the function's name, arguments and opening brace stand above `start`, or nothing."""
    named = re.compile(rf"[A-Za-z_].*\b{re.escape(function)}\s*\(|{re.escape(function)}\s*\(")
    for first in range(start, -1, -1):
        line = lines[first]
        if line.kind != "-" and function and named.match(line.text) and line.text[-1] != ";":
            break
    else:
        return range(0)
    stop = first + 1
    while stop < start and stop - first < LONGEST_OPENING and "{" not in lines[stop - 1].text:
        stop += 1
    if first and lines[first - 1].kind != "-" and _TYPE_LINE.match(lines[first - 1].text):
        first -= 1
    return range(first, stop)


def _path_above(finding: Finding, file: FileDiff, start: int) -> set[int]:
    """The steps of the path that the diff shows above the place, each with its neighbours."""
    steps = {step.line for step in finding.trace if step.file == file.path}
    shows: set[int] = set()
    for hunk in file.hunks:
        at = [i for i, line in enumerate(hunk.lines) if line.new in steps and line.diff < start]
        for i in at:
            shows |= {hunk.diff, *_numbers(hunk.lines, range(max(0, i - 1), i + 2))}
    return {number for number in shows if number < start}


def _last_line(finding: Finding, lines: Sequence[DiffLine], start: int) -> int:
    places = range(finding.line, finding.end_line + 1)
    shown = (i for i in range(start, len(lines)) if lines[i].new in places)
    return max(shown, default=start)


def _statement_end(lines: Sequence[DiffLine], end: int) -> int:
    """The line that closes the parentheses still open at `end`, or `end` itself."""
    first = end
    while first > 0 and end - first < LONGEST_STATEMENT and _goes_on(lines[first - 1]):
        first -= 1
    depth = sum(_opened(line) for line in lines[first:end])
    for at in range(end, min(len(lines), end + LONGEST_STATEMENT)):
        depth += _opened(lines[at])
        if depth <= 0:
            return at
    return end


def _goes_on(line: DiffLine) -> bool:
    text = line.text.rstrip()
    return bool(text) and not text.endswith((";", "{", "}", ":", "*/"))


def _opened(line: DiffLine) -> int:
    """How many more parentheses a line opens than it closes; removed lines do not count."""
    text = "" if line.kind == "-" else _STRING.sub("", line.text)
    return text.count("(") - text.count(")")


def _numbers(lines: Sequence[DiffLine], positions: Iterable[int]) -> set[int]:
    return {lines[at].diff for at in positions if 0 <= at < len(lines)}


def _position(hunk: Hunk, diff_line: int | None) -> int | None:
    return next((i for i, line in enumerate(hunk.lines) if line.diff == diff_line), None)

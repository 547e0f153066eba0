"""The functions that a patch touches, as they were before it and as they are after it."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from reviewbot.csource.facts import Facts
from reviewbot.csource.parse import parse_file
from reviewbot.csource.sight import CFile, Side, Sight
from reviewbot.csource.stitch import stitch
from reviewbot.csource.syntax import Function
from reviewbot.diff import changed_lines
from reviewbot.model import Change, FileDiff, Hunk, Images, PatchImages

SideName = Literal["before", "after"]

_C_SUFFIXES = (".c", ".h")
_OTHER_ARM = re.compile(rb"^[ \t]*#[ \t]*el", re.MULTILINE)


def is_c(path: str) -> bool:
    """Whether the file is one that rules look at."""
    return path.endswith(_C_SUFFIXES)


_CALLED = re.compile(r"\b([A-Za-z_]\w*)\s*\(")


class Reader:
    """Reads the C files of a series, each image once: patch 2 starts from what patch 1 left."""

    def __init__(self) -> None:
        self._left: dict[str, CFile] = {}
        self._effects: dict[bytes, Function] = {}
        self._read: dict[str, tuple[bytes, frozenset[int], CFile]] = {}

    def side(self, images: PatchImages, name: SideName) -> Side:
        """All C files of the patch on this side, and those that earlier patches left."""
        files: dict[str, CFile] = {}
        touched: set[str] = set()
        for each in images.files:
            touched |= {each.diff.old_path, each.diff.new_path}
            file = self._file(each, name) if _has(each.diff, name) else None
            if file is not None:
                files[file.path] = file
        left = {path: file for path, file in self._left.items() if path not in touched}
        return Side(name, files, left, _changed_calls(images, name), self._effects)

    def leave(self, after: Side) -> None:
        """The patch is done: what it left is what later patches see."""
        self._left = {**after.earlier, **after.files}
        self._read = {path: read for path, read in self._read.items() if path in self._left}

    def _file(self, images: Images, name: SideName) -> CFile | None:
        diff = images.diff
        path = _path(diff, name)
        if diff.binary or not is_c(path):
            return None
        text = images.before if name == "before" else images.after
        if text is None and diff.change in (Change.ADDED, Change.DELETED):
            text = _text(diff, name)
        return stitch(path, diff, name) if text is None else self._whole(path, text, diff, name)

    def _whole(self, path: str, text: bytes, diff: FileDiff, name: SideName) -> CFile:
        """The lines of interest matter only where an #if has two arms to choose from."""
        lines = _of_interest(diff, name) if _OTHER_ARM.search(text) else frozenset()
        known = self._read.get(path)
        if known is not None and known[:2] == (text, lines):
            return known[2]
        file = parse_file(path, text, lines)
        self._read[path] = (text, lines, file)
        return file


@dataclass(frozen=True, slots=True)
class Touched:
    """One touched function, on the sides that have it: one of them at least."""

    diff: FileDiff
    name: str
    before: Sight | None
    after: Sight | None

    @property
    def sights(self) -> tuple[Sight, ...]:
        return tuple(side for side in (self.before, self.after) if side is not None)


def touched_functions(
    images: PatchImages, before: Side, after: Side, facts: Facts
) -> Iterator[Touched]:
    """The functions that have a changed line on either side, with both sides of each.

    In the order of the files in the diff; in a file those of the after side come first.
    """
    for each in images.files:
        diff = each.diff
        removed, added = changed_lines(diff, "before"), changed_lines(diff, "after")
        old = before.files.get(diff.old_path) if _has(diff, "before") else None
        new = after.files.get(diff.new_path) if _has(diff, "after") else None
        for name in dict.fromkeys([*_names(new, added), *_names(old, removed)]):
            was = _sight(name, old, before, removed, facts)
            now = _sight(name, new, after, added, facts)
            yield _linked(diff, name, was, now)


def _changed_calls(images: PatchImages, name: SideName) -> frozenset[str]:
    """The names called in the lines that only this side of the patch has."""
    kind = "-" if name == "before" else "+"
    hunks = (hunk for each in images.files for hunk in each.diff.hunks)
    lines = (line.text for hunk in hunks for line in hunk.lines if line.kind == kind)
    return frozenset(called for line in lines for called in _CALLED.findall(line))


def _has(diff: FileDiff, side: SideName) -> bool:
    return diff.change is not (Change.ADDED if side == "before" else Change.DELETED)


def _path(diff: FileDiff, side: SideName) -> str:
    return diff.old_path if side == "before" else diff.new_path


def _text(diff: FileDiff, side: SideName) -> bytes:
    """The text of a file that the patch adds or deletes: the diff shows all of it."""
    kind = "-" if side == "before" else "+"
    lines = (line for hunk in diff.hunks for line in hunk.lines if line.kind == kind)
    return "".join(line.text + "\n" for line in lines).encode(errors="surrogateescape")


def _of_interest(diff: FileDiff, side: SideName) -> frozenset[int]:
    """The changed lines of this side, and the neighbours of what only the other side has."""
    return frozenset(line for hunk in diff.hunks for line in _near(hunk, side))


def _near(hunk: Hunk, side: SideName) -> Iterator[int]:
    last: int | None = None
    gap = False
    for line in hunk.lines:
        number = line.old if side == "before" else line.new
        if number is None:
            gap = True
            if last is not None:
                yield last
        else:
            if gap or line.kind != " ":
                yield number
            last, gap = number, False


def _names(file: CFile | None, lines: frozenset[int]) -> list[str]:
    if file is None or not lines:
        return []
    ordered = sorted(lines)
    return [name for name, first, last in file.spans() if _any_within(ordered, first, last)]


def _any_within(ordered: list[int], first: int, last: int) -> bool:
    at = bisect_left(ordered, first)
    return at < len(ordered) and ordered[at] <= last


def _sight(
    name: str, file: CFile | None, side: Side, changed: frozenset[int], facts: Facts
) -> Sight | None:
    function = file.function(name) if file is not None else None
    if file is None or function is None:
        return None
    return Sight(function, file, side, _within(changed, function), facts)


def _within(lines: frozenset[int], function: Function) -> frozenset[int]:
    return frozenset(line for line in lines if function.line <= line <= function.end_line)


def _linked(diff: FileDiff, name: str, before: Sight | None, after: Sight | None) -> Touched:
    if before is not None and after is not None:
        # The two know each other: the one cycle in a world of frozen values, closed here.
        object.__setattr__(before, "other", after)
        object.__setattr__(after, "other", before)
    return Touched(diff, name, before, after)

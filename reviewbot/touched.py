"""The functions and files that a patch touches, as they were before it and are after it."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass

from reviewbot.csource.filesight import FileSight
from reviewbot.csource.sight import CFile, Side, Sight
from reviewbot.csource.syntax import Function
from reviewbot.diff import changed_lines
from reviewbot.model import FileDiff
from reviewbot.patchsight import PatchSight
from reviewbot.reader import SideName, has_side, of_interest, path_on


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


@dataclass(frozen=True, slots=True)
class TouchedFile:
    """One touched C file, on the sides that have it."""

    diff: FileDiff
    before: FileSight | None
    after: FileSight | None

    @property
    def sights(self) -> tuple[FileSight, ...]:
        return tuple(side for side in (self.before, self.after) if side is not None)


def touched_files(patch: PatchSight) -> Iterator[TouchedFile]:
    """Each with both sides, in the order of the diff."""
    for each in patch.images.files:
        before = _file_sight(patch, patch.before, each.diff, "before")
        after = _file_sight(patch, patch.after, each.diff, "after")
        if before is not None and after is not None:
            # The two know each other, as those of functions do.
            object.__setattr__(before, "other", after)
            object.__setattr__(after, "other", before)
        if before is not None or after is not None:
            yield TouchedFile(each.diff, before, after)


def _file_sight(patch: PatchSight, side: Side, diff: FileDiff, name: SideName) -> FileSight | None:
    file = side.files.get(path_on(diff, name)) if has_side(diff, name) else None
    if file is None:
        return None
    return FileSight(file, side, of_interest(diff, name), patch.facts, patch.around)


def touched_functions(patch: PatchSight) -> Iterator[Touched]:
    """The functions that have a changed line on either side, with both sides of each.

    In the order of the files in the diff; in a file those of the after side come first.
    """
    images, before, after = patch.images, patch.before, patch.after
    for each in images.files:
        diff = each.diff
        removed, added = changed_lines(diff, "before"), changed_lines(diff, "after")
        old = before.files.get(diff.old_path) if has_side(diff, "before") else None
        new = after.files.get(diff.new_path) if has_side(diff, "after") else None
        for name in dict.fromkeys([*_names(new, added), *_names(old, removed)]):
            was = _sight(name, old, before, removed, patch)
            now = _sight(name, new, after, added, patch)
            yield _linked(diff, name, was, now)


def _names(file: CFile | None, lines: frozenset[int]) -> list[str]:
    if file is None or not lines:
        return []
    ordered = sorted(lines)
    return [name for name, first, last in file.spans() if _any_within(ordered, first, last)]


def _any_within(ordered: list[int], first: int, last: int) -> bool:
    at = bisect_left(ordered, first)
    return at < len(ordered) and ordered[at] <= last


def _sight(
    name: str, file: CFile | None, side: Side, changed: frozenset[int], patch: PatchSight
) -> Sight | None:
    function = file.function(name) if file is not None else None
    if file is None or function is None:
        return None
    lines = _within(changed, function)
    return Sight(function, file, side, lines, patch.facts, around=patch.around)


def _within(lines: frozenset[int], function: Function) -> frozenset[int]:
    return frozenset(line for line in lines if function.line <= line <= function.end_line)


def part(touched: Touched | TouchedFile) -> None:
    """The two sides know each other no more: so they go at once, and do not wait to be found as
    garbage."""
    for side in touched.sights:
        object.__setattr__(side, "other", None)


def _linked(diff: FileDiff, name: str, before: Sight | None, after: Sight | None) -> Touched:
    if before is not None and after is not None:
        # The two know each other: the one cycle in a world of frozen values, closed here.
        object.__setattr__(before, "other", after)
        object.__setattr__(after, "other", before)
    return Touched(diff, name, before, after)

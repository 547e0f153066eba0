"""Reads the C files of a series, each as it was before a patch and as it is after it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

from reviewbot.around import Around
from reviewbot.csource.facts import Facts
from reviewbot.csource.parse import SourceFile, parse_file
from reviewbot.csource.sight import CFile, Side
from reviewbot.csource.stitch import stitch
from reviewbot.csource.syntax import Function
from reviewbot.message import message_of
from reviewbot.model import Change, FileDiff, Hunk, Images, PatchImages
from reviewbot.patchsight import PatchSight

SideName = Literal["before", "after"]

_C_SUFFIXES = (".c", ".h")
_OTHER_ARM = re.compile(rb"#[ \t]*el")
_CALLED = re.compile(r"\b([A-Za-z_]\w*)\s*\(")


def is_c(path: str) -> bool:
    """Whether the file is one that rules look at."""
    return path.endswith(_C_SUFFIXES)


class Reader:
    """Reads the C files of a series, each image once: patch 2 starts from what patch 1 left."""

    def __init__(self) -> None:
        self._left: dict[str, CFile] = {}
        self._effects: dict[bytes, Function] = {}
        self._read: dict[str, tuple[bytes, frozenset[int], SourceFile]] = {}

    def side(self, images: PatchImages, name: SideName) -> Side:
        """All C files of the patch on this side, and those that earlier patches left."""
        files: dict[str, CFile] = {}
        touched: set[str] = set()
        for each in images.files:
            touched |= {each.diff.old_path, each.diff.new_path}
            file = self._file(each, name) if has_side(each.diff, name) else None
            if file is not None:
                files[file.path] = file
        left = {path: file for path, file in self._left.items() if path not in touched}
        return Side(name, files, left, _changed_calls(images, name), self._effects)

    def patch(self, images: PatchImages, facts: Facts, around: Around) -> PatchSight:
        """The next patch of the series, on both sides."""
        before, after = self.side(images, "before"), self.side(images, "after")
        self._leave(after)
        return PatchSight(images, message_of(images.patch), before, after, facts, around)

    def _leave(self, after: Side) -> None:
        """What the patch left is what later patches see."""
        self._left = {**after.earlier, **after.files}
        self._read = {path: read for path, read in self._read.items() if path in self._left}

    def _file(self, images: Images, name: SideName) -> CFile | None:
        diff = images.diff
        path = path_on(diff, name)
        if diff.binary or not is_c(path):
            return None
        text = images.before if name == "before" else images.after
        if text is None and diff.change in (Change.ADDED, Change.DELETED):
            text = _text(diff, name)
        return stitch(path, diff, name) if text is None else self._whole(path, text, diff, name)

    def _whole(self, path: str, text: bytes, diff: FileDiff, name: SideName) -> CFile:
        """The lines of interest matter only where an #if has two arms to choose from."""
        lines = of_interest(diff, name) if _OTHER_ARM.search(text) else frozenset()
        known = self._read.get(path)
        if known is not None and known[:2] == (text, lines):
            return known[2]
        file = parse_file(path, text, lines, None if known is None else known[2])
        self._read[path] = (text, lines, file)
        return file


def _changed_calls(images: PatchImages, name: SideName) -> frozenset[str]:
    """The names called in the lines that only this side of the patch has."""
    kind = "-" if name == "before" else "+"
    hunks = (hunk for each in images.files for hunk in each.diff.hunks)
    lines = (line.text for hunk in hunks for line in hunk.lines if line.kind == kind)
    return frozenset(called for line in lines for called in _CALLED.findall(line))


def has_side(diff: FileDiff, side: SideName) -> bool:
    return diff.change is not (Change.ADDED if side == "before" else Change.DELETED)


def path_on(diff: FileDiff, side: SideName) -> str:
    return diff.old_path if side == "before" else diff.new_path


def _text(diff: FileDiff, side: SideName) -> bytes:
    """The text of a file that the patch adds or deletes: the diff shows all of it."""
    kind = "-" if side == "before" else "+"
    lines = (line for hunk in diff.hunks for line in hunk.lines if line.kind == kind)
    return "".join(line.text + "\n" for line in lines).encode(errors="surrogateescape")


def of_interest(diff: FileDiff, side: SideName) -> frozenset[int]:
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

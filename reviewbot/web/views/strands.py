"""The patches of a series over its versions: which is which, and which stayed the same."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from reviewbot.store.shown import PatchHead, RevisionHead

_TAGS = re.compile(r"^(?:\s*\[[^\]]*\])+\s*")


@dataclass(frozen=True, slots=True)
class Cell:
    """A patch in one version; `same` where it is the patch of the version before, unchanged."""

    patch: PatchHead
    same: bool


@dataclass(frozen=True, slots=True)
class Strand:
    """One patch through all versions; None where a version has it not."""

    title: str
    cells: tuple[Cell | None, ...]


def title(subject: str) -> str:
    """A subject without its tags."""
    return _TAGS.sub("", subject) or subject


def strands(revisions: Sequence[RevisionHead]) -> tuple[Strand, ...]:
    """In the order of the newest version, what was dropped before it last.

    Patches of two versions are one by patch-id, else by their titles.
    """
    found: list[list[PatchHead | None]] = []
    for number, revision in enumerate(revisions):
        for patch in revision.patches:
            _home(found, number, patch).append(patch)
        for row in found:
            row += [None] * (number + 1 - len(row))
    found.sort(key=_rank)
    return tuple(Strand(title(_last(row).subject), tuple(_cells(row))) for row in found)


def _home(
    found: list[list[PatchHead | None]], number: int, patch: PatchHead
) -> list[PatchHead | None]:
    """The row that this patch goes on with; a new one where there is none."""
    free = [row for row in found if len(row) == number]
    for same in (_same_diff, _same_title):
        for row in free:
            if same(_last(row), patch):
                return row
    found.append([None] * number)
    return found[-1]


def _same_diff(one: PatchHead, other: PatchHead) -> bool:
    return bool(one.patch_id) and one.patch_id == other.patch_id


def _same_title(one: PatchHead, other: PatchHead) -> bool:
    return title(one.subject).casefold() == title(other.subject).casefold()


def _last(row: Iterable[PatchHead | None]) -> PatchHead:
    return [patch for patch in row if patch is not None][-1]


def _rank(row: Sequence[PatchHead | None]) -> tuple[bool, int]:
    return row[-1] is None, _last(row).part


def _cells(row: Sequence[PatchHead | None]) -> Iterable[Cell | None]:
    before: PatchHead | None = None
    for patch in row:
        same = patch is not None and before is not None and _same_diff(before, patch)
        yield Cell(patch, same) if patch is not None else None
        before = patch

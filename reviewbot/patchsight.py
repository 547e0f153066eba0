"""What is in sight of a rule about a whole patch, or about all patches of a series."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from reviewbot.around import Around
from reviewbot.csource.facts import Facts
from reviewbot.csource.sight import Side
from reviewbot.diff import changed_lines
from reviewbot.message import Message
from reviewbot.model import Finding, PatchImages


@dataclass(frozen=True, eq=False)
class PatchSight:
    """One patch: its commit message, its diff, the C files on both sides, and what is around."""

    images: PatchImages
    message: Message
    before: Side
    after: Side
    facts: Facts
    around: Around

    @property
    def part(self) -> int:
        """The patch's number in its series, from 1."""
        return self.images.patch.part

    @cached_property
    def added(self) -> dict[str, frozenset[int]]:
        """By path, the lines after the patch that it adds."""
        return {each.diff.new_path: changed_lines(each.diff, "after") for each in self.images.files}

    @cached_property
    def removed_text(self) -> tuple[str, ...]:
        """The lines that the patch takes away, of all its files."""
        hunks = (hunk for each in self.images.files for hunk in each.diff.hunks)
        return tuple(line.text for hunk in hunks for line in hunk.lines if line.kind == "-")


class Mended(NamedTuple):
    """A fault that one patch of a series brings in (`part`), and a later one takes out (`by`)."""

    part: int
    finding: Finding
    by: int


@dataclass(frozen=True, eq=False)
class SeriesSight:
    """All patches of a series, in their order; none is missing.

    `mended` are the faults that are not told of the patches that bring them in.
    """

    patches: Sequence[PatchSight]
    facts: Facts
    mended: Sequence[Mended] = ()

"""What is in sight of a rule about a whole patch, or about all patches of a series."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reviewbot.around import Around
from reviewbot.csource.facts import Facts
from reviewbot.csource.sight import Side
from reviewbot.message import Message
from reviewbot.model import PatchImages


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


@dataclass(frozen=True, eq=False)
class SeriesSight:
    """All patches of a series, in their order; none is missing."""

    patches: Sequence[PatchSight]
    facts: Facts

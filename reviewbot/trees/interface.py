"""What every tree can do: give a file as it was before the patch, and say what else it holds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol


@dataclass(frozen=True, slots=True)
class Commit:
    """A commit by its whole name, with the first line of its message."""

    name: str
    title: str


Absent = Literal["missing", "ambiguous", "unknown"]
"""No commit has that name, several have, or the tree cannot say (it has no whole history)."""


class Tree(Protocol):
    """Files by path. Nothing is ever checked out, written or run."""

    @property
    def name(self) -> str:
        """What the tree is called in a note to the reader: "linux at 0123456789ab"."""

    def read(self, path: str, blob: str = "") -> bytes | None:
        """The file's bytes, or None where the tree lacks it.

        `blob` is the object name of the diff's `index` line, often abbreviated. A tree that
        knows the object gives that, else what it has at `path`. Raises TreeUnusable where
        the tree itself fails.
        """


class WholeTree(Tree, Protocol):
    """A tree that also tells what it holds, and what history it has."""

    def paths(self, start: str) -> Sequence[str]:
        """All files whose name, without its folder, starts so; in an order that never changes."""

    def commit(self, name: str) -> Commit | Absent:
        """The commit that an (abbreviated) name means here."""


class Index(Protocol):
    """What a rule may ask of the tree as a whole."""

    def configs(self, symbol: str) -> int | None:
        """How many Kconfig entries define the symbol (without CONFIG_); None where the tree
        does not hold all of its Kconfig files."""

    def mentions(self, path: str, word: str) -> bool | None:
        """Whether a file has the word; None where the tree lacks the file."""

    def definition(self, path: str, name: str) -> bytes | None:
        """The text of a function of a C file; None where the tree lacks the file, or the file
        the function."""

    def commit(self, name: str) -> Commit | Absent:
        """As `WholeTree.commit`."""

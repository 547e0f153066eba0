"""What every tree can do: give a file as it was before the patch."""

from __future__ import annotations

from typing import Protocol


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

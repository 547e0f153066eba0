"""A plain folder as a tree."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from reviewbot.errors import TreeUnusable
from reviewbot.trees.interface import Absent, Commit


class Directory:
    """The files below `root`. A path or a symbolic link that leads out of it is not there."""

    def __init__(self, root: Path) -> None:
        self._root = root.resolve()
        self.name = str(root)

    def read(self, path: str, blob: str = "") -> bytes | None:
        if not is_inside(path):
            return None
        try:
            file = (self._root / path).resolve(strict=True)
            if not file.is_relative_to(self._root) or not file.is_file():
                return None
            return file.read_bytes()
        except (FileNotFoundError, NotADirectoryError, RuntimeError):
            return None
        except OSError as err:
            why = os.strerror(err.errno) if err.errno else str(err)
            raise TreeUnusable(
                f"{path} in {self.name} cannot be read ({why}): check its permissions"
            ) from err

    def paths(self, start: str) -> Sequence[str]:
        found: list[str] = []
        for folder, inner, files in os.walk(self._root):
            inner[:] = sorted(name for name in inner if name != ".git")
            here = Path(folder).relative_to(self._root)
            found += [(here / name).as_posix() for name in sorted(files) if name.startswith(start)]
        return found

    def commit(self, name: str) -> Commit | Absent:
        return "unknown"


def is_inside(path: str) -> bool:
    """Whether a path of a diff stays below the root that it is joined to."""
    parts = PurePosixPath(path).parts
    return bool(parts) and path.isprintable() and not {"..", ".git", "/"}.intersection(parts)

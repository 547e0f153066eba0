"""What a tree holds as a whole, read when it is first asked for."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from functools import cached_property

from reviewbot.trees.interface import Absent, Commit, WholeTree

_ROOT = "Kconfig"
_ENTRY = re.compile(rb"^[ \t]*(?:menu)?config[ \t]+(\w+)", re.MULTILINE)
_SOURCED = re.compile(rb'^[ \t]*source[ \t]+"?([^"$\s]+)"?', re.MULTILINE)


class TreeIndex:
    """The `Index` of interface.py over any tree."""

    def __init__(self, tree: WholeTree) -> None:
        self._tree = tree

    def configs(self, symbol: str) -> int | None:
        return None if self._symbols is None else self._symbols.get(symbol, 0)

    def mentions(self, path: str, word: str) -> bool | None:
        text = self._tree.read(path)
        if text is None:
            return None
        return re.search(rb"\b" + re.escape(word.encode()) + rb"\b", text) is not None

    def definition(self, path: str, name: str) -> bytes | None:
        head = rb"^(?![ \t#/*])[^\n;{}]*\b%s\([^;{}]*\)\s*\{.*?^\}" % re.escape(name.encode())
        found = re.search(head, self._tree.read(path) or b"", re.MULTILINE | re.DOTALL)
        return found.group() if found is not None else None

    def commit(self, name: str) -> Commit | Absent:
        return self._tree.commit(name)

    @cached_property
    def _symbols(self) -> Mapping[str, int] | None:
        """How often each symbol is defined; None where files that the root names are not there,
        as in a folder that holds a few files of a kernel."""
        root = self._tree.read(_ROOT)
        paths = frozenset(self._tree.paths(_ROOT)) if root is not None else frozenset()
        sourced = [path.decode(errors="replace") for path in _SOURCED.findall(root or b"")]
        wanted = [path for path in sourced if path.rpartition("/")[2].startswith(_ROOT)]
        if root is None or not wanted or not paths.issuperset(wanted):
            return None
        found: Counter[str] = Counter()
        for path in sorted(paths):
            found.update(name.decode() for name in _ENTRY.findall(self._tree.read(path) or b""))
        return found

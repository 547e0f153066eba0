"""What was read of a callee on the other side of a patch, where it holds on this one as well."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from reviewbot.csource.facts import Fact

_DEPTH = 2
"""So many calls deep the facts of a function look."""


class Texts(Protocol):
    """The definitions of one side."""

    def text(self, name: str) -> bytes | None:
        """That of a function, b"" for none; None where it is not whole."""

    def words(self, name: str) -> frozenset[str] | None:
        """All words of it; None where it is not whole."""

    @property
    def names(self) -> frozenset[str]:
        """All functions that are defined on the side."""


@dataclass(frozen=True, slots=True)
class Twin:
    """The facts of the other side, by the key of its cache.

    A fact is good here where its function reads the same, and so does all that this names, and
    what that names: a fact looks no deeper.
    """

    here: Texts
    there: Texts
    cache: Mapping[tuple[str, int], Fact | None]
    _same: dict[str, bool] = field(default_factory=dict)
    _leads: dict[tuple[str, int], bool] = field(default_factory=dict)

    def get(self, key: tuple[str, int]) -> Fact | None:
        fact = self.cache.get(key)
        return fact if fact is not None and self._leads_to_the_same(key[0], _DEPTH) else None

    def _leads_to_the_same(self, name: str, depth: int) -> bool:
        key = (name, depth)
        if key not in self._leads:
            same = self._reads_the_same(name)
            words = (self.here.words(name) if same and depth else None) or frozenset[str]()
            named = (words & self.here.names) | (words & self.there.names)
            self._leads[key] = same and all(self._leads_to_the_same(n, depth - 1) for n in named)
        return self._leads[key]

    def _reads_the_same(self, name: str) -> bool:
        same = self._same.get(name)
        if same is None:
            text = self.here.text(name)
            same = self._same[name] = text is not None and text == self.there.text(name)
        return same

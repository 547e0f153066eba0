"""What was read of a callee on the other side of a patch, where it holds on this one as well."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from reviewbot.csource.facts import Fact


class Texts(Protocol):
    """The definitions of one side."""

    def text(self, name: str) -> bytes | None:
        """That of a function, b"" for none; None where it is not whole."""


@dataclass(frozen=True, slots=True)
class Twin:
    """The facts of the other side, by the key of its cache.

    A fact is good here where its function and all that this reaches read the same here.
    """

    here: Texts
    there: Texts
    cache: Mapping[tuple[str, int], Fact | None]
    _same: dict[str, bool] = field(default_factory=dict)

    def get(self, key: tuple[str, int]) -> Fact | None:
        fact = self.cache.get(key)
        if fact is None or not self._reads_the_same(key[0]):
            return None
        return fact if all(map(self._reads_the_same, fact.reaches)) else None

    def _reads_the_same(self, name: str) -> bool:
        same = self._same.get(name)
        if same is None:
            text = self.here.text(name)
            same = self._same[name] = text is not None and text == self.there.text(name)
        return same

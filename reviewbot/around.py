"""What lies around a patch: its tree as a whole, its series' Kconfig, and the kernel it is for."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC
from email.utils import parsedate_to_datetime

from reviewbot.model import Mail, Series
from reviewbot.trees.interface import Absent, Commit, Index

Version = tuple[int, int]
"""A kernel's release: (6, 15)."""

_ENTRY = re.compile(r"^([-+])[ \t]*(?:menu)?config[ \t]+(\w+)", re.MULTILINE)
_TAGS = re.compile(r"^\s*(?:\[[^\]]*\]\s*)+")
_VERSION = re.compile(r"(?<![\w.])v?(\d)\.(\d{1,2})(?!\w)")


@dataclass(frozen=True, slots=True)
class Around:
    """What may be asked of the surroundings of one patch.

    `kernel` is the newest release that the patch can know of: the one that its subject names
    (`[PATCH 6.12.y]`), else the last that was out when it was sent; None where neither says.
    `defined` counts the Kconfig entries that the whole series adds, less those that it takes
    away down to this patch; `defined_before` those that the patches before this one add, less
    those that they take away.
    """

    index: Index | None = None
    kernel: Version | None = None
    defined: Mapping[str, int] = field(default_factory=dict)
    defined_before: Mapping[str, int] = field(default_factory=dict)

    def configs(self, symbol: str, before: bool = False) -> int | None:
        """How many Kconfig entries define the symbol (without CONFIG_) after the patch, where
        what a later one adds counts already, or before it; None where that is not known."""
        tree = None if self.index is None else self.index.configs(symbol)
        changes = self.defined_before if before else self.defined
        return None if tree is None else tree + changes.get(symbol, 0)

    def gone(self, before: bool = False) -> frozenset[str]:
        """The symbols that the series has taken away, after the patch or before it, and of
        which no other entry is known."""
        changes = self.defined_before if before else self.defined
        taken = (symbol for symbol, count in changes.items() if count < 0)
        return frozenset(symbol for symbol in taken if not self.configs(symbol, before))

    def mentions(self, path: str, word: str) -> bool | None:
        """Whether a file of the tree has the word; None where the tree lacks the file."""
        return None if self.index is None else self.index.mentions(path, word)

    def definition(self, path: str, name: str) -> bytes | None:
        """The text of a function, as the tree has it before the patch; None for not known."""
        return None if self.index is None else self.index.definition(path, name)

    def commit(self, name: str) -> Commit | Absent:
        """The commit that an (abbreviated) name means in the tree."""
        return "unknown" if self.index is None else self.index.commit(name)


def around_series(
    series: Series, index: Index | None, releases: Sequence[tuple[str, Version]]
) -> dict[int, Around]:
    """By part. `releases` are (date as 2025-05-25, version), in any order."""
    entries = [_entries(patch.diff) for patch in series.patches]
    added = Counter(symbol for each in entries for sign, symbol in each if sign == "+")
    before: Counter[str] = Counter()
    found: dict[int, Around] = {}
    for patch, each in zip(series.patches, entries, strict=True):
        taken = Counter(symbol for sign, symbol in each if sign == "-")
        added, after = Counter(added), Counter(before)
        added.subtract(taken)
        after.update(symbol for sign, symbol in each if sign == "+")
        after.subtract(taken)
        found[patch.part] = Around(index, kernel_of(patch.mail, releases), added, before)
        before = after
    return found


def kernel_of(mail: Mail, releases: Sequence[tuple[str, Version]]) -> Version | None:
    """See `Around.kernel`."""
    tags = _TAGS.match(mail.subject)
    named = _VERSION.search(tags.group()) if tags else None
    if named:
        return int(named[1]), int(named[2])
    try:
        sent = parsedate_to_datetime(mail.date).astimezone(UTC).strftime("%Y-%m-%d")
    except (ValueError, OverflowError):
        return None
    return max((version for date, version in releases if date <= sent), default=None)


def _entries(diff: str) -> list[tuple[str, str]]:
    """(sign, symbol) of each Kconfig entry that a patch adds or takes away."""
    return _ENTRY.findall(diff) if "config" in diff else []

"""A patch that the series can only do without once a later patch is there: git bisect stops at it.

Source: Documentation/process/submitting-patches.rst, "Separate your changes".
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from posixpath import dirname
from typing import NamedTuple

from reviewbot.rule import (
    Claim,
    Confidence,
    Mended,
    Need,
    Note,
    Placed,
    Rule,
    SeriesSight,
    Severity,
    named,
    new_names,
)

_BITES = frozenset("lock deadlock context null err-ptr uninit free guard".split())
"""What can stop the kernel that a bisection boots; a leak until the next patch cannot."""


def check(sight: SeriesSight) -> Iterable[Placed]:
    yield from _used_early(sight)
    for mended in sight.mended:
        finding = mended.finding
        if finding.category in _BITES and finding.confidence is Confidence.HIGH and finding.file:
            yield _mended(mended)


def _used_early(sight: SeriesSight) -> Iterator[Placed]:
    made = _made(sight)
    late = {key: found for key, found in made.items() if found.part > sight.patches[0].part}
    built = dict.fromkeys(_new_files(sight))
    seen: set[str] = set()
    for patch in sight.patches if late else ():
        for path, file in patch.after.files.items():
            added = patch.added.get(path)
            if not added or path in built:
                continue
            for name, line in named(file, added):
                if (name, "") in made and made[name, ""].part <= patch.part:
                    continue
                found = late.get((name, path)) or late.get((name, ""))
                if found is None or found.part <= patch.part or name in seen:
                    continue
                if not _seen_from(path, found.path):
                    continue
                seen.add(name)
                if not _there_before(sight, name, found.part):
                    sure = Confidence.MEDIUM if not file.whole else None
                    yield Placed(patch.part, path, _early(name, line, found.part, sure))


class Made(NamedTuple):
    """The patch and the file that first declare a name."""

    part: int
    path: str


def _made(sight: SeriesSight) -> dict[tuple[str, str], Made]:
    """By name and the file that alone knows it, "" for all files."""
    made: dict[tuple[str, str], Made] = {}
    for patch in sight.patches:
        for path, file in patch.after.files.items():
            for new in new_names(file, patch.added.get(path, frozenset())):
                made.setdefault((new.name, path if new.local else ""), Made(patch.part, path))
    return made


def _new_files(sight: SeriesSight) -> Iterator[str]:
    """Files that the series adds: they may not be built before its end."""
    for patch in sight.patches:
        before = patch.before.files.keys() | patch.before.earlier.keys()
        yield from (path for path in patch.after.files if path not in before)


def _seen_from(user: str, header: str) -> bool:
    """Whether it can be this header that a file includes: another driver may use the same name."""
    return "include/" in header or dirname(user).startswith(dirname(header))


def _there_before(sight: SeriesSight, name: str, part: int) -> bool:
    """Whether any file in sight has the word before the series, or a patch down to this one
    takes a line with it away: what is added has then only moved."""
    word = re.compile(rf"\b{re.escape(name)}\b")
    there = re.compile(word.pattern.encode())
    seen: set[str] = set()
    for patch in sight.patches:
        for path, file in patch.before.files.items():
            if path not in seen and there.search(file.text):
                return True
        if patch.part <= part and any(map(word.search, patch.removed_text)):
            return True
        seen |= patch.before.files.keys() | patch.after.files.keys()
    return False


def _early(name: str, line: int, part: int, sure: Confidence | None) -> Claim:
    return Claim(
        line=line,
        end_line=line,
        message=f"{name} is used here, and only patch {part} adds it",
        shape=("early", name),
        trace=(Note(line, f"{name} is used"),),
        confidence=sure,
        words=(("kind", "early"), ("name", name), ("by", str(part))),
    )


def _mended(mended: Mended) -> Placed:
    finding = mended.finding
    claim = Claim(
        line=finding.line,
        end_line=finding.end_line,
        message=f"{finding.message}; patch {mended.by} mends it",
        shape=("mended", finding.rule, finding.fingerprint),
        trace=tuple(Note(step.line, step.note) for step in finding.trace),
        severity=Severity.LOW,
        words=(("kind", "mended"), ("what", finding.message), ("by", str(mended.by))),
    )
    return Placed(mended.part, finding.file, claim)


RULE = Rule(
    title="series that cannot be bisected",
    category="series",
    severity=Severity.MEDIUM,
    confidence=Confidence.MEDIUM,
    needs=Need.SERIES,
    source="Documentation/process/submitting-patches.rst, Separate your changes",
    check_series=check,
)

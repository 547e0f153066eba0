"""A member that may be NULL is followed, or handed to a function that follows it, unlooked at.

That it may be NULL is known from the tables, or from the rest of the file: every other
function that follows the same member looks at it first.
Source: the file itself; include/linux/pci.h and include/linux/device.h for the members in facts/.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from reviewbot.rule import (
    Bare,
    Claim,
    Confidence,
    Need,
    Note,
    Rule,
    Severity,
    Sight,
    member_habit,
    member_tail,
    takes_down,
)

_WITNESSES = 2
"""So many functions must look first, unless one does so before the very same call."""


class _Why(NamedTuple):
    """Why a member may be NULL: words for the author, and how far they carry."""

    text: str
    confidence: Confidence


def check(sight: Sight) -> Iterable[Claim]:
    if not sight.paths.bare:
        return
    told: set[str] = set()
    followed = {member_tail(use.key) for use in sight.paths.bare if not _changed(sight, use)}
    for use in sorted(sight.paths.bare, key=lambda use: use.expr.line):
        tail = member_tail(use.key)
        if not tail or tail in told or not _changed(sight, use) or _looked_at(sight, use):
            continue
        if tail in followed:
            continue
        why = _why(sight, use, tail)
        if why is not None:
            told.add(tail)
            yield _claim(sight, use, why)


def _changed(sight: Sight, use: Bare) -> bool:
    """Whether this side alone has the use: what both have is neither new nor fixed."""
    where = use.via or use.expr
    return any(line in sight.touched for line in range(where.line, where.end_line + 1))


def _looked_at(sight: Sight, use: Bare) -> bool:
    """Whether any path of this function looks at the member, by this name or a local one."""
    return not {use.key, use.expr.text}.isdisjoint(sight.paths.tested)


def _why(sight: Sight, use: Bare, tail: str) -> _Why | None:
    return _by_habit(sight, use, tail) or _by_table(sight, use, tail)


def _by_habit(sight: Sight, use: Bare, tail: str) -> _Why | None:
    """What the other functions of the file do with the member, if they all look first."""
    if not sight.file.whole or not _is_tested(sight.file.text, tail):
        return None
    habit = member_habit(sight, tail)
    if not habit.looked:
        return None
    same = use.via is not None and use.via.name in habit.calls
    if not same and (len(habit.looked) < _WITNESSES or takes_down(sight.function.name)):
        return None
    before = f"before it calls {use.via.name}()" if same and use.via else "first"
    return _Why(f"{habit.looked[0]}() tests it for NULL {before}", Confidence.MEDIUM)


def _is_tested(text: bytes, tail: str) -> bool:
    """Whether the file seems to compare the member anywhere; cheap, before functions are read."""
    path = re.escape(tail.encode())
    return re.search(rb"[!(&|][\w>.\s-]*%s\s*(?:[)?]|&&|\|\||[=!]=)" % path, text) is not None


def _by_table(sight: Sight, use: Bare, tail: str) -> _Why | None:
    """The tables know no caller, so this is a question at most.

    What hangs on a parameter is the caller's, who is likely to be bound, open or running.
    """
    root = use.key.partition("-")[0].partition(".")[0]
    if not sight.function.whole or any(root == each.name for each in sight.function.params):
        return None
    fits = (field.why for field in sight.facts.fields if use.key.endswith(field.path))
    why = next(fits, None)
    if why is None or (sight.file.whole and member_habit(sight, tail).broken):
        return None
    return _Why(why, Confidence.LOW)


def _claim(sight: Sight, use: Bare, why: _Why) -> Claim:
    where = use.via or use.expr
    how = f"handed to {use.via.name}(), which follows it" if use.via else "dereferenced"
    return Claim(
        line=where.line,
        end_line=where.end_line,
        message=f"{use.key} may be NULL, and is {how}, without a check",
        shape=(member_tail(use.key), use.via.name if use.via else ""),
        trace=tuple(_steps(use, why, how)),
        confidence=why.confidence,
        words=(
            ("function", sight.function.name),
            ("pointer", use.key),
            ("user", f"{use.via.name}()" if use.via else ""),
            ("why", why.text),
        ),
    )


def _steps(use: Bare, why: _Why, how: str) -> Iterator[Note]:
    where = use.via or use.expr
    yield Note(where.line, f"{use.key} may be NULL: {why.text}")
    yield Note(where.line, f"{use.key} is {how}")


RULE = Rule(
    title="member that may be NULL used without a check",
    category="null",
    severity=Severity.MEDIUM,
    confidence=Confidence.MEDIUM,
    needs=Need.DIFF,
    source="the file's other functions; include/linux/pci.h, include/linux/device.h",
    check=check,
)

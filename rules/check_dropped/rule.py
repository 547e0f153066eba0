"""A pointer that was tested for NULL on the other side of the patch, and is used untested here.

Source: the pre-image: it held the check necessary.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from reviewbot.rule import (
    Bare,
    Claim,
    Confidence,
    Need,
    Note,
    Rule,
    Severity,
    Sight,
    lost_looks,
    values_of,
)

_PRIVATE = re.compile(r"(?:drvdata|priv|private|private_data|driver_data|dev_data|platdata)$")
"""So end the names of what a driver has put there itself before it could be called."""


def check(sight: Sight) -> Iterable[Claim]:
    for key, use in lost_looks(sight):
        yield _claim(key, use, _sure(sight, key))


def _sure(sight: Sight, key: str) -> Confidence:
    """Less of what the callers, or whoever registered the function, may well have settled."""
    if any(key == parameter.name for parameter in sight.function.params):
        return Confidence.MEDIUM
    values = values_of(sight.function, key)
    own = any(_PRIVATE.search(value.name or value.text) for value in values)
    return Confidence.MEDIUM if own else Confidence.HIGH


def _claim(key: str, use: Bare, sure: Confidence) -> Claim:
    where = use.via or use.expr
    how = f"handed to {use.via.name}()" if use.via else "dereferenced"
    return Claim(
        line=where.line,
        end_line=where.end_line,
        message=f"{key} was tested for NULL before this patch, and is now {how} untested",
        shape=("check dropped", key),
        trace=(Note(where.line, f"{key} is {how}"),),
        confidence=sure,
        words=(("pointer", key), ("how", how)),
    )


RULE = Rule(
    title="a check for NULL is gone while the pointer is still used",
    category="null",
    severity=Severity.MEDIUM,
    confidence=Confidence.MEDIUM,
    needs=Need.FUNCTION,
    source="the side of the patch that has the check",
    check=check,
)

"""A lock that is still held when the function returns, while other ways out give it back.

Source: Documentation/locking/mutex-design.rst; Documentation/process/coding-style.rst, 7.
"""

from __future__ import annotations

from collections.abc import Iterable

from reviewbot.rule import (
    Claim,
    Confidence,
    Kind,
    Need,
    Rule,
    Severity,
    Sight,
    leak_claim,
    leaks,
)


def check(sight: Sight) -> Iterable[Claim]:
    for leak in leaks(sight, Kind.LOCK, Kind.CONTEXT):
        yield leak_claim(sight, leak, "still held")


RULE = Rule(
    title="lock still held on a way out",
    category="lock",
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    needs=Need.DIFF,
    source="Documentation/process/coding-style.rst, 7) Centralized exiting of functions",
    check=check,
)

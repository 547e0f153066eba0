"""A state that is set early and not undone when a later call fails.

The counterpart is known by name (start and stop, enable and disable, open and close) and must
be called in the function, the file or the patch.
Source: Documentation/process/coding-style.rst, 7) Centralized exiting of functions.
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
    Sure,
    leak_claim,
    leaks,
)


def check(sight: Sight) -> Iterable[Claim]:
    for leak in leaks(sight, Kind.STATE):
        sure = leak.sure is Sure.CONTRASTED
        yield leak_claim(sight, leak, "undone", Confidence.HIGH if sure else Confidence.LOW)


RULE = Rule(
    title="state set early and not undone when a later call fails",
    category="cleanup",
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    needs=Need.DIFF,
    source="Documentation/process/coding-style.rst, 7) Centralized exiting of functions",
    check=check,
)

"""A way out that unlocked before the patch, and does so no more.

Source: Documentation/process/coding-style.rst, 7) Centralized exiting of functions.
"""

from __future__ import annotations

from collections.abc import Iterable

from reviewbot.rule import (
    Claim,
    Confidence,
    Need,
    Rule,
    Severity,
    Sight,
    dropped,
    dropped_claim,
    locks_no_more,
    told_as_leak,
    unlocks,
)


def check(sight: Sight) -> Iterable[Claim]:
    for lost in dropped(sight):
        fact = sight.facts.functions.get(lost.call.name)
        if locks_no_more(sight, lost.call) or told_as_leak(sight, lost):
            continue
        if unlocks(sight.known, lost.call):
            sure = fact is not None and bool(fact.releases)
            yield dropped_claim(sight, lost, Confidence.HIGH if sure else Confidence.MEDIUM)


RULE = Rule(
    title="a way out no longer unlocks",
    category="lock",
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    needs=Need.FUNCTION,
    source="Documentation/process/coding-style.rst, 7) Centralized exiting of functions",
    check=check,
)

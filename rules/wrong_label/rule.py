"""A goto to a label that undoes what was not done yet, or what has just failed.

Source: Documentation/process/coding-style.rst, section 7: centralized exiting of functions.
"""

from __future__ import annotations

from collections.abc import Iterable

from reviewbot.rule import Claim, Confidence, Need, Rule, Severity, Sight, early_claim, too_early


def check(sight: Sight) -> Iterable[Claim]:
    return (early_claim(early) for early in too_early(sight) if not early.counted)


RULE = Rule(
    title="a goto to a label that undoes too much",
    category="cleanup",
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    needs=Need.FUNCTION,
    source="Documentation/process/coding-style.rst, section 7",
    check=check,
)

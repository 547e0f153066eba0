"""A return that goes around the label below which the function gives back what it has.

Source: Documentation/process/coding-style.rst, 7) Centralized exiting of functions.
"""

from __future__ import annotations

from collections.abc import Iterable

from reviewbot.rule import Claim, Confidence, Kind, Need, Rule, Severity, Sight, Teller, leak_claims


def check(sight: Sight) -> Iterable[Claim]:
    yield from leak_claims(sight, Teller.AROUND, Kind.REFERENCE)
    yield from leak_claims(sight, Teller.AROUND, Kind.ENABLE)
    yield from leak_claims(sight, Teller.AROUND, Kind.MEMORY, Kind.OBJECT)


RULE = Rule(
    title="return that goes around the label",
    category="leak",
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    needs=Need.DIFF,
    source="Documentation/process/coding-style.rst, 7) Centralized exiting of functions",
    check=check,
)

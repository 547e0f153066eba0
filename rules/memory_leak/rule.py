"""Memory, a buffer or another object that a way out leaves behind.

Source: Documentation/core-api/memory-allocation.rst; the kernel-doc of the allocators.
"""

from __future__ import annotations

from collections.abc import Iterable

from reviewbot.rule import Claim, Confidence, Kind, Need, Rule, Severity, Sight, Teller, leak_claims


def check(sight: Sight) -> Iterable[Claim]:
    return leak_claims(sight, Teller.PLAIN, Kind.MEMORY, Kind.OBJECT)


RULE = Rule(
    title="memory or object left behind",
    category="leak",
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    needs=Need.DIFF,
    source="Documentation/core-api/memory-allocation.rst",
    check=check,
)

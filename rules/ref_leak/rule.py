"""A reference to a device, node, file or task that nobody gives back.

Source: Documentation/core-api/kref.rst; the kernel-doc of the functions that take references.
"""

from __future__ import annotations

from collections.abc import Iterable

from reviewbot.rule import Claim, Confidence, Kind, Need, Rule, Severity, Sight, Teller, leak_claims


def check(sight: Sight) -> Iterable[Claim]:
    return leak_claims(sight, Teller.PLAIN, Kind.REFERENCE)


RULE = Rule(
    title="reference taken and not given back",
    category="leak",
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    needs=Need.DIFF,
    source="Documentation/core-api/kref.rst",
    check=check,
)

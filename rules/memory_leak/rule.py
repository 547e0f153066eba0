"""Memory, a buffer or another object that a way out leaves behind.

Source: Documentation/core-api/memory-allocation.rst; the kernel-doc of the allocators.
"""

from __future__ import annotations

from collections.abc import Iterable

from reviewbot.rule import (
    Claim,
    Confidence,
    Kind,
    Leak,
    Need,
    Rule,
    Severity,
    Sight,
    Sure,
    Teller,
    leak_claim,
    told_as,
)


def check(sight: Sight) -> Iterable[Claim]:
    for leak in told_as(sight, Teller.PLAIN, Kind.MEMORY, Kind.OBJECT):
        sure = leak.sure is Sure.CONTRASTED
        yield leak_claim(sight, leak, _left(leak), Confidence.HIGH if sure else Confidence.MEDIUM)


def _left(leak: Leak) -> str:
    """How it is left behind: memory is freed, a registration undone, anything else released."""
    if leak.resource.kind is Kind.MEMORY:
        return "not freed"
    return "not undone" if "registration" in leak.resource.noun else "not released"


RULE = Rule(
    title="memory or object left behind",
    category="leak",
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    needs=Need.DIFF,
    source="Documentation/core-api/memory-allocation.rst",
    check=check,
)

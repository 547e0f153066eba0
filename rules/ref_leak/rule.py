"""A reference to a device, node, file or task that nobody gives back.

Source: Documentation/core-api/kref.rst; the kernel-doc of the functions that take references.
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
    Teller,
    leak_claim,
    told_as,
)


def check(sight: Sight) -> Iterable[Claim]:
    for leak in told_as(sight, Teller.PLAIN, Kind.REFERENCE):
        sure = leak.sure is Sure.CONTRASTED
        yield leak_claim(sight, leak, "not put", Confidence.HIGH if sure else Confidence.MEDIUM)


RULE = Rule(
    title="reference taken and not given back",
    category="leak",
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    needs=Need.DIFF,
    source="Documentation/core-api/kref.rst",
    check=check,
)

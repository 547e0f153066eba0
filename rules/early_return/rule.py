"""A return that goes around the label below which the function gives back what it has.

Source: Documentation/process/coding-style.rst, 7) Centralized exiting of functions.
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
    for kinds in ((Kind.REFERENCE,), (Kind.ENABLE,), (Kind.MEMORY, Kind.OBJECT)):
        for leak in told_as(sight, Teller.AROUND, *kinds):
            sure = leak.sure is Sure.CONTRASTED
            confidence = Confidence.HIGH if sure else Confidence.MEDIUM
            yield leak_claim(sight, leak, _left(leak), confidence)


def _left(leak: Leak) -> str:
    """How it is left behind, in the words for its kind."""
    if leak.resource.kind is Kind.OBJECT:
        return "not undone" if "registration" in leak.resource.noun else "not released"
    words = {Kind.REFERENCE: "not put", Kind.ENABLE: "not undone", Kind.MEMORY: "not freed"}
    return words[leak.resource.kind]


RULE = Rule(
    title="return that goes around the label",
    category="leak",
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    needs=Need.DIFF,
    source="Documentation/process/coding-style.rst, 7) Centralized exiting of functions",
    check=check,
)

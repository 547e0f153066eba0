"""A clock, regulator, runtime PM count or the like that stays on when the function fails.

Source: Documentation/driver-api/clk.rst; Documentation/power/runtime_pm.rst.
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
    for leak in told_as(sight, Teller.PLAIN, Kind.ENABLE):
        sure = leak.sure is Sure.CONTRASTED
        yield leak_claim(sight, leak, "not undone", Confidence.HIGH if sure else Confidence.MEDIUM)


RULE = Rule(
    title="switched on and left on when the function fails",
    category="leak",
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    needs=Need.DIFF,
    source="Documentation/driver-api/clk.rst; Documentation/power/runtime_pm.rst",
    check=check,
)

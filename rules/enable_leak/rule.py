"""A clock, regulator, runtime PM count or the like that stays on when the function fails.

Source: Documentation/driver-api/clk.rst; Documentation/power/runtime_pm.rst.
"""

from __future__ import annotations

from collections.abc import Iterable

from reviewbot.rule import Claim, Confidence, Kind, Need, Rule, Severity, Sight, Teller, leak_claims


def check(sight: Sight) -> Iterable[Claim]:
    return leak_claims(sight, Teller.PLAIN, Kind.ENABLE)


RULE = Rule(
    title="switched on and left on when the function fails",
    category="leak",
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    needs=Need.DIFF,
    source="Documentation/driver-api/clk.rst; Documentation/power/runtime_pm.rst",
    check=check,
)

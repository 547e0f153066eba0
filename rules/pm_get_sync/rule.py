"""A runtime PM count that stays raised though the device could not be resumed.

Source: Documentation/power/runtime_pm.rst; include/linux/pm_runtime.h: pm_runtime_get_sync().
"""

from __future__ import annotations

from collections.abc import Iterable

from reviewbot.rule import Claim, Confidence, Kind, Need, Rule, Severity, Sight, Teller, leak_claims


def check(sight: Sight) -> Iterable[Claim]:
    return leak_claims(sight, Teller.FAILED, Kind.ENABLE)


RULE = Rule(
    title="count of a failed pm_runtime_get_sync() not dropped",
    category="leak",
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    needs=Need.DIFF,
    source="Documentation/power/runtime_pm.rst; include/linux/pm_runtime.h: pm_runtime_get_sync()",
    check=check,
)

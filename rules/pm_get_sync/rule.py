"""A runtime PM count that stays raised though the device could not be resumed.

Source: Documentation/power/runtime_pm.rst; include/linux/pm_runtime.h: pm_runtime_get_sync().
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
    for leak in told_as(sight, Teller.FAILED, Kind.ENABLE):
        sure = leak.sure is Sure.CONTRASTED
        yield leak_claim(sight, leak, "not undone", Confidence.HIGH if sure else Confidence.MEDIUM)


RULE = Rule(
    title="count of a failed pm_runtime_get_sync() not dropped",
    category="leak",
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    needs=Need.DIFF,
    source="Documentation/power/runtime_pm.rst; include/linux/pm_runtime.h: pm_runtime_get_sync()",
    check=check,
)

"""Memory freed outright although a device or kobject in it was made known and is still counted.

Source: drivers/base/core.c and lib/kobject.c: after a failure, too, the reference must be put.
"""

from __future__ import annotations

from collections.abc import Iterable

from reviewbot.rule import Claim, Confidence, Need, Rule, Severity, Sight, use_claim


def check(sight: Sight) -> Iterable[Claim]:
    for use in sight.paths.uses:
        if use.kind == "counted":
            site = sight.paths.sites[use.val.origin]
            ender = use.via.name if use.via is not None else "kfree"
            yield use_claim(
                sight,
                use,
                f"{ender}() frees {use.key} although {site.name}() has made it reference-counted",
            )


RULE = Rule(
    title="freed outright although it is reference-counted",
    category="free",
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    needs=Need.DIFF,
    source="drivers/base/core.c, kernel-doc of device_register() and device_initialize()",
    check=check,
)

"""Memory that is freed while it hangs on a list that outlives it.

Source: include/linux/list.h: whoever walks the list reads every entry.
"""

from __future__ import annotations

from collections.abc import Iterable

from reviewbot.rule import Claim, Confidence, Need, Rule, Severity, Sight, use_claim


def check(sight: Sight) -> Iterable[Claim]:
    for use in sight.paths.uses:
        if use.kind == "linked" and use.via is not None:
            site = sight.paths.sites[use.val.origin]
            message = f"{use.via.name}() frees {use.key}, which {site.name}() has put on a list"
            yield use_claim(sight, use, message)


RULE = Rule(
    title="freed while it hangs on a list",
    category="free",
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    needs=Need.DIFF,
    source="include/linux/list.h",
    check=check,
)

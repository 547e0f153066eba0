"""The result of a lookup that can be NULL is used without a look at it.

Source: the kernel-doc of each lookup, as named in facts/.
"""

from __future__ import annotations

from collections.abc import Iterable

from reviewbot.rule import Claim, Confidence, Need, Rule, Severity, Sight, use_claim


def check(sight: Sight) -> Iterable[Claim]:
    for use in sight.paths.uses:
        site = sight.paths.sites.get(use.val.origin)
        if use.kind != "null" or site is None or use.val.tested >= 0:
            continue
        summary = site.fact is not None and site.fact.source == "summary"
        yield use_claim(
            sight,
            use,
            f"{site.name}() can return NULL, and {use.key} is used unchecked",
            Confidence.LOW if summary else Confidence.MEDIUM,
        )


RULE = Rule(
    title="result of a lookup used without a check for NULL",
    category="null",
    severity=Severity.HIGH,
    confidence=Confidence.MEDIUM,
    needs=Need.DIFF,
    source="kernel-doc of the lookups, see facts/",
    check=check,
)

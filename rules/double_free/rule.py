"""Memory or an object that is given back again after the function gave it back.

Source: Documentation/core-api/memory-allocation.rst; the kernel-doc of the releasing functions.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from reviewbot.rule import Claim, Confidence, Need, Rule, Severity, Sight, use_claim


def check(sight: Sight) -> Iterable[Claim]:
    for use in sight.paths.uses:
        if use.kind == "again" and use.via is not None:
            site = sight.paths.sites[use.val.freed]
            again = use.via.name or use.via.parts[0].text
            message = f"{again}() gives {use.key} back after {site.name}() has done so"
            claim = use_claim(sight, use, message, Confidence.HIGH)
            yield replace(claim, words=(*claim.words, ("lent", "")))
        elif use.kind == "lent" and use.via is not None:
            message = f"{use.via.name}() puts {use.key}, of which no reference was taken here"
            claim = use_claim(sight, use, message)
            yield replace(claim, words=(*claim.words, ("lent", "yes")))


RULE = Rule(
    title="given back twice",
    category="free",
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    needs=Need.DIFF,
    source="Documentation/core-api/memory-allocation.rst",
    check=check,
)

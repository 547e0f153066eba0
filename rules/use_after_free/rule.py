"""Memory or an object that is used after the function gave it back.

Source: Documentation/core-api/memory-allocation.rst; the kernel-doc of the releasing functions.
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
    Site,
    Use,
    use_claim,
)

_LONG = 40
"""Longer calls are told without their arguments, characters."""


def check(sight: Sight) -> Iterable[Claim]:
    for use in sight.paths.uses:
        if use.kind == "freed" and not _loop(use, sight.paths.sites[use.val.freed]):
            site = sight.paths.sites[use.val.freed]
            how = f"handed to {use.via.name}()" if use.via and use.via.name else "used"
            message = f"{use.key} is {how} after {_call(site)}"
            yield use_claim(sight, use, message, _confidence(sight, use, site))


def _call(site: Site) -> str:
    """`kfree(foo)`; without the arguments where they are long."""
    return site.call.text if len(site.call.text) <= _LONG else f"{site.name}()"


def _loop(use: Use, site: Site) -> bool:
    """What loops over lists do is the matter of another rule."""
    macros = (site.name, use.via.name if use.via is not None else "")
    return any("for_each" in name or name.startswith("skb_queue_walk") for name in macros)


def _confidence(sight: Sight, use: Use, site: Site) -> Confidence:
    """Somebody else may still hold a reference, unless it is the function's own that went."""
    releases = site.fact.releases if site.fact is not None else ()
    kinds = {r.kind for place in releases if (r := sight.known.resource(place.resource))}
    if Kind.REFERENCE in kinds and not kinds & {Kind.MEMORY} and site.id not in sight.paths.own:
        return Confidence.MEDIUM
    return Confidence.HIGH


RULE = Rule(
    title="used after it was given back",
    category="free",
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    needs=Need.DIFF,
    source="Documentation/core-api/memory-allocation.rst",
    check=check,
)

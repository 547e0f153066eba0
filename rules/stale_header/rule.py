"""A pointer into an skb's data that is used after a call which may have moved the data.

Source: net/core/skbuff.c, kernel-doc of __pskb_pull_tail() and pskb_expand_head().
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from reviewbot.rule import Claim, Confidence, Need, Rule, Severity, Sight, Use, use_claim


def check(sight: Sight) -> Iterable[Claim]:
    seen: dict[tuple[str, str], Use] = {}
    for use in sight.paths.uses:
        fact = sight.paths.sites[use.val.freed].fact if use.kind == "freed" else None
        if fact is not None and fact.moves:
            seen.setdefault((use.key, fact.name), use)
    for (key, mover), use in seen.items():
        message = f"{key} is used after {mover}() may have moved what it points into"
        yield replace(use_claim(sight, use, message), shape=("stale", key, mover))


RULE = Rule(
    title="a header that is stale after the data moved",
    category="free",
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    needs=Need.DIFF,
    source="net/core/skbuff.c, kernel-doc of __pskb_pull_tail()",
    check=check,
)

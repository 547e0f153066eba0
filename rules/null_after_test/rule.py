"""A path that found a pointer to be NULL dereferences it all the same.

Source: CWE-476.
"""

from __future__ import annotations

from collections.abc import Iterable

from reviewbot.rule import ZERO, Claim, Confidence, Need, Rule, Severity, Sight, Use, use_claim


def check(sight: Sight) -> Iterable[Claim]:
    for use in sight.paths.uses:
        if use.kind != "null" or use.val.mask != ZERO or use.val.tested < 0:
            continue  # `p = NULL` first and a loop that fills it says little
        yield use_claim(
            sight, use, f"{use.key} is NULL on this path, and is used", _sure(sight, use)
        )


def _sure(sight: Sight, use: Use) -> Confidence:
    """Who writes a member may not be in sight."""
    return Confidence.HIGH if use.key in sight.paths.locals else Confidence.MEDIUM


RULE = Rule(
    title="pointer used on a path that found it NULL",
    category="null",
    severity=Severity.HIGH,
    confidence=Confidence.MEDIUM,
    needs=Need.DIFF,
    source="CWE-476",
    check=check,
)

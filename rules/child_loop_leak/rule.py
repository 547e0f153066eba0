"""A loop over child nodes, devices or the like that is left with the reference which it holds.

Source: include/linux/of.h: for_each_child_of_node(); drivers/of/base.c: of_get_next_child().
"""

from __future__ import annotations

from collections.abc import Iterable

from reviewbot.rule import Claim, Confidence, Kind, Need, Rule, Severity, Sight, Teller, leak_claims


def check(sight: Sight) -> Iterable[Claim]:
    return leak_claims(sight, Teller.LOOP, Kind.REFERENCE)


RULE = Rule(
    title="loop left with the reference that it holds",
    category="leak",
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    needs=Need.DIFF,
    source="include/linux/of.h: for_each_child_of_node(); drivers/of/base.c: of_get_next_child()",
    check=check,
)

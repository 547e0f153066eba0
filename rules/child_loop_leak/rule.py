"""A loop over child nodes, devices or the like that is left with the reference which it holds.

Source: include/linux/of.h: for_each_child_of_node(); drivers/of/base.c: of_get_next_child().
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
    for leak in told_as(sight, Teller.LOOP, Kind.REFERENCE):
        sure = leak.sure is Sure.CONTRASTED
        yield leak_claim(sight, leak, "not put", Confidence.HIGH if sure else Confidence.MEDIUM)


RULE = Rule(
    title="loop left with the reference that it holds",
    category="leak",
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    needs=Need.DIFF,
    source="include/linux/of.h: for_each_child_of_node(); drivers/of/base.c: of_get_next_child()",
    check=check,
)

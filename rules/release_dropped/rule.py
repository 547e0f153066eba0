"""A way out that gave something back before the patch, and does so no more.

Source: Documentation/process/coding-style.rst, 7) Centralized exiting of functions.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from reviewbot.rule import (
    Claim,
    Confidence,
    Need,
    Note,
    Rule,
    Severity,
    Sight,
    counterpart,
    dropped,
    dropped_claim,
    told_as_leak,
    unlocks,
    was_never_raised,
)

_RUNNING = re.compile(
    r"(?:cancel|disable|flush)_(?:delayed_)?work|irq_work_sync|(?:hr)?timer_(?:cancel|delete|shutdown)"
    r"|del_timer|tasklet_kill|wiphy_(?:delayed_)?work_(?:cancel|flush)"
)
"""What waits for work or a timer: work-left-running knows whether anybody still starts it."""


def check(sight: Sight) -> Iterable[Claim]:
    for lost in dropped(sight):
        fact = sight.facts.functions.get(lost.call.name)
        takes = fact is not None and bool(fact.acquires) and not fact.releases
        if takes or _RUNNING.search(lost.call.name) or told_as_leak(sight, lost):
            continue
        if not unlocks(sight.known, lost.call) and not was_never_raised(sight, lost.call):
            made = counterpart(sight, lost)
            known = fact is not None and bool(fact.releases) and not lost.doubtful
            sure = known or made is not None
            claim = dropped_claim(sight, lost, Confidence.HIGH if sure else Confidence.MEDIUM)
            done = (Note(made.line, f"{made.name}() is done"),) if made is not None else ()
            yield replace(claim, trace=(*done, *claim.trace))


RULE = Rule(
    title="a way out no longer gives back what it did",
    category="leak",
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    needs=Need.FUNCTION,
    source="Documentation/process/coding-style.rst, 7) Centralized exiting of functions",
    check=check,
)

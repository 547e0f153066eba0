"""A way out that gave something back before the patch, and does so no more.

Source: Documentation/process/coding-style.rst, 7) Centralized exiting of functions.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from reviewbot.rule import (
    Claim,
    Confidence,
    Dropped,
    Need,
    Rule,
    Severity,
    Sight,
    dropped,
    dropped_claim,
    told_as_leak,
    undoers,
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
            known = fact is not None and bool(fact.releases)
            sure = not lost.doubtful and (known or _is_paired(sight, lost))
            yield dropped_claim(sight, lost, Confidence.HIGH if sure else Confidence.MEDIUM)


def _is_paired(sight: Sight, lost: Dropped) -> bool:
    """Whether what the call undoes by its name is still done before this way out, here and by
    nobody else undone: neither by a function that is called here, nor by the driver core."""
    name = lost.call.name
    makers = {
        call.name
        for call in sight.function.calls
        if call.line < lost.line and name in undoers(call.name)
    }
    managed = any(call.name.startswith("devm_add_action") for call in sight.function.calls)
    if not lost.failing or not makers or managed:
        return False
    others = (one for one in sight.callees() if one.name not in makers)
    return not any(call.name == name for one in others for call in one.calls)


RULE = Rule(
    title="a way out no longer gives back what it did",
    category="leak",
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    needs=Need.FUNCTION,
    source="Documentation/process/coding-style.rst, 7) Centralized exiting of functions",
    check=check,
)

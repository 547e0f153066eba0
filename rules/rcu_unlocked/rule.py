"""A pointer that RCU protects, used after the section in which it was read.

Source: Documentation/RCU/rcu_dereference.rst; kernel-doc of rcu_read_lock().
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

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

_UPDATES = re.compile(
    r"rcu_assign_pointer|RCU_INIT_POINTER|rcu_replace_pointer|synchronize_|call_rcu|free_rcu|rtnl"
)
"""What a function calls that changes what RCU protects: a lock keeps its readers' data too."""


def check(sight: Sight) -> Iterable[Claim]:
    seen: set[str] = set()
    if any(_UPDATES.search(call.name) for call in sight.function.calls):
        return
    for use in sight.paths.uses:
        if use.kind != "freed" or use.trail is None or use.trail.what == "exit":
            continue
        if use.via is not None and not _follows(sight, use):
            continue
        site = sight.paths.sites[use.val.freed]
        if _ends_section(sight, site) and use.key not in seen:
            seen.add(use.key)
            message = f"{use.key} is used after {site.name}() ended the section that protects it"
            yield replace(use_claim(sight, use, message), shape=("after the section", use.key))


def _follows(sight: Sight, use: Use) -> bool:
    """Whether it is known that the call looks behind what it is handed."""
    assert use.via is not None
    fact = sight.known(use.via.name)
    places = fact.uses if fact is not None else ()
    return any(arg is use.expr for n, arg in enumerate(use.via.args, 1) if n in places)


def _ends_section(sight: Sight, site: Site) -> bool:
    if "guard" in site.name:
        return True
    places = site.fact.releases if site.fact is not None else ()
    kinds = [r.kind for place in places if (r := sight.known.resource(place.resource))]
    return Kind.CONTEXT in kinds


RULE = Rule(
    title="used outside the RCU section that protects it",
    category="free",
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    needs=Need.DIFF,
    source="Documentation/RCU/rcu_dereference.rst; kernel-doc of rcu_read_lock()",
    check=check,
)

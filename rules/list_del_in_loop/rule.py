"""A loop over a list whose entry is gone when the loop steps on, or is used after the loop.

Source: include/linux/list.h, kernel-doc of list_for_each_entry_safe() and list_entry_is_head().
"""

from __future__ import annotations

from collections.abc import Iterable

from reviewbot.rule import (
    Claim,
    Confidence,
    Need,
    Note,
    Rule,
    Severity,
    Sight,
    Site,
    Use,
)


def check(sight: Sight) -> Iterable[Claim]:
    for use in sight.paths.uses:
        if use.kind != "freed":
            continue
        site = sight.paths.sites[use.val.freed]
        if _is_loop(site.name):
            if not _asked(sight, use.key):
                yield _after(sight, use, site)
        elif use.via is not None and _is_loop(use.via.name) and _own(use, site):
            yield _stepped(sight, use, site)


def _is_loop(name: str) -> bool:
    return "for_each" in name or name.startswith("skb_queue_walk")


def _own(use: Use, site: Site) -> bool:
    """Whether what was unlinked is the member that the loop follows."""
    if "list_" not in site.name or (site.fact is not None and site.fact.releases):
        return True
    assert use.via is not None
    text = site.call.args[0].bare.text
    return text.endswith(f"->{use.via.args[-1].text}")


def _asked(sight: Sight, name: str) -> bool:
    """Whether the function asks if the loop ran to its end: `&pos->list == head`."""
    for expr in sight.function.expressions:
        if expr.kind == "call" and expr.name == "list_entry_is_head":
            return True
        if expr.kind == "binary" and any(p.bare.text.startswith(f"&{name}->") for p in expr.parts):
            return True
    return False


def _after(sight: Sight, use: Use, site: Site) -> Claim:
    where = use.via if use.via is not None else use.expr
    how = f"handed to {use.via.name}()" if use.via is not None else "used"
    return Claim(
        line=where.line,
        end_line=where.end_line,
        message=f"{use.key} is {how} after {site.name}() may have run to its end",
        shape=("after the loop", use.key, site.name),
        trace=(
            Note(site.call.line, f"{site.name}() ends without a break"),
            Note(where.line, f"{use.key} is {how}, but points to no entry"),
        ),
        confidence=Confidence.MEDIUM if _branched(use, site) else Confidence.HIGH,
        words=(("kind", "after"), ("entry", use.key), ("loop", f"{site.name}()")),
        group=f"{use.key} {site.name}",
    )


def _branched(use: Use, site: Site) -> bool:
    """Whether something was asked since the loop's end, that may tell it from a break."""
    for at in use.trail.back() if use.trail is not None else ():
        if at.what == "done" and at.site == site.id:
            return False
        if at.what == "branch":
            return True
    return True


def _stepped(sight: Sight, use: Use, site: Site) -> Claim:
    assert use.via is not None
    loop = use.via.name
    gone = "takes it off the list" if site.fact is None or not site.fact.releases else "frees it"
    return Claim(
        line=site.call.line,
        end_line=site.call.end_line,
        message=f"{loop}() steps on from {use.key} after {site.name}() {gone}",
        shape=("removed in loop", use.key, site.name, loop),
        trace=(
            Note(site.call.line, f"{site.name}() {gone}"),
            Note(use.via.line, f"{loop}() reads {use.key} to find the next entry"),
        ),
        words=(("kind", "removed"), ("entry", use.key), ("loop", f"{loop}()")),
        group=f"{use.key} {loop}",
    )


RULE = Rule(
    title="a list entry that is gone when the loop needs it",
    category="free",
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    needs=Need.DIFF,
    source="include/linux/list.h, kernel-doc of list_for_each_entry_safe()",
    check=check,
)

"""Memory or an object that is used after the function gave it back.

Source: Documentation/core-api/memory-allocation.rst; the kernel-doc of the releasing functions.
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

_PRINTS = re.compile(r"(?:^|_)(?:err|warn|info|notice|dbg|debug|printk)$|^[A-Z]*DBG$")
"""So end the names of what only prints: the object that is told of is often held elsewhere."""

_LONG = 40
"""Longer calls are told without their arguments, characters."""


def check(sight: Sight) -> Iterable[Claim]:
    """One claim for all uses of one thing after one release: they are one fault."""
    first: dict[tuple[str, str], Use] = {}
    for use in sight.paths.uses:
        if use.kind == "freed" and not _loop(use, sight.paths.sites[use.val.freed]):
            if _pasted(sight, use):
                continue
            site = sight.paths.sites[use.val.freed]
            seen = first.setdefault((site.name, use.key), use)
            if use.expr.line in sight.touched and seen.expr.line not in sight.touched:
                first[site.name, use.key] = use
    for (name, key), use in first.items():
        site = sight.paths.sites[use.val.freed]
        confidence = _confidence(sight, use, site)
        if confidence is not None:
            how = f"handed to {use.via.name}()" if use.via and use.via.name else "used"
            claim = use_claim(sight, use, f"{key} is {how} after {_call(site)}", confidence)
            yield replace(claim, shape=("freed", name, key))


def _call(site: Site) -> str:
    """`kfree(foo)`; without the arguments where they are long."""
    return site.call.text if len(site.call.text) <= _LONG else f"{site.name}()"


def _loop(use: Use, site: Site) -> bool:
    """What loops over lists do is the matter of another rule."""
    macros = (site.name, use.via.name if use.via is not None else "")
    return any("for_each" in name or name.startswith("skb_queue_walk") for name in macros)


def _pasted(sight: Sight, use: Use) -> bool:
    """Whether it is a word for a macro of this file, which makes a name of it: `t##_size`."""
    if use.via is None or not use.via.name.isidentifier():
        return False
    head = rb"#[ \t]*define[ \t]+%s\(([^)]*)\)((?:[^\n\\]|\\.)*)" % use.via.name.encode()
    found = re.search(head, sight.file.text, re.S)
    if found is None:
        return False
    params = [name.strip() for name in found[1].split(b",")]
    at = next((n for n, arg in enumerate(use.via.args) if arg.text == use.key), len(params))
    return at < len(params) and all(
        b"#" in around
        for around in re.findall(rb"#?[ \t]*\b%s\b[ \t]*#?" % re.escape(params[at]), found[2])
    )


def _confidence(sight: Sight, use: Use, site: Site) -> Confidence | None:
    """Somebody else may still hold a reference, unless it is the function's own that went.

    The caller holds one of what it hands over, and who puts another one later had two.
    """
    releases = site.fact.releases if site.fact is not None else ()
    kinds = {r.kind for place in releases if (r := sight.known.resource(place.resource))}
    if Kind.CONTEXT in kinds or "guard" in site.name:
        return None  # a section that ended: another rule's matter
    if site.fact is not None and site.fact.moves:
        return None  # moved, not freed: another rule's matter
    if use.via is not None and use.via.name == "memset" and Kind.MEMORY not in kinds:
        return None  # cleared to be registered anew: what holds it lives on
    if Kind.REFERENCE not in kinds or kinds & {Kind.MEMORY} or site.id in sight.paths.own:
        return Confidence.HIGH
    more = any(u.kind == "more" and u.val.freed == site.id for u in sight.paths.uses)
    if more or _handed(sight, site):
        return None
    printed = use.via is not None and _PRINTS.search(use.via.name) is not None
    return Confidence.MEDIUM if printed else Confidence.HIGH


def _handed(sight: Sight, site: Site) -> bool:
    """Whether what is put is a parameter, or a member in it: put_task_struct(p)."""
    params = {parameter.name for parameter in sight.function.params}
    for arg in site.call.args:
        text = arg.bare.text
        if text in params or (text.startswith("&") and re.split(r"->|\.", text[1:])[0] in params):
            return text.count("->") <= 1
    return False


RULE = Rule(
    title="used after it was given back",
    category="free",
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    needs=Need.DIFF,
    source="Documentation/core-api/memory-allocation.rst",
    check=check,
)

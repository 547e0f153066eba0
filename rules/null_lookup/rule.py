"""The result of a lookup that can be NULL is used without a look at it.

Source: the kernel-doc of each lookup, as named in facts/.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from reviewbot.rule import (
    Claim,
    Confidence,
    Fact,
    Kind,
    Need,
    Rule,
    Severity,
    Sight,
    Site,
    Use,
    allocates,
    result_habit,
    use_claim,
)

_BOUND = ("match_data", "get_drvdata", "sg_next")
"""What a driver that is bound has by its own tables, and lists whose length is known: NULL
there would be news to the author."""
_KEPT = frozenset("idr_find xa_load radix_tree_lookup rhashtable_lookup_fast".split())
"""Where a driver may well know that it put the entry there."""


def check(sight: Sight) -> Iterable[Claim]:
    for use in sight.paths.uses:
        site = sight.paths.sites.get(use.val.origin)
        if use.kind != "null" or site is None or use.val.tested >= 0:
            continue
        if site.fact is None or site.name.endswith(_BOUND) or _asked_before(sight, site):
            continue
        if allocates(site.fact, sight.known):
            continue  # the matter of unchecked-alloc
        sure = _confidence(sight, site)
        if sure is None:
            continue
        claim = use_claim(sight, use, _message(site, use), sure)
        passed = "yes" if _takes(sight, site.fact, Kind.REFERENCE) else ""
        yield replace(claim, words=(*claim.words, ("reference", passed)))


def _asked_before(sight: Sight, site: Site) -> bool:
    """Whether the function has looked at the answer of the same lookup above, and asks once more
    for what may have moved since."""
    call = site.call
    above = {
        each.id
        for each in sight.paths.sites.values()
        if each.call.text == call.text and each.call.line < call.line
    }
    return any(look.site in above for look in sight.paths.looks)


def _takes(sight: Sight, fact: Fact, kind: Kind) -> bool:
    taken = (sight.known.resource(acquire.resource) for acquire in fact.acquires)
    return any(each is not None and each.kind is kind for each in taken)


def _message(site: Site, use: Use) -> str:
    used = "its result" if use.key == site.call.text else use.key
    how = f"handed to {use.via.name}()" if use.via else "dereferenced"
    return f"{site.name}() can return NULL, and {used} is {how} unchecked"


def _confidence(sight: Sight, site: Site) -> Confidence | None:
    """A table speaks of every caller; a summary does not know when its function returns NULL.

    The other callers of the file do: None where one of them does not look either.
    """
    if site.fact is not None and site.fact.source == "summary":
        habit = result_habit(sight, site.name)
        if habit.broken:
            return None
        return Confidence.MEDIUM if habit.looked else Confidence.LOW
    return Confidence.MEDIUM if site.name in _KEPT else Confidence.HIGH


RULE = Rule(
    title="result of a lookup used without a check for NULL",
    category="null",
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    needs=Need.DIFF,
    source="kernel-doc of the lookups, see facts/",
    check=check,
)

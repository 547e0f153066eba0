"""Which rule tells a leak: each is told once, by the rule that can say most about it."""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum

from reviewbot.csource.facts import Kind
from reviewbot.csource.leaks import Leak, leaks
from reviewbot.csource.sight import Sight
from reviewbot.csource.story import last_branch
from reviewbot.csource.tails import judged
from reviewbot.csource.values import roots
from reviewbot.remedy import releases, stands_below_label


class Teller(Enum):
    """What is most to the point about a leak."""

    LOOP = "loop"  # a loop macro holds the reference, and is left in the middle
    FAILED = "failed"  # the call that takes it failed, and holds it even so
    AROUND = "around"  # a return goes around the label below which it is given back
    PLAIN = "plain"


def told_as(sight: Sight, teller: Teller, *kinds: Kind) -> Iterator[Leak]:
    """The leaks of these kinds that are told in this way."""
    return (leak for leak in leaks(sight, *kinds) if teller_of(sight, leak) is teller)


def teller_of(sight: Sight, leak: Leak) -> Teller:
    if leak.site.name in sight.facts.iterators:
        return Teller.LOOP
    if leak.resource.kind is Kind.ENABLE and fails_itself(sight, leak):
        return Teller.FAILED
    return Teller.AROUND if _goes_around(sight, leak) else Teller.PLAIN


def fails_itself(sight: Sight, leak: Leak) -> bool:
    """Whether the exit is taken because the taking call failed, which holds the thing even so,
    or hands that call's verdict on."""
    site, branch, value = leak.site, last_branch(leak.exit.trail), leak.exit.value
    if site.fact is None or not any(acquire.always for acquire in site.fact.acquires):
        return False
    cond = branch.node.expr if branch is not None else None
    if cond is not None and judged(sight.function, cond) == site.call.text:
        return True
    if leak.error or value is None:
        return False
    return site.target in roots(value.text) if site.target else site.call.text in value.text


def _goes_around(sight: Sight, leak: Leak) -> bool:
    """Whether the way out is a plain return, while a label leads to what gives the thing back.

    Where the thing leaks by a goto as well, on either side, one rule tells of all ways: what
    was there before must have the same name as what is there now.
    """
    sides = (sight, sight.other) if sight.other is not None else (sight,)
    return (
        _is_return(leak)
        and all(_is_return(each) for side in sides for each in _ways(side, leak))
        and any(
            stands_below_label(side.function, call)
            for side in sides
            for call in releases(side, leak)
        )
    )


def _is_return(leak: Leak) -> bool:
    if leak.succeeds or leak.exit.trail.node.kind != "return":
        return False
    for at in leak.exit.trail.back():
        if at.what == "acquire" and at.site == leak.site.id:
            return True
        if at.what == "goto":
            return False
    return True


def _ways(sight: Sight, leak: Leak) -> Iterator[Leak]:
    """All leaks of the same thing."""
    kinds = _MEMORY if leak.resource.kind in _MEMORY else (leak.resource.kind,)
    for each in leaks(sight, *kinds):
        if each.resource.id == leak.resource.id and each.held.text == leak.held.text:
            yield each


_MEMORY = (Kind.MEMORY, Kind.OBJECT)

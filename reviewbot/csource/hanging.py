"""What something else still leads to: entries of lists, owners of work and timers that are armed.

A path remembers it after the name of the owner, and forgets it when a function is handed the
owner that may take it off.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from reviewbot.csource.facts import Fact
from reviewbot.csource.freed import holder, others
from reviewbot.csource.syntax import Expr
from reviewbot.csource.values import State, Val, roots

LINKED = "\u2295"
"""After the name of what was put on a list."""
UNLINKED = "\u2296"
"""After the name of what was taken off a list."""
_ARMED = "\u29d6"
"""After the name of what holds work that is queued or a timer that is set."""

Hanging = Literal["linked", "armed"]


def hang(
    state: State,
    call: Expr,
    fact: Fact | None,
    site: int,
    own: frozenset[str],
    borrowed: Callable[[int], bool],
) -> None:
    """What a call does to what hangs: `own` are the function's own structs and lists,
    `borrowed` says of which arguments it is known that the call only looks at them."""
    taken = _owner(call, fact.unlinks) if fact is not None else ""
    stopped = _owner(call, fact.disarms) if fact is not None else ""
    if taken:
        state.set(taken + UNLINKED, Val(freed=site))
    if taken or stopped:
        state.vals.pop(taken + LINKED if taken else stopped + _ARMED, None)
    else:
        _may_take_off(state, call, borrowed)
    linked = _owner(call, fact.links) if fact is not None else ""
    if linked and not any(a.text.startswith("&") and a.text[1:] in own for a in call.args):
        state.set(linked + LINKED, Val(origin=site))
    armed = _owner(call, fact.arms) if fact is not None else ""
    if armed:
        state.set(armed + _ARMED, Val(origin=site))


def not_set_going(state: State, site: int) -> None:
    """`if (!queue_work(q, &p->work))`: then p holds no work that this call has queued."""
    for key in [k for k, val in state.vals.items() if k[-1] == _ARMED and val.origin == site]:
        del state.vals[key]


def hangs(state: State, text: str) -> tuple[Hanging, int] | None:
    """Whether something that is freed hangs somewhere, and the site that put it there."""
    for name in (text, *others(state, text)):
        if state.get(name + LINKED).origin and name == text:
            return "linked", state.get(name + LINKED).origin
        if state.get(name + _ARMED).origin:
            return "armed", state.get(name + _ARMED).origin
    return None


def _owner(call: Expr, number: int) -> str:
    """The p of `&p->list` as this argument; "" for anything else."""
    bare = call.args[number - 1].bare if 0 < number <= len(call.args) else None
    if bare is None or bare.kind != "unary" or bare.op != "&":
        return ""
    return holder(bare.parts[0])


def _may_take_off(state: State, call: Expr, borrowed: Callable[[int], bool]) -> None:
    """A function that is handed p, or what p hangs in, may take p off."""
    if not any(key[-1] in (LINKED, _ARMED) for key in state.vals):
        return
    handed = [arg for number, arg in enumerate(call.args, 1) if not borrowed(number)]
    names = {name for arg in handed for name in roots(arg.bare.text)}
    for key in [key for key in state.vals if key[-1] in (LINKED, _ARMED) and key[:-1] in names]:
        del state.vals[key]

"""Pointers into memory that may move: what points into an skb's data after pskb_may_pull()."""

from __future__ import annotations

from reviewbot.csource.facts import Fact
from reviewbot.csource.summaries import Known
from reviewbot.csource.syntax import Expr, Function
from reviewbot.csource.values import State, Val

_INTO = "\u227b"
"""`hdr\u227bskb`: hdr points into the data of skb."""
_DATA = frozenset(("data", "head"))


def movable(function: Function, known: Known) -> frozenset[str]:
    """What the function hands to calls that may move its data."""
    found: set[str] = set()
    for call in function.calls:
        fact = known(call.name)
        if fact is not None and 0 < fact.moves <= len(call.args):
            found.add(call.args[fact.moves - 1].bare.text)
    return frozenset(found)


def note_pointer(
    state: State, left: str, value: Expr, known: Known, movable: frozenset[str]
) -> None:
    """Remember `hdr = skb->data + off` and `hdr = ip_hdr(skb)`."""
    base = _points_into(value, known)
    if base in movable:
        state.vals[left + _INTO + base] = Val(tested=0)


def _points_into(value: Expr, known: Known) -> str:
    """Whose data an expression points into; "" for nobody's."""
    expr = value.bare
    while expr.kind == "binary" and expr.op in ("+", "-"):
        expr = expr.parts[0].bare
    if expr.kind == "unary" and expr.op == "&" and expr.parts[0].bare.kind == "index":
        expr = expr.parts[0].bare.parts[0].bare
    if expr.kind == "member" and expr.op == "->" and expr.name in _DATA:
        return expr.parts[0].bare.text
    fact = known(expr.name) if expr.kind == "call" else None
    if fact is not None and 0 < fact.inside <= len(expr.args):
        return expr.args[fact.inside - 1].bare.text
    return ""


def points_in(state: State, call: Expr, fact: Fact) -> list[str]:
    """What is known to point into the data that a call may move, as `hdr\u227bskb`."""
    if not 0 < fact.moves <= len(call.args):
        return []
    end = _INTO + call.args[fact.moves - 1].bare.text
    return [key for key in state.vals if key.endswith(end)]


def move(state: State, pointers: list[str], site: int) -> None:
    """The data lies elsewhere now: what pointed into it is stale."""
    for key in pointers:
        name = key.partition(_INTO)[0]
        val = state.get(name)
        del state.vals[key]
        state.set(name, Val(val.mask, freed=site, tested=val.tested))

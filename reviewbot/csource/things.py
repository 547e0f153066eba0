"""How the things that calls take and give back are known on a path."""

from __future__ import annotations

from reviewbot.csource.events import Site
from reviewbot.csource.facts import Resource
from reviewbot.csource.syntax import Expr
from reviewbot.csource.values import KEYED, State, keyed, roots

UNDO = "undo:"
"""Resources that are only known from the names of a pair of calls start with this."""


def forget_thing(state: State, text: str) -> None:
    """Drop what a value stands for, also where the path has no more use for the value."""
    inst = state.get(text).inst
    for key, held in list(state.held.items()):
        if not key.startswith(KEYED) and (key == inst or held.text == text):
            del state.held[key]


def key_of(resource: Resource, text: str) -> str:
    """How a thing is known that an argument names; init(&p->cache) is undone by exit(p->cache)."""
    named = text.removeprefix("&") if resource.id.startswith(UNDO) else text
    return keyed(resource.id, named)


def instances_of(state: State, arg: Expr) -> list[str]:
    """What the argument stands for: the thing itself, or the thing it points into."""
    bare = arg.bare
    val = state.get(bare.text)
    if val.inst:
        return [val.inst]
    if (bare.kind == "unary" and bare.op == "&") or bare.kind in ("binary", "braces", "index"):
        names = roots(bare.text)
        return [v.inst for t, v in state.vals.items() if v.inst and t in names]
    return []


def argument_at(site: Site, where: int) -> Expr | None:
    """An argument by its number, from 1; None where the call has no such."""
    args = site.call.args
    return args[where - 1] if 0 < where <= len(args) else None

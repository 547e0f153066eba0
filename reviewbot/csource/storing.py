"""What an assignment does to what a path knows of the two sides."""

from __future__ import annotations

import re

from reviewbot.csource.borrowing import note_section
from reviewbot.csource.conditions import is_errno
from reviewbot.csource.facts import Kind
from reviewbot.csource.freed import note_name
from reviewbot.csource.known_value import value
from reviewbot.csource.moved import note_pointer
from reviewbot.csource.scene import Scene
from reviewbot.csource.syntax import Expr
from reviewbot.csource.values import (
    ANY,
    KEYED,
    NOTHING,
    POS,
    ZERO,
    Held,
    State,
    Val,
    mentions,
    roots,
)


def note_bits(scene: Scene, op: str, left: Expr, right: Expr, state: State) -> None:
    """`flags |= BIT` and `flags &= ~BIT` say what `flags & BIT` is from here on."""
    if op == "|=":
        bits, mask = right, POS
    elif op == "&=" and right.kind == "unary" and right.op == "~":
        bits, mask = right.parts[0].bare, ZERO
    else:
        return
    key = f"{left.text}&{bits.text}"
    if key in scene.tracked:
        state.set(key, Val(mask))


def note_stored(scene: Scene, left: Expr, right: Expr, state: State) -> None:
    """`left = right`: what is known of the value, and who holds it, goes by the new name too."""
    bare = right.bare
    val = value(scene, right, state)
    if bare.text == "NULL" and left.kind == "name":
        _let_go(state, left.text)
    if bare.kind == "call":
        state.vals.pop(bare.text, None)
    elif bare.kind not in ("name", "member"):
        _hide(state, bare)
    state.forget(left.text)
    if scene.freeable:
        fact = scene.known(bare.name) if bare.kind == "call" else None
        note_name(state, left, right, fact.inside if fact else 0, scene.freeable)
    local = left.kind == "name" and left.text in scene.locals
    if local and scene.movable and scene.is_pointer(left.text):
        note_pointer(state, left.text, bare, scene.known, scene.movable)
    if local and scene.borrowed:
        note_section(scene, left.text, bare, state)
    held = state.held.get(val.inst) if val.inst else None
    if held is not None and not local:
        swept = left.text in scene.swept
        state.held[val.inst] = held._replace(stored=not swept, scoped=swept)
    if bare.kind in ("name", "member"):
        _carry(scene, state, bare.text)
    if keeps_value(scene, left.text, val):
        state.set(left.text, val._replace(used=0) if val.used else val)
    if left.text in scene.errnos_asked and is_errno(bare):
        state.set(f"{left.text}=={bare.text}", Val(POS))


def _carry(scene: Scene, state: State, text: str) -> None:
    """`q = p` after get(p) or fill(p): it may be given back by its other name."""
    for key, held in list(state.held.items()):
        resource = scene.resource(held.resource)
        if key.startswith(KEYED) and resource is not None and resource.kind in _ARE_THINGS:
            whole = held.text.removeprefix("&")
            if whole == text or whole.startswith((text + "->", text + ".")):
                state.held[key] = held._replace(stored=True)


_ARE_THINGS = (Kind.REFERENCE, Kind.MEMORY)
"""What is owned by whoever has the pointer, however it was taken."""


def _let_go(state: State, name: str) -> None:
    """`p = NULL` says that p is in other hands now."""
    inst = state.get(name).inst
    if inst and inst in state.held and not inst.startswith(KEYED):
        del state.held[inst]


def keeps_value(scene: Scene, text: str, val: Val) -> bool:
    """Whether a value is worth remembering under this name."""
    if val.inst or val.freed:
        return True
    if text in scene.passing:
        return False
    if val.origin and val.mask != ANY:
        return True
    if val.origin and (text in scene.tested or scene.sites[val.origin].failure is not None):
        return True
    return val != NOTHING and text in scene.tracked


def _hide(state: State, expr: Expr) -> None:
    """A held pointer went into a larger expression: from here on it may live elsewhere."""
    if expr.kind not in _MAY_STORE:
        return
    names = roots(expr.text)
    for text, val in state.vals.items():
        held: Held | None = state.held.get(val.inst) if val.inst else None
        if held is None or val.inst.startswith("@") or not roots(text) & names:
            continue
        if not _IN_STRUCT.fullmatch(text) or mentions(expr.text, text) or _whole(expr.text, text):
            state.held[val.inst] = held._replace(stored=True)


def _whole(text: str, member: str) -> bool:
    """Whether an expression names the struct variable of `args.np` itself, not only members."""
    return re.search(rf"(?<![\w.>]){member.partition('.')[0]}\b(?!\.)", text) is not None


_IN_STRUCT = re.compile(r"\w+\.\w+")

_MAY_STORE = frozenset(["unary", "braces", "conditional", "other", "block", "binary"])
"""Expressions whose value may be a pointer made from the pointer that is held."""

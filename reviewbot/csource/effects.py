"""What evaluating an expression does to what a path knows: reads, writes, dereferences."""

from __future__ import annotations

from collections.abc import Callable

from reviewbot.csource import calls
from reviewbot.csource.callshape import CallShape
from reviewbot.csource.events import Errno, Site
from reviewbot.csource.following import dereference
from reviewbot.csource.macros import UNEVALUATED, jumps_inside, may_write
from reviewbot.csource.reading import VALUES, follows
from reviewbot.csource.refine import refine
from reviewbot.csource.scene import Scene
from reviewbot.csource.storing import note_bits, note_stored
from reviewbot.csource.syntax import Expr
from reviewbot.csource.values import ANY, ERR, NEG, NOTHING, OUT, POS, UNSET, ZERO, State, Val

States = list[State]


def run(scene: Scene, expr: Expr, states: States, node: int) -> States:
    """Evaluate `expr` on each path; the states may be changed in place."""
    reads = scene.reads(expr)
    if reads is not None:
        for read in reads:
            _READS[read.what](scene, read.expr, states)
        return states
    handler = _KINDS.get(expr.kind)
    if handler is not None:
        return handler(scene, expr, states, node)
    for part in expr.parts:
        states = run(scene, part, states, node)
    if pointer := follows(expr):
        _follow(scene, pointer, states)
    return states


def branches(scene: Scene, expr: Expr, states: States, node: int) -> tuple[States, States]:
    """Evaluate a condition inside an expression: the paths where it holds, and the others."""
    if expr.kind == "unary" and expr.op == "!":
        yes, no = branches(scene, expr.parts[0], states, node)
        return no, yes
    if expr.kind == "binary" and expr.op in ("&&", "||"):
        yes, no = branches(scene, expr.parts[0], states, node)
        if expr.op == "&&":
            yes, more = branches(scene, expr.parts[1], yes, node)
            return yes, no + more
        more, no = branches(scene, expr.parts[1], no, node)
        return yes + more, no
    states = run(scene, expr, states, node)
    yes = [after for s in states if (after := refine(scene, s, expr, True, node))]
    no = [after for s in states if (after := refine(scene, s, expr, False, node))]
    return [s.copy() for s in yes], [s.copy() for s in no]


def _name(scene: Scene, expr: Expr, states: States) -> None:
    for state in states:
        val = state.get(expr.text)
        if val.mask == UNSET:
            scene.use("unset", expr, val, state.trail)
            state.set(expr.text, NOTHING)
        elif (filler := state.vals.pop(OUT + expr.text, NOTHING)).tested >= 0 or filler.used:
            scene.use("unset", expr, filler, state.trail)


def _address(scene: Scene, expr: Expr, states: States) -> None:
    for state in states:
        if state.get(expr.text).mask == UNSET:
            state.vals[expr.text] = Val()
            state.vals[OUT + expr.text] = Val()


def _follow(scene: Scene, pointer: Expr, states: States) -> None:
    for state in states:
        dereference(scene, state, pointer)


_READS = {"name": _name, "address": _address, "pointer": _follow}


def _unary(scene: Scene, expr: Expr, states: States, node: int) -> States:
    inner = expr.parts[0]
    if expr.op == "&":
        return _address_of(scene, inner.bare, states, node)
    states = run(scene, inner, states, node)
    if expr.op in ("++", "--"):
        for state in states:
            state.forget(inner.text)
    elif pointer := follows(expr):
        _follow(scene, pointer, states)
    return states


def _address_of(scene: Scene, inner: Expr, states: States, node: int) -> States:
    """`&f(p)->m` calls f() and reads nothing behind what it gives."""
    if inner.kind not in ("member", "index"):
        return run(scene, inner, states, node)
    for part in inner.parts[1:]:
        states = run(scene, part, states, node)
    base = inner.parts[0]
    if inner.kind == "member" and inner.op == ".":
        return _address_of(scene, base.bare, states, node)
    return run(scene, base, states, node)


def _postfix(scene: Scene, expr: Expr, states: States, node: int) -> States:
    states = run(scene, expr.parts[0], states, node)
    for state in states:
        state.forget(expr.parts[0].text)
    return states


def _conditional(scene: Scene, expr: Expr, states: States, node: int) -> States:
    yes, no = branches(scene, expr.parts[0], states, node)
    return run(scene, expr.parts[1], yes, node) + run(scene, expr.parts[2], no, node)


def _binary(scene: Scene, expr: Expr, states: States, node: int) -> States:
    if expr.op in ("&&", "||"):
        yes, no = branches(scene, expr, states, node)
        return yes + no
    for part in expr.parts:
        states = run(scene, part, states, node)
    return states


def _nothing(scene: Scene, expr: Expr, states: States, node: int) -> States:
    return states


def _call(scene: Scene, expr: Expr, states: States, node: int) -> States:
    return call(scene, expr, states, node, "")


def call(scene: Scene, expr: Expr, states: States, node: int, target: str) -> States:
    """A call; its value is kept under the call's own text until it is assigned or tested."""
    if expr.name in UNEVALUATED:
        return states
    if not expr.name:
        states = run(scene, expr.parts[0], states, node)
    shape = scene.shape(expr)
    for number in shape.evaluated:
        states = _argument(scene, expr, number, states, node)
    if expr.name in ("PTR_ERR", "ERR_CAST") and expr.args:
        _read_errno(scene, expr, states)
    if expr.name in calls.ASSERTIONS and expr.args:
        return calls.assert_holds(scene, expr, states, node)
    site = scene.site(expr, target)
    at = scene.graph.nodes[node]
    dropped = at.kind == "expr" and at.expr is expr and at.stmt is None
    out: States = []
    for state in states:
        for pointer in shape.followed:
            dereference(scene, state, pointer, expr, late=False)
        for after in calls.apply(scene, site, shape, state, node):
            if shape.filled:
                _fill(site, shape, after, dropped)
            out.append(after)
    return out


def _read_errno(scene: Scene, expr: Expr, states: States) -> None:
    """Keep what paths know of a pointer whose error code is read, once for each mask."""
    key = expr.args[0].bare.text
    for state in states:
        val = state.get(key)
        seen = (key, expr.line, val.mask, val.stale)
        if seen not in scene.errnos:
            scene.errnos[seen] = Errno(key, expr, val, state.trail)


def _fill(site: Site, shape: CallShape, state: State, dropped: bool) -> None:
    """A call that is given the address of a variable without a value fills it, or fails."""
    always = site.fact.fills if site.fact is not None else frozenset()
    for number, variable in shape.filled:
        name = OUT + variable
        if name in state.vals and number in always:
            del state.vals[name]
        elif name in state.vals:
            state.vals[name] = Val(origin=site.id, used=int(dropped))


def _argument(scene: Scene, expr: Expr, number: int, states: States, node: int) -> States:
    """A call may be a macro that writes a plain name, as spin_lock_irqsave() does."""
    arg = expr.parts[number]
    if arg.kind == "name":
        for state in states:
            val = state.get(arg.text)
            if val.mask == UNSET:
                known = scene.known(expr.name)
                if not (
                    may_write(expr.name, known, number)
                    or _walks(expr, number)
                    or jumps_inside(expr, scene.labels)
                ):
                    scene.use("unset", arg, val, state.trail, expr)
                state.set(arg.text, NOTHING)
    return run(scene, arg, states, node)


def _walks(call: Expr, number: int) -> bool:
    """Whether a later argument is a call about the name: `all_of(list, item, is_ready(item))`.

    So a macro looks that gives the name one value after the other and evaluates the rest.
    """
    name = call.args[number - 1].name
    inner = (e for arg in call.args[number:] for e in arg.walk() if e.kind == "call")
    return any(arg.bare.kind == "name" and arg.bare.name == name for e in inner for arg in e.args)


def _assign(scene: Scene, expr: Expr, states: States, node: int) -> States:
    left, right = expr.parts
    if expr.op != "=":
        for part in expr.parts:
            states = run(scene, part, states, node)
        for state in states:
            state.forget(left.text)
            note_bits(scene, expr.op, left, right.bare, state)
        return states
    return assign(scene, left, right, states, node)


def assign(scene: Scene, left: Expr, right: Expr, states: States, node: int) -> States:
    """`left = right`: the value moves, and whoever held it is known by a new name."""
    bare = right.bare
    if _is_verdict(scene, left, bare):
        return _decide(scene, left, bare, states, node)
    if bare.kind == "call":
        states = call(scene, bare, states, node, left.text)
    else:
        states = run(scene, right, states, node)
    if left.kind != "name":
        states = _place(scene, left, states, node)
    if bare.kind == "call" and bare.name == "PTR_ERR_OR_ZERO" and bare.args:
        return _ptr_err_or_zero(scene, left, bare.args[0], states, node)
    for state in states:
        note_stored(scene, left, right, state)
    return states


def _is_verdict(scene: Scene, left: Expr, right: Expr) -> bool:
    """Whether `left = a && f()` is tested later, so that what f() did is known by it, or `left = p
    && p->m`, so that p is known to be there."""
    if (
        left.kind != "name"
        or left.text not in scene.tested
        or right.kind not in ("binary", "unary")
    ):
        return False
    return right.op in ("&&", "||", "!") and any(
        e.kind == "call" or e.text in scene.null_tested for e in right.walk()
    )


def _decide(scene: Scene, left: Expr, right: Expr, states: States, node: int) -> States:
    yes, no = branches(scene, right, states, node)
    for state, mask in (*((s, POS) for s in yes), *((s, ZERO) for s in no)):
        state.forget(left.text)
        state.set(left.text, Val(mask))
    return yes + no


def _place(scene: Scene, left: Expr, states: States, node: int) -> States:
    """Evaluate where an assignment writes, without reading what stands there."""
    if left.kind in ("member", "index"):
        states = run(scene, left.parts[0], states, node)
        for part in left.parts[1:]:
            states = run(scene, part, states, node)
        if left.op != ".":
            for state in states:
                dereference(scene, state, left.parts[0])
        return states
    return run(scene, left, states, node)


def _ptr_err_or_zero(scene: Scene, left: Expr, pointer: Expr, states: States, node: int) -> States:
    out: States = []
    for state in states:
        val = state.get(pointer.bare.text)
        known = ANY if val.mask == UNSET else val.mask
        scene.look(state, pointer.bare.text, val, pointer, ERR)
        for mask, result in ((known & ERR, NEG), (known & ~ERR, ZERO)):
            if mask:
                after = state.copy()
                after.set(pointer.bare.text, val._replace(mask=mask, tested=node))
                held = after.held.get(val.inst)
                if held is not None and mask & held.ok == 0:
                    del after.held[val.inst]
                after.forget(left.text)
                after.set(left.text, Val(result))
                out.append(after)
    return out


_KINDS: dict[str, Callable[[Scene, Expr, States, int], States]] = {
    **dict.fromkeys(VALUES, _nothing),
    "unary": _unary,
    "postfix": _postfix,
    "conditional": _conditional,
    "binary": _binary,
    "call": _call,
    "assign": _assign,
}
"""How that is evaluated which does more than read."""

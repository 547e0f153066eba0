"""Why a release that a patch takes out may be right to go: something else gives the thing back,
or nobody has taken it there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from reviewbot.csource import syntax as c
from reviewbot.csource.cfg import Graph, Node, build
from reviewbot.csource.facts import Fact, Kind
from reviewbot.csource.names import puts
from reviewbot.csource.sight import Sight
from reviewbot.csource.story import branch_off
from reviewbot.csource.values import roots
from reviewbot.csource.words import has_word

_ENDS = re.compile(r"(?:^|_)(?:unregister|release)(?:_|$)")
"""What a function is called that may end a thing, as the last put does."""


class Way(NamedTuple):
    """A way out: the edge of the condition that leads to it."""

    cond: Node
    edge: bool


def calls_after(graph: Graph, node: Node, edge: bool) -> Iterator[c.Expr]:
    """The calls on all ways from one edge of a condition to the exits."""
    todo = [after for after, on in graph.nodes[node.id].next if on is edge]
    seen: set[int] = set()
    while todo:
        at = todo.pop()
        if at.id in seen:
            continue
        seen.add(at.id)
        if at.expr is not None and at.kind in ("expr", "cond", "declare"):
            yield from (e for e in at.expr.walk() if e.kind == "call" and e.name)
        todo.extend(after for after, _ in at.next)


def superseded(sight: Sight, call: c.Expr, way: Way | None) -> bool:
    """Whether what `call` gave back on the other side needs no giving back on this one.

    `way` is the way out that lacks it, None for the way to success.
    """
    fact = sight.known(call.name)
    return (
        _reached(sight, call, fact, way)
        or _taken_no_more(sight, fact)
        or (way is not None and _not_held(sight, call, fact, way.cond))
        or _ended(sight, call, fact)
        or _given_away(sight, call, fact)
        or _consumed(sight, call, fact)
    )


def _consumed(sight: Sight, call: c.Expr, fact: Fact | None) -> bool:
    """Whether a call that is left takes the thing over, at least when it fails, or a flag says
    that what it was handed to frees it."""
    for place in fact.releases if fact is not None else ():
        if not 0 < place.where <= len(call.args):
            continue
        thing, resource = call.args[place.where - 1].bare.text, sight.known.resource(place.resource)
        linear = resource is not None and resource.linear
        if owner_frees(sight.function, thing) or any(
            arg.bare.text == thing and number in _taken_over(taker, linear)
            for mine in sight.function.calls
            if (taker := sight.known(mine.name)) is not None
            for number, arg in enumerate(mine.args, 1)
        ):
            return True
    return False


def _reached(sight: Sight, call: c.Expr, fact: Fact | None, way: Way | None) -> bool:
    """Whether a function in sight that is called here does it: it was moved, or done twice."""
    member = _member(call, fact)
    handed = frozenset[str]().union(*(roots(arg.text) for arg in call.args))
    for mine in sight.function.calls:
        callee = sight.known(mine.name)
        if callee is None or callee.source != "summary":
            continue
        known = _is_handed(mine, handed) and _may_do_more(sight, mine, way)
        if not known and not _is_new(sight, mine):
            continue
        if member is not None and member in callee.ends:
            return True
        if call.name in callee.reaches and (fact is None or not fact.releases or not member):
            return True
    return False


def _is_new(sight: Sight, mine: c.Expr) -> bool:
    other = sight.other.function.calls if sight.other is not None else ()
    return all(call.text != mine.text for call in other)


def _may_do_more(sight: Sight, mine: c.Expr, way: Way | None) -> bool:
    """Whether a call may do here what it did not on the other side: it has changed, or is the
    one whose failure is judged, or stands on the way out."""
    if way is None or sight.changes(mine.name):
        return sight.changes(mine.name)
    last = max((x.line for x in sight.function.calls if x.line <= way.cond.line), default=0)
    after = calls_after(build(sight.function), way.cond, way.edge)
    return mine.line == last or any(call.text == mine.text for call in after)


def _is_handed(mine: c.Expr, names: frozenset[str]) -> bool:
    """Whether a call is handed one of the variables; one without arguments may reach anything."""
    given = frozenset[str]().union(*(roots(arg.text) for arg in mine.args))
    return not given or not names or not given.isdisjoint(names)


def _member(call: c.Expr, fact: Fact | None) -> tuple[str, str] | None:
    """What the tables say is given back, by the resource and the last name of a member."""
    for place in fact.releases if fact is not None else ():
        arg = call.args[place.where - 1].bare if 0 < place.where <= len(call.args) else None
        if arg is not None and arg.kind == "unary":
            arg = arg.parts[0].bare
        if arg is not None and arg.kind == "member":
            return place.resource, arg.name
    return None


def _taken_no_more(sight: Sight, fact: Fact | None) -> bool:
    """Whether the patch took out the call that takes such a thing, or a managed one takes it."""
    if _has_taker(sight, fact):
        return False
    before = sight.other is not None and _has_taker(sight.other, fact)
    return before or _has_taker(sight, fact, managed=True)


def comes_from_elsewhere(sight: Sight, call: c.Expr) -> bool:
    """Whether the file had no call that takes what this one gave back."""
    return sight.other is not None and not _has_taker(sight.other, sight.known(call.name))


def _taken_over(fact: Fact, linear: bool) -> frozenset[int]:
    """The arguments that are not the caller's after a failure."""
    kept = fact.keeps if linear and fact.source != "summary" else frozenset()
    return fact.consumes | fact.consumes_on_failure | kept


def _has_taker(sight: Sight, fact: Fact | None, managed: bool = False) -> bool:
    """Whether the file may take such a thing. Memory and locks come from anywhere."""
    ids = {place.resource for place in fact.releases} if fact is not None else set()
    kinds = {r.kind for id in ids if (r := sight.known.resource(id)) is not None}
    if not kinds or kinds & {Kind.MEMORY, Kind.LOCK, Kind.CONTEXT} or not sight.file.whole:
        return True
    loops = [name for name, loop in sight.facts.iterators.items() if loop.resource in ids]
    # clk_prepare_enable() takes what clk_unprepare() gives back as well
    like = [id for id in sight.facts.takers if any(f"{id}-".startswith(f"{i}-") for i in ids)]
    named = [name for id in like for name in sight.facts.takers[id]]
    takers = {f"devm_{name}" if managed else name for name in (*loops, *named)}
    there = takers & sight.words
    return not takers or any(has_word(sight.file.text, name.encode()) for name in there)


def _not_held(sight: Sight, call: c.Expr, fact: Fact | None, cond: Node) -> bool:
    """Whether the function takes the thing itself, but has not got it on this way out."""
    for place in fact.releases if fact is not None else ():
        if not 0 < place.where <= len(call.args):
            continue
        thing = (place.resource, call.args[place.where - 1].bare.text)
        if not _takes(sight, *thing):
            continue
        last = ((e, branch_off(sight.function, e)) for e in sight.paths.exits)
        exits = [e for e, branch in last if branch is not None and branch.node.id == cond.id]
        if not any((h.resource, h.text) == thing for e in exits for h in e.held):
            return True
    return False


def _takes(sight: Sight, resource: str, text: str) -> bool:
    for site in sight.paths.sites.values():
        for place in site.fact.acquires if site.fact is not None else ():
            arg = site.call.args[place.where - 1 : place.where] if place.where else ()
            named = arg[0].bare.text if arg else site.target
            if place.resource == resource and named == text:
                return True
    return False


def _ended(sight: Sight, call: c.Expr, fact: Fact | None) -> bool:
    """Whether what is given back no more has its end in a call that is left: memory in a put or
    unregister, and what hangs on an object in a put of that."""
    kinds = {
        resource.kind
        for place in (fact.releases if fact is not None else ())
        if (resource := sight.known.resource(place.resource)) is not None
    }
    if not kinds & {Kind.MEMORY, Kind.OBJECT} or not call.args:
        return False
    thing = call.args[0].bare
    names = _names(sight, thing) if Kind.MEMORY in kinds else frozenset[str]()
    holders = frozenset[str]()
    while thing.kind == "member":
        thing = thing.parts[0].bare
        holders |= _names(sight, thing)
    return any(
        (puts(mine.name) and _means(mine.args[0], names | holders))
        or (_ENDS.search(mine.name) and _means(mine.args[0], names))
        for mine in sight.function.calls
        if mine.args
    )


def _names(sight: Sight, thing: c.Expr) -> frozenset[str]:
    """What the thing is called here, and what a call made of it: `dev = foo_dev(p)`."""
    names = {thing.text}
    functions = (sight.function, sight.other.function if sight.other is not None else None)
    for function in functions:
        for left, right in _assigned(function) if function is not None else ():
            if left == thing.text:
                names.add(right.text)
            if right.kind == "call" and any(arg.bare.text in names for arg in right.args):
                names.add(left)
    return frozenset(names)


def _assigned(function: c.Function) -> Iterator[tuple[str, c.Expr]]:
    for expr in function.assignments:
        if expr.op == "=":
            yield expr.parts[0].text, expr.parts[1].bare
    for stmt in function.statements:
        if isinstance(stmt, c.Declare) and stmt.value is not None:
            yield stmt.name, stmt.value.bare


def _means(arg: c.Expr, names: frozenset[str]) -> bool:
    bare = arg.bare
    if bare.kind == "call":
        return any(_means(inner, names) for inner in bare.args)
    if bare.kind == "unary" and bare.op == "&":
        bare = bare.parts[0].bare
        while bare.kind == "member":
            bare = bare.parts[0].bare
    return bare.text in names


def _given_away(sight: Sight, call: c.Expr, fact: Fact | None) -> bool:
    """Whether each way out that still has the thing has stored it somewhere."""
    for place in fact.releases if fact is not None else ():
        if not 0 < place.where <= len(call.args):
            continue
        thing = (place.resource, call.args[place.where - 1].bare.text)
        stored = [
            h.stored for e in sight.paths.exits for h in e.held if (h.resource, h.text) == thing
        ]
        if stored and all(stored) and "->" not in thing[1]:
            return True
    return False


def owner_frees(function: c.Function, text: str) -> bool:
    """Whether a flag says that what the thing was handed to frees it: `urb->flags |= FREE_BUFFER`.

    The flag is told by its name, which says of what sort the thing is (`buf`), and the owner by a
    call that gets both of them.
    """
    owners = {
        name
        for expr in function.expressions
        if expr.kind == "assign" and (found := _FREES.search(expr.parts[1].text)) is not None
        if found[1].lower() in text.lower()
        for name in roots(expr.parts[0].text)
    }
    return any(
        any(arg.bare.text in owners for arg in call.args)
        and any(arg.bare.text == text for arg in call.args)
        for call in (function.calls if owners else ())
    )


_FREES = re.compile(r"\b[A-Z][A-Z0-9_]*_FREE_([A-Z]{3})")

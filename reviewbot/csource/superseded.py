"""Why a release that a patch takes out may be right to go: something else gives the thing back,
or nobody has taken it there."""

from __future__ import annotations

import re
from collections.abc import Iterator

from reviewbot.csource import syntax as c
from reviewbot.csource.cfg import Node
from reviewbot.csource.facts import Fact, Kind
from reviewbot.csource.names import puts
from reviewbot.csource.sight import Sight
from reviewbot.csource.story import last_branch

_ENDS = re.compile(r"(?:^|_)(?:unregister|release)(?:_|$)")
"""What a function is called that may end a thing, as the last put does."""


def superseded(sight: Sight, call: c.Expr, cond: Node | None) -> bool:
    """Whether what `call` gave back on the other side needs no giving back on this one.

    `cond` is the condition that leads to the way out, None for the way to success.
    """
    fact = sight.known(call.name)
    return (
        _reached(sight, call, fact)
        or _untaken(sight, fact)
        or (cond is not None and _not_held(sight, call, fact, cond))
        or _ended(sight, call, fact)
        or _given_away(sight, call, fact)
    )


def _reached(sight: Sight, call: c.Expr, fact: Fact | None) -> bool:
    """Whether a function in sight that is called here does it: it was moved, or done twice."""
    member = _member(call, fact)
    for mine in sight.function.calls:
        callee = sight.known(mine.name)
        if callee is None or callee.source != "summary":
            continue
        if member is not None and member in callee.ends:
            return True
        if call.name in callee.reaches and (fact is None or not fact.releases or not member):
            return True
    return False


def _member(call: c.Expr, fact: Fact | None) -> tuple[str, str] | None:
    """What the tables say is given back, by the resource and the last name of a member."""
    for place in fact.releases if fact is not None else ():
        arg = call.args[place.where - 1].bare if 0 < place.where <= len(call.args) else None
        if arg is not None and arg.kind == "unary":
            arg = arg.parts[0].bare
        if arg is not None and arg.kind == "member":
            return place.resource, arg.name
    return None


def _untaken(sight: Sight, fact: Fact | None) -> bool:
    """Whether the file has no call that takes such a thing, or only one that manages it.

    Memory and references come from anywhere.
    """
    ids = {place.resource for place in fact.releases} if fact is not None else set()
    kinds = {r.kind for id in ids if (r := sight.known.resource(id)) is not None}
    if not kinds or kinds & {Kind.MEMORY, Kind.LOCK, Kind.CONTEXT} or not sight.file.whole:
        return False
    takers = {name.encode() for id in ids for name in sight.facts.takers.get(id, ())}
    text = sight.file.text
    there = [name for name in takers if name in text]
    return bool(takers) and not any(re.search(rb"\b%s\b" % name, text) for name in there)


def _not_held(sight: Sight, call: c.Expr, fact: Fact | None, cond: Node) -> bool:
    """Whether the function takes the thing itself, but has not got it on this way out."""
    for place in fact.releases if fact is not None else ():
        if not 0 < place.where <= len(call.args):
            continue
        thing = (place.resource, call.args[place.where - 1].bare.text)
        if not _takes(sight, *thing):
            continue
        last = ((e, last_branch(e.trail)) for e in sight.paths.exits)
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
    """Whether memory that is freed no more has its end in a put or unregister that is left."""
    kinds = {
        resource.kind
        for place in (fact.releases if fact is not None else ())
        if (resource := sight.known.resource(place.resource)) is not None
    }
    if Kind.MEMORY not in kinds or not call.args:
        return False
    names = _names(sight, call.args[0].bare)
    return any(
        (puts(mine.name) or _ENDS.search(mine.name)) and mine.args and _means(mine.args[0], names)
        for mine in sight.function.calls
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
    for expr in function.expressions:
        if expr.kind == "assign" and expr.op == "=":
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

"""Calls of a function that first of all takes a lock which is held already.

What a function of the same file takes is read there; of others the tables tell.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from reviewbot.csource import syntax as c
from reviewbot.csource.events import Call
from reviewbot.csource.facts import Kind
from reviewbot.csource.locks import tries
from reviewbot.csource.sight import Sight
from reviewbot.csource.values import Held

_DEPTH = 2
_START = re.compile(r"(&?)([A-Za-z_]\w*)(.*)", re.DOTALL)


class _Taken(NamedTuple):
    """A lock in the words of the function that takes it, and how (`read`, `irq`, ...)."""

    resource: str
    text: str
    variant: str


class Retaken(NamedTuple):
    """`call` takes the lock `text` of this resource before anything else, which is held already:
    `by` has taken it, or says that the caller has."""

    call: c.Expr
    resource: str
    text: str
    by: c.Expr


def retaken(sight: Sight) -> Iterator[Retaken]:
    """The calls under a lock whose callee takes that very lock, whatever happens."""
    for call in sight.paths.calls:
        name, lockers = call.site.name, sight.facts.lockers
        known = sight.facts.functions.get(name)
        may = name in sight.file.names and sight.leads_to(name, lockers, _DEPTH + 1)
        taken = list(_at_once(sight, name, _DEPTH)) if may else []
        for held in call.held if taken or known is not None else ():
            if _nests(sight, held):
                continue
            inside = known is not None and held.resource in known.takes
            if inside or any(_is_same(sight, call, held, lock) for lock in taken):
                by = sight.paths.sites[held.site].call
                yield Retaken(call.site.call, held.resource, held.text, by)
    yield from _though_asserted(sight)


def _though_asserted(sight: Sight) -> Iterator[Retaken]:
    """The calls that take a core lock which the function says its caller holds."""
    facts = [(call, sight.facts.functions.get(call.name)) for call in sight.function.calls]
    given = {r.resource for _, fact in facts if fact is not None for r in fact.releases}
    asserts = {fact.asserts_held: call for call, fact in facts if fact and fact.asserts_held}
    for call, fact in facts if asserts else ():
        for id in fact.takes if fact is not None else ():
            if id in asserts and id not in given:
                yield Retaken(call, id, "", asserts[id])


def _is_same(sight: Sight, call: Call, held: Held, lock: _Taken) -> bool:
    if lock.resource != held.resource or _both_read(sight, held, lock):
        return False
    return _in_caller(sight, call, lock.text) == held.text


def _nests(sight: Sight, held: Held) -> bool:
    resource = sight.facts.resources.get(held.resource)
    return resource is None or resource.nests or resource.kind is not Kind.LOCK


def _both_read(sight: Sight, held: Held, lock: _Taken) -> bool:
    site = sight.paths.sites.get(held.site)
    variant = site.fact.variant if site is not None and site.fact is not None else ""
    return variant.startswith("read") and lock.variant.startswith("read")


def _at_once(sight: Sight, name: str, depth: int) -> Iterator[_Taken]:
    """The locks that a function of the file takes on every way, before it gives one back."""
    function = sight.callee(name) if name in sight.file.names else None
    if function is None or not function.readable or not function.whole:
        return
    for stmt in function.body.body:
        if isinstance(stmt, c.Guard):
            yield from _by_guard(sight, stmt)
        call = _call(stmt)
        if call is None:
            if any(isinstance(s, (c.Return, c.Goto, c.Label)) for s in c.statements(stmt)):
                return
            continue
        fact = sight.facts.functions.get(call.name)
        if fact is None:
            yield from _in_callee(sight, call, name, depth)
        elif fact.releases:
            return
        for acquire in fact.acquires if fact is not None and not tries(fact) else ():
            if 0 < acquire.where <= len(call.args) and fact is not None and not fact.failure:
                text = call.args[acquire.where - 1].bare.text
                yield _Taken(acquire.resource, text, fact.variant)


def _by_guard(sight: Sight, stmt: c.Guard) -> Iterator[_Taken]:
    guard = sight.facts.guards.get(stmt.type)
    if guard is not None and not guard.conditional and 0 < guard.where <= len(stmt.args):
        yield _Taken(guard.resource, stmt.args[guard.where - 1].bare.text, guard.variant)


def _in_callee(sight: Sight, call: c.Expr, caller: str, depth: int) -> Iterator[_Taken]:
    inside = depth and call.name != caller and call.name in sight.file.names
    function = sight.callee(call.name) if inside else None
    if function is not None:
        for lock in _at_once(sight, call.name, depth - 1):
            text = _translated(function, call, lock.text)
            if text:
                yield lock._replace(text=text)


def _call(stmt: c.Stmt) -> c.Expr | None:
    """The call that a statement is, or whose value it keeps."""
    value = stmt.expr if isinstance(stmt, c.ExprStmt) else None
    if isinstance(stmt, c.Declare):
        value = stmt.value
    if value is not None and value.kind == "assign":
        value = value.parts[1]
    return value.bare if value is not None and value.bare.kind == "call" else None


def _in_caller(sight: Sight, call: Call, text: str) -> str:
    function = sight.callee(call.site.name)
    return _translated(function, call.site.call, text) if function is not None else ""


def _translated(function: c.Function, call: c.Expr, text: str) -> str:
    """What names a callee's lock in its caller, "" if unclear: &p->lock is &q->lock for f(q)."""
    match = _START.fullmatch(text)
    if match is None:
        return ""
    for number, param in enumerate(function.params):
        if param.name == match[2]:
            arg = call.args[number].bare.text if number < len(call.args) else ""
            if arg.startswith("&") and match[3].startswith("->"):
                return f"{match[1]}{arg[1:]}.{match[3][2:]}"
            return f"{match[1]}{arg}{match[3]}" if arg else ""
    local = any(isinstance(s, c.Declare) and s.name == match[2] for s in function.statements)
    return "" if local else text

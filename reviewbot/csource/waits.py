"""Who waits for a handler while it holds a lock that the handler takes, or is that handler."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from reviewbot.csource import syntax as c
from reviewbot.csource.events import Call, Site
from reviewbot.csource.handlers import Handler, runs_as, waited_for
from reviewbot.csource.lockorder import neighbours
from reviewbot.csource.locks import DEPTH, Lock, held_lock, taken_inside
from reviewbot.csource.sight import Sight


class Wait(NamedTuple):
    """A call waits for `handler`: `waiter` itself or, if it is not the call, a callee of it.

    `lock` is held there, taken at `held`, and the handler takes it; None where the waiting
    function is the handler.
    """

    call: c.Expr
    waiter: str
    handler: Handler
    lock: Lock | None = None
    held: Site | None = None


def waits_under_lock(sight: Sight) -> Iterator[Wait]:
    """The waits of a function for what needs a lock that it holds."""
    for call in sight.paths.calls if _may_wait(sight) else ():
        for waiter, handler in _inside(sight, call.site.call, DEPTH):
            needed = {lock.cls for lock in taken_inside(sight, handler.function)}
            for held in call.held if needed else ():
                lock = held_lock(sight, held)
                if lock is not None and lock.cls in needed and not _lets_go(call, held.resource):
                    taken = sight.paths.sites.get(held.site)
                    yield Wait(call.site.call, waiter, handler, lock, taken)


def waits_for_itself(sight: Sight) -> Iterator[Wait]:
    """The waits of a handler for its own end."""
    own = {each.function for each in runs_as(sight)} if _may_wait(sight) else ()
    for call in sight.function.calls if own else ():
        for waiter, handler in _inside(sight, call, DEPTH):
            if handler.function in own:
                yield Wait(call, waiter, handler)


def waited_for_under_lock(sight: Sight) -> Iterator[tuple[str, Wait]]:
    """The functions of the file that wait for this handler under a lock that it takes."""
    for handler in runs_as(sight):
        for name, context in sight.facts.waiters:
            if context == handler.context and name in sight.words:
                for other in neighbours(sight, name):
                    for wait in waits_under_lock(other):
                        if wait.handler.function == sight.function.name:
                            yield other.function.name, wait


def _may_wait(sight: Sight) -> bool:
    """Whether the file names anything that waits for handlers."""
    return not sight.words.isdisjoint(sight.facts.waiting)


def _inside(sight: Sight, call: c.Expr, depth: int) -> Iterator[tuple[str, Handler]]:
    """What a call waits for, itself or in a callee of the file."""
    for handler in waited_for(sight, call):
        yield call.name, handler
    if not depth or call.name in sight.facts.functions or call.name not in sight.file.names:
        return
    if not sight.leads_to(call.name, sight.facts.waiting, depth):
        return
    function = sight.callee(call.name)
    if function is not None and function.readable and function.name != sight.function.name:
        asked = _asked_of_caller(function)
        for inner in function.calls:
            if id(inner) not in asked:
                yield from _inside(sight, inner, depth - 1)


def _asked_of_caller(function: c.Function) -> set[int]:
    """The calls that a parameter decides about: this caller may have it so that they are not
    made (`if (mode != RECOVERY)`)."""
    params = {parameter.name for parameter in function.params}
    decided: set[int] = set()
    for stmt in function.statements:
        if isinstance(stmt, c.If) and any(_names(stmt.cond, name) for name in params):
            for arm in (stmt.then, stmt.other):
                for inner in c.statements(arm) if arm is not None else ():
                    decided |= {id(e) for top in c.expressions(inner) for e in top.walk()}
    return decided


def _names(cond: c.Expr, name: str) -> bool:
    """Whether the condition is about the name itself, and not about a member of it."""
    if cond.kind == "name":
        return cond.name == name
    return cond.kind != "member" and any(_names(part, name) for part in (*cond.parts, *cond.args))


def _lets_go(call: Call, resource: str) -> bool:
    """Whether the callee gives the lock back somewhere, perhaps before it waits."""
    return call.site.fact is not None and resource in call.site.fact.drops

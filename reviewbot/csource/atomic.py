"""Calls that may sleep where the function must not: under a spinlock, in an interrupt handler."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from reviewbot.csource import syntax as c
from reviewbot.csource.events import Site
from reviewbot.csource.facts import Fact
from reviewbot.csource.handlers import Handler, runs_as
from reviewbot.csource.sight import Sight
from reviewbot.csource.values import Held

_DEPTH = 2
_WAITS = re.compile(r"\bGFP_(?:KERNEL|KERNEL_ACCOUNT|NOIO|NOFS|USER|HIGHUSER\w*)\b|_DIRECT_RECLAIM")
_ASKS = re.compile(r"\b(?:in_task|in_atomic|in_interrupt|in_irq|irqs_disabled|preemptible)\b")


class Sleep(NamedTuple):
    """`call` may sleep because of `why`: itself, or what its callee in the file calls first.

    `held` is what forbids it, taken at `taken`; or else the function runs as `handler`.
    """

    call: c.Expr
    why: c.Expr
    held: Held | None = None
    taken: Site | None = None
    handler: Handler | None = None


def sleeps(sight: Sight) -> Iterator[Sleep]:
    """What may sleep in the function where it must not, each call once."""
    seen: set[int] = set()
    for call in sight.paths.calls:
        held = next((h for h in call.held if _is_atomic(sight, h.resource)), None)
        expr = call.site.call
        if held is None or id(expr) in seen or _lets_go(call.site.fact, held):
            continue
        why = may_sleep(sight, expr)
        if why is not None:
            seen.add(id(expr))
            yield Sleep(expr, why, held, sight.paths.sites.get(held.site))
    yield from _in_handler(sight, seen)


def _in_handler(sight: Sight, seen: set[int]) -> Iterator[Sleep]:
    handler = next((h for h in runs_as(sight) if _is_atomic(sight, h.context)), None)
    if handler is None or any(_ASKS.search(e.text) for e in sight.function.expressions):
        return
    if any(not _is_atomic(sight, other.context) for other in runs_as(sight)):
        return
    for expr in sight.function.calls:
        why = may_sleep(sight, expr) if id(expr) not in seen else None
        if why is not None:
            yield Sleep(expr, why, handler=handler)


def _is_atomic(sight: Sight, id: str) -> bool:
    resource = sight.known.resource(id)
    return resource is not None and resource.atomic


def _lets_go(fact: Fact | None, held: Held) -> bool:
    """Whether the callee gives the lock back somewhere, perhaps before it sleeps."""
    return fact is not None and (
        held.resource in fact.drops or any(r.resource == held.resource for r in fact.releases)
    )


def may_sleep(sight: Sight, call: c.Expr, depth: int = _DEPTH) -> c.Expr | None:
    """The call that sleeps when this one is made: itself, or one that its callee always makes."""
    guard = sight.facts.guards.get(call.op) if call.op else None
    if guard is not None:
        return call if guard.resource in sight.facts.slow and "try" not in guard.name else None
    fact = sight.facts.functions.get(call.name)
    if fact is not None:
        return call if fact.sleeps or may_wait(call, fact) else None
    if call.name not in sight.file.names:
        return call if call.name in sight.facts.sleepers else None
    if not depth or call.name == sight.function.name:
        return None
    function = sight.file.function(call.name)
    if function is None or not function.readable or not function.whole:
        return None
    for stmt in function.body.body:
        for top in c.expressions(stmt) if isinstance(stmt, (c.ExprStmt, c.Declare)) else ():
            for inner in top.walk():
                if inner.kind != "call":
                    continue
                known = sight.facts.functions.get(inner.name)
                if known is not None and known.releases and not known.sleeps:
                    return None
                why = may_sleep(sight, inner, depth - 1)
                if why is not None:
                    return why
    return None


def may_wait(call: c.Expr, fact: Fact) -> bool:
    """Whether the flags that an allocation is handed let it wait for memory."""
    text = call.args[fact.gfp - 1].text if 0 < fact.gfp <= len(call.args) else ""
    return "~" not in text and "?" not in text and _WAITS.search(text) is not None

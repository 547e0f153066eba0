"""Which lock a text names, by its class, and which locks a function takes with its callees.

Locks are known by class, as lockdep does: a member by the type of what it hangs on and its
name, a global by its name, a lock that no argument names by the fact that names it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from reviewbot.csource import syntax as c
from reviewbot.csource.facts import Fact, Failure, Kind, Resource
from reviewbot.csource.sight import Sight
from reviewbot.csource.values import Held

DEPTH = 2
"""How many calls deep locks are looked for."""
_WORD = re.compile(r"[A-Za-z_]\w*(?:\[[^\]]*\])?")
_INDEX = re.compile(r"\[[^\]]*\]")
_LOCK_TYPES = ("mutex", "spinlock_t", "raw_spinlock_t", "rwlock_t", "rw_semaphore", "semaphore")


class Lock(NamedTuple):
    """One lock: its class, and what the code calls it. `core`: a fact names it, no argument.

    `call` is what takes it, where that is known, and `variant` how ("irqsave", "read", ...).
    """

    cls: str
    text: str
    core: bool = False
    call: c.Expr | None = None
    variant: str = ""


def held_lock(sight: Sight, held: Held) -> Lock | None:
    """The lock that a path holds; None for what is no lock, or whose class cannot be told."""
    resource = sight.known.resource(held.resource)
    if resource is None:
        return None
    text = sight.file.text
    plain = _as_written(sight, held)
    return _lock(sight.function, resource, plain, text) or _lock(
        sight.function, resource, held.text, text
    )


def _as_written(sight: Sight, held: Held) -> str:
    """What the taking call was handed: the type of `sk` tells more than `sock->sk` would."""
    site = sight.paths.sites.get(held.site)
    if site is None or site.fact is None:
        return held.text
    for acquire in site.fact.acquires:
        if acquire.resource == held.resource and _has(site.call, acquire.where):
            return site.call.args[acquire.where - 1].bare.text
    return held.text


def _lock(function: c.Function, resource: Resource, text: str, file: bytes) -> Lock | None:
    """The lock that a text names in a function; None where its class cannot be told."""
    if resource.kind is not Kind.LOCK:
        return None
    if resource.singleton:
        return Lock(resource.id, resource.noun, True)
    bare = text.lstrip("&*")
    parts = re.split(r"->|\.", bare)
    if not bare.isascii() or not all(_WORD.fullmatch(part) for part in parts):
        return None
    parts = [_INDEX.sub("", part) for part in parts]
    type = _type(function, parts[0])
    if len(parts) == 1:
        # A pointer to a bare lock may be any lock; a locked object is known by its type.
        known = None if type in _LOCK_TYPES else type or bare
        return Lock(f"{resource.id} {known}", bare) if known else None
    if len(parts) > 2:
        type = _member_type(file, parts[-2]) or parts[-2]
    if type is None and "->" in bare:
        return None
    return Lock(f"{type or parts[0]}.{parts[-1]}", bare)


def _type(function: c.Function, name: str) -> str | None:
    """The declared type of a parameter or local, without stars; None for a global."""
    for parameter in function.params:
        if parameter.name == name:
            return _plain(parameter.type)
    for stmt in function.statements:
        if isinstance(stmt, c.Declare) and stmt.name == name:
            return _plain(stmt.type)
    return None


def _plain(type: str) -> str:
    words = type.replace("*", " ").split()
    return " ".join(word for word in words if word not in ("const", "struct", "static"))


@lru_cache(maxsize=256)
def _member_type(file: bytes, member: str) -> str:
    """The structure that a member points to, where the file says `struct a *x = y->member;`."""
    pattern = rb"\bstruct\s+(\w+)\s*\*\s*\w+\s*=\s*[\w>.\-]*(?:->|\.)%s\s*;" % member.encode()
    found = set(re.findall(pattern, file))
    return found.pop().decode() if len(found) == 1 else ""


def tries(fact: Fact | None) -> bool:
    """Whether a function only tries for the lock, and so cannot wait."""
    return fact is not None and fact.failure is Failure.FALSE


def taken_inside(sight: Sight, name: str, depth: int = DEPTH) -> Iterator[Lock]:
    """The locks that a function takes, from the tables or from its text in the file."""
    fact = sight.facts.functions.get(name)
    if fact is not None:
        for id in fact.takes:
            resource = sight.facts.resources[id]
            yield Lock(resource.id, resource.noun, True)
        return
    if not depth or not sight.leads_to(name, sight.facts.lockers, depth):
        return
    function = sight.callee(name) if name in sight.file.names else None
    if function is None or not function.readable:
        return
    yield from taken_directly(sight, function)
    for call in function.calls:
        if call.name != name:
            yield from taken_inside(sight, call.name, depth - 1)


def asserted(sight: Sight) -> Iterator[Lock]:
    """The locks that a function says its callers hold."""
    anything = Resource("lock", Kind.LOCK, "lock")
    for call in sight.function.calls:
        fact = sight.facts.functions.get(call.name)
        if fact is not None and 0 < fact.asserts <= len(call.args):
            text = call.args[fact.asserts - 1].bare.text
            lock = _lock(sight.function, anything, text, sight.file.text)
            if lock is not None and "." in lock.cls:
                yield lock._replace(call=call)


def taken_directly(sight: Sight, function: c.Function) -> Iterator[Lock]:
    """The locks that the text of a function takes, on whichever path."""
    facts = sight.facts
    for call in function.calls:
        fact = facts.functions.get(call.name)
        for acquire in fact.acquires if fact is not None and not tries(fact) else ():
            text = call.args[acquire.where - 1].bare.text if _has(call, acquire.where) else ""
            for lock in _named(sight, function, acquire.resource, text):
                yield lock._replace(call=call, variant=fact.variant if fact is not None else "")
    for stmt in function.statements:
        if isinstance(stmt, (c.Guard, c.Guarded)):
            guard = facts.guards.get(stmt.type)
            if guard is not None:
                text = stmt.args[guard.where - 1].bare.text if stmt.args else ""
                for lock in _named(sight, function, guard.resource, text):
                    yield lock._replace(variant=guard.variant)


def _named(sight: Sight, function: c.Function, id: str, text: str) -> Iterator[Lock]:
    resource = sight.facts.resources.get(id)
    lock = _lock(function, resource, text, sight.file.text) if resource is not None else None
    if lock is not None:
        yield lock


def _has(call: c.Expr, where: int) -> bool:
    return 0 < where <= len(call.args)

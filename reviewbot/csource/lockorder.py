"""In which order a function takes locks, itself or by callees, and who does it the other way.

Locks are known by class, as lockdep does: a member by the type of what it hangs on and its
name, a global by its name, a lock that no argument names by the fact that names it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import combinations
from typing import NamedTuple

from reviewbot.csource import syntax as c
from reviewbot.csource.events import Site
from reviewbot.csource.facts import Fact, Failure, Kind, Resource
from reviewbot.csource.sight import Sight
from reviewbot.csource.values import Held

_CANDIDATES = 16
"""So many functions of a file are walked for an order; a lock that more of them take is skipped."""
_DEPTH = 2
_WORD = re.compile(r"[A-Za-z_]\w*(?:\[[^\]]*\])?")
_LOCK_TYPES = ("mutex", "spinlock_t", "raw_spinlock_t", "rwlock_t", "rw_semaphore", "semaphore")


class Lock(NamedTuple):
    """One lock: its class, and what the code calls it. `core`: a fact names it, no argument."""

    cls: str
    text: str
    core: bool = False


class Order(NamedTuple):
    """`second` is taken at `site` while `first`, taken at `held`, is held.

    `via` is the callee that takes it, "" where the function does so itself.
    """

    first: Lock
    second: Lock
    held: Site | None
    site: Site
    via: str


def orders(sight: Sight) -> Iterator[Order]:
    """The orders in which the function takes locks, each pair of classes once."""
    seen: set[tuple[str, str]] = set()
    for order in _all_orders(sight):
        pair = (order.first.cls, order.second.cls)
        if order.first.cls != order.second.cls and pair not in seen:
            seen.add(pair)
            yield order


def _all_orders(sight: Sight) -> Iterator[Order]:
    sites = sight.paths.sites
    for call in sight.paths.calls:
        locks = [(held, lock) for held in call.held if (lock := _held_lock(sight, held))]
        for (outer, first), (inner, second) in combinations(locks, 2):
            site = sites[inner.site]
            if not _tries(site.fact):
                yield Order(first, second, sites.get(outer.site), site, "")
        inside = list(_taken_inside(sight, call.site.name, _DEPTH)) if locks else []
        held_classes = {lock.cls for _, lock in locks}
        for outer, first in locks:
            for second in inside:
                if second.cls not in held_classes:
                    yield Order(first, second, sites.get(outer.site), call.site, call.site.name)


def against(sight: Sight, order: Order) -> tuple[str, Order] | None:
    """Another function of the file that takes the two the other way, and how it does so.

    None as well where yet another one takes them this way: then the order is not this
    function's idea.
    """
    found: tuple[str, Order] | None = None
    for other in _neighbours(sight, order):
        for there in orders(other):
            pair = (there.first.cls, there.second.cls)
            if pair == (order.first.cls, order.second.cls):
                return None
            if pair == (order.second.cls, order.first.cls) and found is None:
                found = (other.function.name, there)
    return found


def called_back_under(sight: Sight, lock: Lock) -> str:
    """The function that holds the lock while it calls back into drivers; "" for none."""
    known = sight.facts.functions.values()
    return min((fact.name for fact in known if lock.cls in fact.callbacks_under), default="")


# -- classes


def _held_lock(sight: Sight, held: Held) -> Lock | None:
    resource = sight.known.resource(held.resource)
    return _lock(sight.function, resource, held.text) if resource is not None else None


def _lock(function: c.Function, resource: Resource, text: str) -> Lock | None:
    """The lock that a text names in a function; None where its class cannot be told."""
    if resource.kind is not Kind.LOCK:
        return None
    if resource.singleton:
        return Lock(resource.id, resource.noun, True)
    bare = text.lstrip("&*")
    parts = re.split(r"->|\.", bare)
    if not bare.isascii() or not all(_WORD.fullmatch(part) for part in parts):
        return None
    type = _type(function, parts[0])
    if type is None or len(parts) == 1:
        # A pointer to a bare lock may be any lock; a locked object is known by its type.
        known = None if type in _LOCK_TYPES else type or bare
        return Lock(f"{resource.id} {known}", bare) if known and len(parts) == 1 else None
    if len(parts) > 2:
        return Lock(f"{parts[-2]}.{parts[-1]}", bare)
    return Lock(f"{type}.{parts[1]}", bare)


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


def _tries(fact: Fact | None) -> bool:
    return fact is not None and fact.failure is Failure.FALSE


# -- callees


def _taken_inside(sight: Sight, name: str, depth: int) -> Iterator[Lock]:
    """The locks that a callee takes, from the tables or from its text in the file."""
    fact = sight.facts.functions.get(name)
    if fact is not None:
        for id in fact.takes:
            resource = sight.facts.resources[id]
            yield Lock(resource.id, resource.noun, True)
        return
    function = sight.file.function(name) if name in sight.file.names else None
    if function is None or not function.readable or not depth:
        return
    yield from _taken_directly(sight, function)
    for call in function.calls:
        if call.name != name:
            yield from _taken_inside(sight, call.name, depth - 1)


def _taken_directly(sight: Sight, function: c.Function) -> Iterator[Lock]:
    facts = sight.facts
    for call in function.calls:
        fact = facts.functions.get(call.name)
        for acquire in fact.acquires if fact is not None and not _tries(fact) else ():
            resource = facts.resources.get(acquire.resource)
            text = call.args[acquire.where - 1].bare.text if _has(call, acquire.where) else ""
            lock = _lock(function, resource, text) if resource is not None else None
            if lock is not None:
                yield lock
    for stmt in function.statements:
        if isinstance(stmt, (c.Guard, c.Guarded)):
            guard = facts.guards.get(stmt.type)
            resource = facts.resources.get(guard.resource) if guard is not None else None
            text = stmt.args[guard.where - 1].bare.text if guard and stmt.args else ""
            lock = _lock(function, resource, text) if resource is not None else None
            if lock is not None:
                yield lock


def _has(call: c.Expr, where: int) -> bool:
    return 0 < where <= len(call.args)


# -- the rest of the file


def _neighbours(sight: Sight, order: Order) -> Iterator[Sight]:
    """The other functions of the file whose text names both locks, or callees that take them."""
    first, second = _word(order.first), _word(order.second)
    names = [
        name
        for name, text in _texts(sight)
        if name != sight.function.name and _names(text, first) and _names(text, second)
    ]
    if len(names) > _CANDIDATES:
        return
    for name in names:
        function = sight.file.function(name)
        if function is not None and function.readable:
            yield Sight(function, sight.file, sight.side, frozenset(), sight.facts)


def _word(lock: Lock) -> str:
    return re.split(r"->|\.| ", lock.text)[-1]


def _names(text: bytes, word: str) -> bool:
    return re.search(rb"\b%s\b" % re.escape(word.encode()), text) is not None


def _texts(sight: Sight) -> Iterable[tuple[str, bytes]]:
    """Each function's name and its lines in the file; nothing for stitched hunks."""
    if not sight.file.whole:
        return
    lines = sight.file.text.split(b"\n")
    for name, first, last in sight.file.spans():
        yield name, b"\n".join(lines[first - 1 : last])

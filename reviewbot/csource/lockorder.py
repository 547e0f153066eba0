"""In which order a function takes locks, itself or by callees, and who does it the other way."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import combinations
from typing import NamedTuple

from reviewbot.csource import syntax as c
from reviewbot.csource.events import Site
from reviewbot.csource.holding import functions_at
from reviewbot.csource.locks import (
    Lock,
    asserted,
    held_lock,
    taken_inside,
    tries,
)
from reviewbot.csource.sight import CFile, Sight
from reviewbot.csource.words import places

_CANDIDATES = 16
"""So many functions of a file are walked for an order; a lock that more of them take is skipped."""


class Order(NamedTuple):
    """`second` is taken at `site` while `first`, taken at `held`, is held.

    `via` is the callee that takes it, "" where the function does so itself.
    """

    first: Lock
    second: Lock
    held: Site | None
    site: Site
    via: str


@lru_cache(maxsize=8)
def orders(sight: Sight) -> tuple[Order, ...]:
    """The orders in which the function takes locks, each pair of classes once.

    Kept for a moment: each side of a patch asks for those of both.
    """
    found: dict[tuple[str, str], Order] = {}
    for order in _all_orders(sight):
        if order.first.cls != order.second.cls:
            found.setdefault((order.first.cls, order.second.cls), order)
    return tuple(found.values())


def _all_orders(sight: Sight) -> Iterator[Order]:
    sites = sight.paths.sites
    for call in sight.paths.calls:
        locks = [(held, lock) for held in call.held if (lock := held_lock(sight, held))]
        for (outer, first), (inner, second) in combinations(locks, 2):
            site = sites[inner.site]
            if not tries(site.fact):
                yield Order(first, second, sites.get(outer.site), site, "")
        inside = list(taken_inside(sight, call.site.name)) if locks else []
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
    for other in neighbours(sight, _word(order.first), _word(order.second)):
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


def irqs_on_for_caller(sight: Sight) -> Iterator[tuple[c.Expr, Lock, str]]:
    """The calls that switch interrupts on though the caller, as the function says, holds a lock
    that the file only ever takes with interrupts off; the lock, and what takes it so."""
    on = [call for call in sight.function.calls if _switches_on(sight, call)]
    for lock in asserted(sight) if on else ():
        facts = [sight.facts.functions.get(name) for name in _handed(sight.file.text, lock.text)]
        takers = [fact for fact in facts if fact is not None and fact.acquires]
        if takers and all("irq" in fact.variant for fact in takers):
            yield on[0], lock, takers[0].name


def _handed(file: bytes, text: str) -> Iterable[str]:
    """The functions that the file hands this very lock to."""
    pattern = rb"\b(\w+)\s*\(\s*&%s\b" % re.escape(text.encode())
    return (name.decode() for name in re.findall(pattern, file))


def _switches_on(sight: Sight, call: c.Expr) -> bool:
    fact = sight.facts.functions.get(call.name)
    return fact is not None and bool(fact.releases) and fact.variant.rpartition("-")[2] == "irq"


def neighbours(sight: Sight, *words: str) -> Iterator[Sight]:
    """The other functions of the file whose text has all these words; none if they are many."""
    names = _having(sight.file, words) if sight.file.whole else {}
    names.pop(sight.function.name, None)
    for name in names if len(names) <= _CANDIDATES else ():
        function = sight.file.function(name)
        if function is not None and function.readable:
            yield Sight(function, sight.file, sight.side, frozenset(), sight.facts)


def _word(lock: Lock) -> str:
    return re.split(r"->|\.| ", lock.text)[-1]


def _having(file: CFile, words: Iterable[str]) -> dict[str, None]:
    """The functions of a file whose lines have all these words, in its order."""
    found = [functions_at(file, places(file.text, word.encode())) for word in words]
    each = [dict.fromkeys(names) for names in found]
    return {name: None for name in each[0] if all(name in names for names in each)}

"""What a function of the same file frees on some of its paths only, found by walking them.

A summary reads a function's text; this walks it, but only where it hands one of its own
parameters to a release, and tells apart "always" from "only when it fails".
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from reviewbot.csource import syntax as c
from reviewbot.csource.events import Exit
from reviewbot.csource.facts import Acquire, Fact, Facts, Failure, Kind, Resource
from reviewbot.csource.paths import Paths, walk
from reviewbot.csource.summaries import SOURCE, Summaries
from reviewbot.csource.values import ERR, NEG, POS, ZERO, roots

_KINDS = (Kind.MEMORY, Kind.REFERENCE)
_LONG = 150
"""Longer functions are not walked for their callers' sake, lines."""


@dataclass(frozen=True, slots=True)
class Outcomes:
    """Knows callees as their summaries do, and what they free on which outcome."""

    facts: Facts
    base: Summaries
    cache: dict[tuple[str, int], Fact | None]

    def __call__(self, name: str) -> Fact | None:
        fact = self.base(name)
        if fact is None or fact.source != SOURCE:
            return fact
        key = (name, -1)
        if key not in self.cache:
            self.cache[key] = fact
            there = self.base.twin.get(key) if self.base.twin is not None else None
            self.cache[key] = there or self._read(name, fact)
        return self.cache[key]

    def resource(self, id: str) -> Resource | None:
        return self.base.resource(id)

    def function(self, name: str) -> c.Function | None:
        return self.base.function(name)

    @property
    def near(self) -> frozenset[str]:
        return self.base.near

    def _read(self, name: str, fact: Fact) -> Fact:
        function = self.base.functions.get(name)
        if function is None or not self._worth(function, fact):
            return fact
        paths = walk(function, self.facts, self.base)
        if not paths.complete or not paths.exits:
            return fact
        for number, param in enumerate(function.params, 1):
            if all(place.where != number for place in fact.releases):
                fact = _with(fact, paths, function, number, param.name, self)
        return fact

    def _worth(self, function: c.Function, fact: Fact) -> bool:
        """Whether some release here takes a parameter that is not yet known to be released."""
        known = {place.where for place in fact.releases}
        params = {
            p.name for at, p in enumerate(function.params, 1) if p.pointer and at not in known
        }
        if not function.whole or function.end_line - function.line > _LONG:
            return False
        return any(
            roots(call.args[place.where - 1].text) & params or _renamed(function, params)
            for call in function.calls
            if (callee := self.base.giving(call.name, 1)) is not None
            for place in callee.releases
            if 0 < place.where <= len(call.args) and self._kind(place) in _KINDS
        )

    def _kind(self, place: Acquire) -> Kind | None:
        resource = self.base.resource(place.resource)
        return resource.kind if resource is not None else None


def _renamed(function: c.Function, params: set[str]) -> bool:
    """Whether a local is another name of a parameter, or of what holds it."""
    values = [s.value for s in function.statements if isinstance(s, c.Declare) and s.value]
    values += [e.parts[1] for e in function.assignments]
    return any(roots(value.text) & params for value in values)


def _with(
    fact: Fact, paths: Paths, function: c.Function, number: int, name: str, known: Outcomes
) -> Fact:
    freed = [exit for exit in paths.exits if any(text == name for text, _ in exit.freed)]
    if not freed:
        return fact
    if len(freed) == len(paths.exits):
        return replace(
            fact, releases=fact.releases + tuple(_places(paths, freed, number, name, known))
        )
    if "bool" in function.returns or any("dec_and" in call.name for call in function.calls):
        return fact  # it says whether it was the last reference, not whether it failed
    kept = [exit for exit in paths.exits if exit not in freed]
    pointer = function.returns.rstrip().endswith("*")
    bad = ZERO | ERR if pointer else NEG | POS | ERR
    if all(e.mask & ~bad == 0 for e in freed) and all(e.mask & bad == 0 for e in kept):
        failure = fact.failure or (Failure.NULL_OR_ERR_PTR if pointer else Failure.NONZERO)
        return replace(
            fact,
            failure=failure,
            consumes_on_failure=fact.consumes_on_failure | {number},
            borrows=fact.borrows - {number},
            keeps=fact.keeps - {number},
        )
    return fact


def _places(
    paths: Paths, exits: list[Exit], number: int, name: str, known: Outcomes
) -> Iterator[Acquire]:
    """The resources that the releases at these exits give back, of one kind of memory."""
    ids: set[str] = set()
    for exit in exits:
        for text, site in exit.freed:
            fact = paths.sites[site].fact if text == name else None
            for place in fact.releases if fact is not None else ():
                resource = known.resource(place.resource)
                if resource is not None and resource.kind in _KINDS:
                    ids.add(place.resource)
    return (Acquire(id, number) for id in sorted(ids))

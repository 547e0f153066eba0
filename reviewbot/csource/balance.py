"""Whether the functions of a file keep something switched on, or only for as long as they run."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import lru_cache
from typing import NamedTuple

from reviewbot.csource import syntax as c
from reviewbot.csource.callers import named_by
from reviewbot.csource.cfg import Edge, Graph, Node, build
from reviewbot.csource.conditions import read_test
from reviewbot.csource.facts import Acquire, Resource
from reviewbot.csource.holding import functions_at
from reviewbot.csource.pairs import SOURCE as PAIR
from reviewbot.csource.sight import CFile, Sight
from reviewbot.csource.tails import judged
from reviewbot.csource.values import NEG, ZERO
from reviewbot.csource.verdicts import fails
from reviewbot.csource.words import called_at, places


class Unraised(NamedTuple):
    """`call` lowers a count, and nothing that the file does before leaves it raised."""

    call: c.Expr
    resource: Resource


def unraised(sight: Sight, function: c.Function, resources: Iterable[str]) -> Iterator[Unraised]:
    """What a function of the file gives back of these resources, once each, though it takes none
    itself and nothing else in the file keeps one. Nothing where the file takes none at all."""
    for id in resources:
        resource = sight.known.resource(id)
        call = _first(sight, function, id) if _taken_at(sight, id) else None
        if resource is not None and call is not None and not kept_somewhere(sight, id):
            yield Unraised(call, resource)


def kept_for_good(sight: Sight, resource: str) -> c.Expr | None:
    """The call by which the function raises a count that it keeps when it succeeds, where nothing
    in the file lowers one that it has not raised itself."""
    function = sight.function
    mine = [call for call in function.calls if takes(sight, call, resource)]
    if not mine or not sight.file.whole or not sight.paths.complete:
        return None
    ends = (exit for exit in sight.paths.exits if exit.mask == ZERO)
    holds = any(held.resource == resource for exit in ends for held in exit.held)
    if not holds or not _keeps(sight, sight.file, function.name, resource):
        return None
    lowered = _named_at(sight, sight.facts.undoers.get(resource, ()))
    for name in functions_at(sight.file, lowered):
        other = sight.file.function(name)
        if other is not None and name != function.name and not _raises(sight, other, resource):
            return None
    return mine[0]


def _raises(sight: Sight, function: c.Function, resource: str) -> bool:
    return function.readable and any(takes(sight, call, resource) for call in function.calls)


def was_never_raised(sight: Sight, call: c.Expr) -> bool:
    """Whether a call that only the other side makes lowered a count that nothing kept raised."""
    other, fact = sight.other, sight.known(call.name)
    ids = [place.resource for place in fact.releases] if fact is not None else []
    known = [sight.known.resource(id) for id in ids]
    counts = [each.id for each in known if each is not None and each.counted]
    return other is not None and any(unraised(other, other.function, counts))


def _first(sight: Sight, function: c.Function, resource: str) -> c.Expr | None:
    """The first call of the function that gives it back, None where it takes it as well, or has a
    helper do so."""
    if not function.readable:
        return None
    first = next((call for call in function.calls if gives(sight, call, resource)), None)
    if first is None or _raises(sight, function, resource):
        return None
    takers = frozenset(sight.facts.takers.get(resource, ()))
    if not any(sight.leads_to(call.name, takers, 2) for call in function.calls):
        return first
    inside = (call for each in replace(sight, function=function).callees() for call in each.calls)
    return None if any(call.name in takers for call in inside) else first


def takes(sight: Sight, call: c.Expr, resource: str) -> bool:
    """Whether a call takes it, by the tables: what a function in sight takes is not told of it."""
    fact = sight.facts.functions.get(call.name)
    return fact is not None and bool(_of(fact.acquires, resource))


def gives(sight: Sight, call: c.Expr, resource: str) -> bool:
    """Whether a call gives it back, by the tables or by what a function in sight does."""
    releasers = frozenset(sight.facts.releasers.get(resource, ()))
    if call.name not in sight.facts.functions and not sight.leads_to(call.name, releasers, 2):
        return False  # so there is no need to read it
    fact = sight.known(call.name)
    return fact is not None and fact.source != PAIR and bool(_of(fact.releases, resource))


@lru_cache(maxsize=8)
def kept_somewhere(sight: Sight, resource: str) -> bool:
    """Whether a function of the file may succeed and leave such a thing behind.

    A way that only seems to exist counts as well; so does a second one that is taken before the
    first was given back.
    """
    return any(
        _keeps(sight, sight.file, name, resource) and not _ended_by_callers(sight, name, resource)
        for name in functions_at(sight.file, _taken_at(sight, resource))
    )


def _taken_at(sight: Sight, resource: str) -> list[int]:
    """Where the file names what takes such a thing; nowhere where it is not there whole."""
    names = sight.facts.takers.get(resource, ()) if sight.file.whole else ()
    return _named_at(sight, (*names, *(f"devm_{name}" for name in names)))


def _named_at(sight: Sight, names: Iterable[str]) -> list[int]:
    """The offsets in the file's text at which one of these names stands, ascending."""
    there = sight.words.intersection(names)
    return sorted(at for name in there for at in places(sight.file.text, name.encode()))


def _ended_by_callers(sight: Sight, name: str, resource: str) -> bool:
    """Whether a helper keeps it for its callers only, and each of them gives it back."""
    helper, text = sight.file.function(name), sight.file.text
    words, calls = places(text, name.encode()), called_at(text, name.encode())
    if helper is None or sum(1 for _ in words) != sum(1 for _ in calls):
        return False  # it is handed over as well
    callers = list(named_by(sight, helper))
    return bool(callers) and not any(
        _keeps(sight, file, other, resource, by=name) for file, other in callers
    )


def _keeps(sight: Sight, file: CFile, name: str, resource: str, by: str = "") -> bool:
    """Whether a way through a function that succeeds keeps what its own calls take, or those of
    a helper."""
    function = file.function(name)
    if function is None or not function.readable:
        return True
    alone = replace(sight, function=function, file=file, touched=frozenset(), other=None)
    graph = build(function)
    calls = list(_calls(graph))
    takers = [
        (node, call)
        for node, call in calls
        if (call.name == by if by else takes(alone, call, resource))
    ]
    givers = {node.id for node, call in calls if gives(alone, call, resource)}
    reached = set[int]()
    for node, call in takers:
        reached |= _reached(graph, node, givers, _failure(alone, call, resource))
    if not reached.isdisjoint(node.id for node, _ in takers):
        return True  # a second one is taken before the first was given back
    left = [graph.nodes[at] for at in reached if not graph.nodes[at].next]
    if any(_is_success(function, node) for node in left):
        return True  # most do: there is no need to walk
    return bool(left) and not _ends(alone, graph).isdisjoint(node.id for node in left)


def _is_success(function: c.Function, node: Node) -> bool:
    """Whether an exit is no failure, whatever path comes to it."""
    plain = node.expr is None or node.expr.bare.text == "0"
    return node.kind in ("return", "end") and plain and not function.returns.rstrip().endswith("*")


def _of(places: tuple[Acquire, ...], resource: str) -> list[Acquire]:
    return [place for place in places if place.resource == resource]


def _calls(graph: Graph) -> Iterator[tuple[Node, c.Expr]]:
    for node in graph.nodes:
        for expr in node.expr.walk() if node.expr is not None else ():
            if expr.kind == "call":
                yield node, expr


def _ends(sight: Sight, graph: Graph) -> set[int]:
    """The exits that are no failures, as far as that can be told."""
    if sight.paths.complete:
        return {exit.trail.node.id for exit in sight.paths.exits if not fails(sight, exit)}
    return {node.id for node in graph.nodes if not node.next}


def _failure(sight: Sight, call: c.Expr, resource: str) -> str:
    """The call, where it takes nothing if it fails; "" where it always does."""
    fact = sight.known(call.name)
    always = fact is None or any(place.always for place in _of(fact.acquires, resource))
    return "" if always else call.text


def _reached(graph: Graph, taker: Node, givers: set[int], call: str) -> set[int]:
    """The nodes to which the thing comes that is taken, where `call` did not fail."""
    todo, seen = [taker], set[int]()
    while todo:
        at = todo.pop()
        for after, edge in at.next:
            if after.id in seen or after.id in givers or _says_failed(graph, at, edge, call):
                continue
            seen.add(after.id)
            todo.append(after)
    return seen


def _says_failed(graph: Graph, at: Node, edge: Edge, call: str) -> bool:
    if not call or at.kind != "cond" or at.expr is None:
        return False
    test = read_test(at.expr)
    if test is None or judged(graph.function, at.expr) != call:
        return False
    mask = test.yes if edge is True else test.no
    return mask & ZERO == 0 and mask & NEG != 0

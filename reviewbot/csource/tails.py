"""What the ways out of a function give back, and what one side of a patch gives back no more.

A way out is known on both sides by the condition that leads to it and the call that the
condition judges. What it gives back are the calls between that condition and the exit.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import NamedTuple

from reviewbot.csource import syntax as c
from reviewbot.csource.cfg import Node, build
from reviewbot.csource.conditions import read_test
from reviewbot.csource.facts import Fact, Kind
from reviewbot.csource.habit import values_of
from reviewbot.csource.names import may_keep, only_tells, puts
from reviewbot.csource.sight import Sight
from reviewbot.csource.story import branch_off
from reviewbot.csource.summaries import Known
from reviewbot.csource.superseded import (
    Way,
    calls_after,
    comes_from_elsewhere,
    superseded,
)
from reviewbot.csource.values import roots
from reviewbot.csource.verdicts import fails

_UNDOES = re.compile(
    r"(?:^|_)(?:put|free|release|destroy|unregister|deregister|unref|disable|unprepare|unmap"
    r"|iounmap|close|stop|cancel|remove|del|detach|deinit|uninit|exit|fini|cleanup|teardown|unlock"
    r"|shutdown|off|drop|kill|unlink|unwind|unbind|disconnect|deactivate|undo|unpin|unload"
    r"|kfree|kvfree|vfree|iput|dput|fput|mmput|sockfd_put|bio_put)(?:_|$)"
)
_OWNER_ENDS = re.compile(r"(?:^|_)(?:destroy|unregister|delete)(?:_|$)")
"""What a function is called that ends an object with all that it has."""
_MANAGES = re.compile(r"^(?:devm_|drmm_|pcim_|devres_|__free|guard|scoped_guard|CLASS|no_free_ptr)")
_NO_CALLS = frozenset("if while for switch return sizeof likely unlikely".split())
"""What stands before a parenthesis and calls nothing."""


class Tail(NamedTuple):
    """One way out that fails: where it branches off, and the calls on it that give back."""

    line: int
    undo: dict[str, c.Expr]
    cond: Node


class Dropped(NamedTuple):
    """A call that a way out made on the other side, and makes no more on this one.

    `doubtful`: what failed there was handed the thing, and may have given it back itself, or
    nothing in the file ever took it.
    """

    call: c.Expr
    line: int
    reason: str
    failing: bool
    doubtful: bool = False


@lru_cache(maxsize=4096)
def undoes(name: str) -> bool:
    """Whether a function of this name gives something back."""
    return _UNDOES.search(name) is not None


@lru_cache(maxsize=8)
def dropped(sight: Sight) -> tuple[Dropped, ...]:
    """The releases that the other side makes where this side fails in the same way."""
    other = sight.other
    if other is None or not sight.paths.complete or not other.paths.complete:
        return ()
    if not _only_drops(sight, other):
        return ()
    return (*_on_failure(sight, other), *_at_the_end(sight, other))


def _on_failure(sight: Sight, other: Sight) -> Iterator[Dropped]:
    here, there = tails(sight), tails(other)
    for key, tail in here.items():
        twin = there.get(key)
        if twin is None or set(tail.undo) - set(twin.undo):
            continue
        for name, call in twin.undo.items():
            moved = _earlier(sight, tail, name) or _not_yet_taken(sight, tail, name)
            moved = moved or (_still(sight, call) and key in _asked_twice(sight))
            moved = moved or _taken_further_down(sight, tail, there, twin, name)
            moved = moved or _inlined(sight, other, name)
            if name in tail.undo or moved or superseded(sight, call, Way(tail.cond, key[2])):
                continue
            doubtful = (
                _hands(sight, key[0], tail.cond, call)
                or comes_from_elsewhere(sight, call)
                or _only_read(sight, call, tail.line)
                or _hangs_on(sight, call, tail)
            )
            yield Dropped(call, tail.line, key[0], True, doubtful)


def _inlined(sight: Sight, other: Sight, name: str) -> bool:
    """Whether the function is gone, and what it did is done here by itself."""
    body = other.elsewhere(name) if sight.lacks(name) else None
    undone = {call.name for call in body.calls if gives_back(other.known, call)} if body else set()
    return bool(undone) and undone <= {call.name for call in sight.function.calls}


def _taken_further_down(
    sight: Sight, tail: Tail, there: Mapping[tuple[str, str, bool], Tail], twin: Tail, name: str
) -> bool:
    """Whether what is given back came on the other side from a call, above the one that fails,
    which stands below it by now: the two have changed places."""
    before = [
        (each.line, key[0])
        for key, each in there.items()
        if each.line < twin.line and name not in each.undo
    ]
    taker = max(before)[1] if before else ""
    return any(call.text == taker and call.line > tail.line for call in sight.function.calls)


@lru_cache(maxsize=4)
def _asked_twice(sight: Sight) -> frozenset[tuple[str, str, bool]]:
    """The ways out that more than one condition leads to, as far as words can tell."""
    nodes = build(sight.function).nodes
    conds = [node.expr for node in nodes if node.kind == "cond" and node.expr is not None]
    keys = Counter((judged(sight.function, expr), expr.text) for expr in conds)
    twice = [key for key, count in keys.items() if count > 1]
    return frozenset((*key, edge) for key in twice for edge in (True, False))


def _still(sight: Sight, call: c.Expr) -> bool:
    return any(mine.text == call.text for mine in sight.function.calls)


def _only_read(sight: Sight, call: c.Expr, line: int) -> bool:
    """Whether a call puts a reference that the function has only read from somewhere, as
    `np = dev->of_node`: it may have been somebody else's."""
    fact, name = sight.known(call.name), call.args[0].bare if call.args else None
    resources = [sight.known.resource(p.resource) for p in fact.releases] if fact else []
    counted = any(r is not None and r.kind is Kind.REFERENCE for r in resources)
    if not counted or name is None or name.kind != "name":
        return False
    values = list(values_of(sight.function, name.name))
    taken = any(
        mine.line < line and _takes_argument(sight.known(mine.name), mine, name.name)
        for mine in sight.function.calls
    )
    return bool(values) and not taken and all(value.kind == "member" for value in values)


def _takes_argument(fact: Fact | None, call: c.Expr, text: str) -> bool:
    """Whether a call takes one more reference to an argument."""
    places = {place.where for place in fact.acquires} | {fact.returns} if fact is not None else ()
    return any(n in places and arg.bare.text == text for n, arg in enumerate(call.args, 1))


def _hands(sight: Sight, judged: str, cond: Node, call: c.Expr) -> bool:
    """Whether the call whose failure is judged may have given back what `call` did."""
    things = {arg.bare.text for arg in call.args}
    asked = [e for e in cond.expr.walk() if e.kind == "call"] if cond.expr is not None else []
    asked += [e for e in sight.function.calls if e.text == judged]
    return any(
        arg.bare.text in things and _may_take(sight.known, one.name, number)
        for one in asked
        for number, arg in enumerate(one.args, 1)
    )


def _hangs_on(sight: Sight, call: c.Expr, tail: Tail) -> bool:
    things = {arg.bare.text for arg in call.args}
    return goes_along(sight, things, tail.undo.values(), tail.line)


def goes_along(sight: Sight, things: set[str], undo: Iterable[c.Expr], line: int) -> bool:
    """Whether a thing was handed over above a line together with what the way out still gives
    back, and may go with it: swap_table(dev, table), and then destroy(dev)."""
    ends = (mine for mine in undo if puts(mine.name) or _OWNER_ENDS.search(mine.name))
    kept = {arg.bare.text for mine in ends for arg in mine.args[:1]}
    names = frozenset[str]().union(*(roots(thing) for thing in things))
    kept = {text for text in kept if not roots(text) & names}
    return any(
        kept & {arg.bare.text for arg in one.args}
        and any(
            arg.bare.text in things and _may_take(sight.known, one.name, number)
            for number, arg in enumerate(one.args, 1)
        )
        for one in sight.function.calls
        if one.line < line and not one.name.endswith("data")  # set_drvdata() only shows the way
    )


def _may_take(known: Known, name: str, number: int) -> bool:
    fact = known(name)
    if fact is not None and (fact.borrows_all or number in fact.borrows):
        return False
    return may_keep(name)


def _at_the_end(sight: Sight, other: Sight) -> Iterator[Dropped]:
    """Releases on the way to success that nothing makes any more."""
    still = {call.text for call in sight.function.calls}
    still |= {c.text for c in other.function.calls if c.name in sight.side.changed_calls}
    if all(c.text in still or not gives_back(other.known, c) for c in other.function.calls):
        return
    here, there = _before_success(sight), _before_success(other)
    for text, call in there.items():
        moved = text in still or _inlined(sight, other, call.name)
        lost = text not in here and not moved and not superseded(sight, call, None)
        if lost and not (comes_from_elsewhere(sight, call) or _too_early(sight, other, call)):
            yield Dropped(call, sight.function.end_line, "", False)


def _too_early(sight: Sight, other: Sight, call: c.Expr) -> bool:
    """Whether the other side puts what it only read from somewhere, and goes on to use it: it was
    never its to put."""
    if not _only_read(sight, call, sight.function.end_line):
        return False
    name = call.args[0].bare.text
    return any(
        expr.line > call.end_line and expr.kind == "name" and expr.text == name
        for expr in other.function.expressions
    )


def _before_success(sight: Sight) -> dict[str, c.Expr]:
    """The calls that give something back on some way to an exit that is no failure."""
    graph = build(sight.function)
    ends = {e.trail.node.id for e in sight.paths.exits if not fails(sight, e)}
    before: dict[int, list[Node]] = {}
    for node in graph.nodes:
        for after, _ in node.next:
            before.setdefault(after.id, []).append(node)
    todo, seen = list(ends), set(ends)
    while todo:
        for node in before.get(todo.pop(), ()):
            if node.id not in seen:
                seen.add(node.id)
                todo.append(node.id)
    exprs = (graph.nodes[at].expr for at in sorted(seen))
    calls = (e for expr in exprs if expr is not None for e in expr.walk() if e.kind == "call")
    return {call.text: call for call in calls if gives_back(sight.known, call)}


def _only_drops(sight: Sight, other: Sight) -> bool:
    """Whether the patch takes nothing less and manages nothing more than the other side."""
    gone = other.side.changed_calls - sight.side.changed_calls
    come = sight.side.changed_calls - other.side.changed_calls
    if any(
        _MANAGES.match(name) or undoes(name) for name in come - _halves(other.known, come, gone)
    ):
        return False
    return all(_releases(other.known, name) or only_tells(name) for name in gone - _NO_CALLS)


def _halves(known: Known, come: frozenset[str], gone: frozenset[str]) -> set[str]:
    """The calls that give back only a part of what one that is gone did, where all of them leave
    something out: clk_disable() for clk_disable_unprepare()."""
    found: set[str] = set()
    for whole in (_sort(known, name) for name in gone):
        parts = {name: sort for name in come if set() < (sort := _sort(known, name)) < whole}
        if set().union(*parts.values()) < whole:
            found |= parts.keys()
    return found


def _sort(known: Known, name: str) -> set[str]:
    """The words for the one thing that a call gives back: clk, prepare, enable."""
    fact = known(name)
    places = fact.releases if fact is not None else ()
    return set(places[0].resource.split("-")) if len(places) == 1 else set()


@lru_cache(maxsize=8)
def tails(sight: Sight) -> dict[tuple[str, str, bool], Tail]:
    """The failing ways out of a function, by what fails there; all of them if it is void.

    Kept for a moment, for each side of a patch asks for those of both; nobody may change it.
    """
    graph = build(sight.function)
    found: dict[tuple[str, str, bool], Tail] = {}
    undone: dict[tuple[int, bool], dict[str, c.Expr]] = {}
    for exit in sight.paths.exits:
        branch = branch_off(sight.function, exit)
        if branch is None or branch.node.expr is None:
            continue
        if exit.value is not None and not fails(sight, exit):
            continue
        expr, edge = branch.node.expr, branch.edge is True
        key = (judged(sight.function, expr), expr.text, edge)
        node = graph.nodes[branch.node.id]
        if (node.id, edge) not in undone:
            after = calls_after(graph, node, edge)
            undone[node.id, edge] = {x.name: x for x in after if gives_back(sight.known, x)}
        undo = undone[node.id, edge]
        if key in found:
            undo = {**found[key].undo, **undo}
        found[key] = Tail(node.line, undo, node)
    return found


def gives_back(known: Known, call: c.Expr) -> bool:
    """Whether a call gives something back: the tables say so, or its name."""
    return bool(call.name) and _releases(known, call.name)


def _releases(known: Known, name: str) -> bool:
    fact: Fact | None = known(name)
    known_to = fact is not None and fact.releases and not fact.acquires  # no step in a walk
    return bool(known_to) or undoes(name)


def unlocks(known: Known, call: c.Expr) -> bool:
    """Whether what a call gives back is a lock."""
    fact = known(call.name)
    resources = [known.resource(r.resource) for r in fact.releases] if fact is not None else []
    if any(r is not None and r.kind in (Kind.LOCK, Kind.CONTEXT) for r in resources):
        return True
    return not any(resources) and "unlock" in call.name


def locks_no_more(sight: Sight, unlock: c.Expr) -> bool:
    """Whether the patch takes the lock out of the function, so that nothing is left to unlock."""
    other = sight.other
    return other is not None and _locks(other, unlock) and not _locks(sight, unlock)


def _locks(sight: Sight, unlock: c.Expr) -> bool:
    """Whether the function takes, itself, what this call gives back."""
    fact = sight.known(unlock.name)
    ids = {release.resource for release in fact.releases} if fact is not None else set()
    named = unlock.name.replace("unlock", "lock")
    return any(
        call.name == named or (taken is not None and any(a.resource in ids for a in taken.acquires))
        for call in sight.function.calls
        if call.name != unlock.name
        for taken in (sight.known(call.name),)
    )


def judged(function: c.Function, cond: c.Expr) -> str:
    """The call whose verdict a condition looks at, as text; "" where there is none in sight."""
    test = read_test(cond)
    key = test.key if test is not None else cond.text
    calls = [e for e in cond.walk() if e.kind == "call" and not e.name.startswith(("IS_", "WARN"))]
    if calls:
        return calls[0].text
    first = function.first_values.get(key)
    last = first.text if first is not None else ""
    for expr in function.assignments:
        if expr.line > cond.line:
            break
        if expr.parts[0].text == key:
            last = expr.parts[1].text
    return last


def _earlier(sight: Sight, tail: Tail, name: str) -> bool:
    """Whether this side makes the call before the condition: it has only moved up."""
    return any(call.name == name and call.line <= tail.line for call in sight.function.calls)


def _not_yet_taken(sight: Sight, tail: Tail, name: str) -> bool:
    """Whether what the call gives back is taken by this function, but only further down."""
    undo = sight.known(name)
    resources = {release.resource for release in undo.releases} if undo is not None else set()
    takers = [
        call.line
        for call in sight.function.calls
        if (fact := sight.known(call.name)) is not None
        and any(acquire.resource in resources for acquire in fact.acquires)
    ]
    return bool(takers) and min(takers) > tail.line

"""What speaks against a leak that a path shows: the path, a loop that unwinds, a new release."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache

from reviewbot.csource import syntax as c
from reviewbot.csource.borrowing import PASSIVE
from reviewbot.csource.callers import callers
from reviewbot.csource.cfg import build
from reviewbot.csource.conditions import read_test
from reviewbot.csource.events import Exit
from reviewbot.csource.facts import Kind
from reviewbot.csource.names import only_tells, puts
from reviewbot.csource.scene import contradicts_itself
from reviewbot.csource.sight import Sight
from reviewbot.csource.story import last_branch
from reviewbot.csource.summaries import SOURCE as SUMMARY
from reviewbot.csource.superseded import calls_after, owner_frees
from reviewbot.csource.tails import judged, undoes
from reviewbot.csource.values import ZERO, Held, roots


def excused(sight: Sight, exit: Exit, held: Held) -> bool:
    """Whether it takes more than this path to tell that the exit leaves the thing behind."""
    return (
        _cannot_be(sight, exit)
        or _unwound(sight, exit, held)
        or _replaced(sight, exit, held)
        or _handed_on(sight, exit, held)
        or owner_frees(sight.function, held.text)
        or _caller_gives(sight, held)
        or _callee_unlocks(sight, held)
    )


def _callee_unlocks(sight: Sight, held: Held) -> bool:
    """Whether a function that this one calls, at any depth, gives a lock of the whole file back
    more often than it takes it."""
    resource = sight.known.resource(held.resource)
    if resource is None or resource.kind is not Kind.LOCK or roots(held.text) & sight.paths.locals:
        return False
    for callee in sight.callees(depth=_DEEP) if held.text else ():
        taken = given = 0
        for call in callee.calls:
            fact = sight.known(call.name) if held.text in (a.bare.text for a in call.args) else None
            if fact is not None and fact.source != SUMMARY:
                taken += any(place.resource == held.resource for place in fact.acquires)
                given += any(place.resource == held.resource for place in fact.releases)
        if given > taken:
            return True
    return False


_DEEP = 5
"""So many calls down a function is looked for that may end a lock."""


def _caller_gives(sight: Sight, held: Held) -> bool:
    """Whether a function of the file that calls this one gives back what hangs on an argument
    where the call has failed."""
    names = [p.name for p in sight.function.params]
    at = next((n for n, name in enumerate(names) if name in roots(held.text)), None)
    if at is None or held.text == names[at] or not sight.function.static:
        return False
    return any(
        place.resource == held.resource
        and call.args[place.where - 1 : place.where]
        and call.args[place.where - 1].bare.text == _renamed(held.text, names[at], made.args[at])
        for _, caller in callers(sight)
        for made in caller.calls
        if made.name == sight.function.name and len(made.args) > at
        for call in _after_failure(caller, made)
        if (fact := sight.known(call.name)) is not None
        for place in fact.releases
    )


def _after_failure(caller: c.Function, made: c.Expr) -> Iterator[c.Expr]:
    """The calls that a function makes where the verdict of a call is not 0."""
    graph = build(caller)
    for node in graph.nodes:
        if node.kind == "cond" and node.expr is not None and node.expr.line >= made.line:
            test = read_test(node.expr)
            if test is not None and judged(caller, node.expr) == made.text:
                yield from calls_after(graph, node, test.yes & ZERO == 0)


def _renamed(text: str, name: str, arg: c.Expr) -> str:
    """What hangs on a parameter, by the name that the caller has for it."""
    return re.sub(rf"\b{name}\b", arg.bare.text, text)


def _handed_on(sight: Sight, exit: Exit, held: Held) -> bool:
    """Whether the failing branch hands a reference to a function of which nothing is known."""
    branch, resource = last_branch(exit.trail), sight.known.resource(held.resource)
    if branch is None or resource is None or resource.kind is not Kind.REFERENCE:
        return False
    line = branch.node.line
    arms = (
        arm
        for stmt in sight.function.statements
        if isinstance(stmt, c.If) and stmt.cond.line <= line <= stmt.cond.end_line
        for arm in (stmt.then, stmt.other)
        if arm is not None and arm.line <= exit.line <= arm.end_line
    )
    return any(
        sight.known(call.name) is None
        and call.name not in PASSIVE
        and not only_tells(call.name)
        and any(arg.bare.text == held.text for arg in call.args)
        for arm in arms
        for call in _calls(arm)
    )


def _cannot_be(sight: Sight, exit: Exit) -> bool:
    """Whether the path took both ways out of a condition on a member that nothing here writes.

    A call in between may have changed it, but functions that ask twice count on its not doing so.
    """

    def steady(text: str) -> bool:
        names = roots(text)
        if "->" not in text or "(" in text or not names:
            return False
        written = _written(sight.function)
        return text not in written and all(written[name] < 2 for name in names)

    return contradicts_itself(exit.trail, steady)


@lru_cache(maxsize=8)
def _written(function: c.Function) -> Counter[str]:
    """How often each place is written; a parameter counts as written once."""
    written = Counter(p.name for p in function.params)
    for expr in function.expressions:
        if expr.kind == "assign" or expr.op in ("++", "--"):
            written[expr.parts[0].text] += 1
    for stmt in function.statements:
        if isinstance(stmt, c.Declare) and stmt.value is not None:
            written[stmt.name] += 1
        if isinstance(stmt, c.Iterate):
            written.update(arg.text for arg in stmt.args * 2)
    return written


def _unwound(sight: Sight, exit: Exit, held: Held) -> bool:
    """Whether the path came by a loop that gives such things back, one for each that was taken.

    Which turn of a loop took a thing, and which turn of another gives it back, no path tells.
    """
    line = sight.paths.sites[held.site].call.line
    loops = [s for s in sight.function.statements if isinstance(s, (c.Loop, c.Iterate))]
    if "[" not in held.text and not any(_holds_line(loop, line) for loop in loops):
        return False
    start = max(line, _landing(sight.function, exit))
    return any(
        start <= loop.line <= exit.line and not _holds_line(loop, line)
        for loop in loops
        if any(_ends(sight, call, held) for call in _calls(loop))
    )


def _ends(sight: Sight, call: c.Expr, held: Held) -> bool:
    """Whether a call gives such a thing back, or puts what it may hang on."""
    return _gives(sight, call, held.resource) or ("->" in held.text and puts(call.name))


def _holds_line(loop: c.Stmt, line: int) -> bool:
    return loop.line <= line <= loop.end_line


def _landing(function: c.Function, exit: Exit) -> int:
    """The line of the last label that the path jumped to; 0 where it did not."""
    labels = {s.name: s.line for s in function.statements if isinstance(s, c.Label)}
    for at in exit.trail.back():
        if at.what == "goto" and isinstance(at.node.stmt, c.Goto):
            return labels.get(at.node.stmt.label, 0)
    return 0


def _calls(stmt: c.Stmt) -> Iterator[c.Expr]:
    for inner in c.statements(stmt):
        for top in c.expressions(inner):
            yield from (e for e in top.walk() if e.kind == "call")


def _gives(sight: Sight, call: c.Expr, resource: str) -> bool:
    fact = sight.known(call.name)
    if fact is None:
        return False
    ids = {r.resource for r in fact.releases} | fact.drops | {id for id, _ in fact.ends}
    return resource in ids


def _replaced(sight: Sight, exit: Exit, held: Held) -> bool:
    """Whether the patch gives something else back there, where it took this release out.

    What the tables know of that is known not to give this back, unless it is a put: the last
    reference to a thing is often the last to what the thing holds.
    """
    other, branch = sight.other, last_branch(exit.trail)
    if other is None or branch is None:
        return False
    gone = any(
        not other.touched.isdisjoint(_lines(call)) and _gives(other, call, held.resource)
        for call in other.function.calls
    )
    if not gone:
        return False
    graph = build(sight.function)
    after = calls_after(graph, graph.nodes[branch.node.id], branch.edge is True)
    new = [call for call in after if not sight.touched.isdisjoint(_lines(call))]
    return any(_may_stand_for(sight, call, held) for call in new)


def _may_stand_for(sight: Sight, call: c.Expr, held: Held) -> bool:
    fact = sight.known(call.name)
    if _gives(sight, call, held.resource):
        return fact is not None and fact.source == SUMMARY  # by a name that it has there
    if puts(call.name):
        resource = sight.known.resource(held.resource)
        return resource is not None and resource.kind in (Kind.MEMORY, Kind.REFERENCE)
    return undoes(call.name) and call.name not in sight.facts.functions


def _lines(expr: c.Expr) -> range:
    return range(expr.line, expr.end_line + 1)

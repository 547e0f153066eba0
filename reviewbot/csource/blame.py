"""How much of a leak the patch wrote: one that rests on nothing of the patch is not new.

A leak is a taking, a way out, and a giving back that is missing there. Where the patch wrote
neither of the first two and removed nothing like the third, the leak was there before,
whatever the paths of the other side show.
"""

from __future__ import annotations

from enum import Enum

from reviewbot.csource import syntax as c
from reviewbot.csource.cfg import build
from reviewbot.csource.leaks import Leak
from reviewbot.csource.names import tears_down
from reviewbot.csource.sight import Sight
from reviewbot.csource.story import branch_off
from reviewbot.csource.tails import judged
from reviewbot.csource.values import Trail, roots

_LEAVES = (c.Return, c.Goto, c.Label, c.Break, c.Continue)


class Blame(Enum):
    """What the patch wrote of a fault that is there after it."""

    NOTHING = "nothing"  # it is not new, whatever the other side shows
    WAY = "way"  # one more way to it: new where its cause shows nowhere on the other side
    FAULT = "fault"


def blame(sight: Sight, leak: Leak) -> Blame:
    """A release that the patch removed counts as much as a taking that it wrote."""
    other = sight.other
    if other is None or _touches(sight, leak.site.call):
        return Blame.FAULT
    branch = branch_off(sight.function, leak.exit)
    cond = branch.node.expr if branch is not None else None
    lines = {leak.exit.line} | _way(leak.exit.trail, branch) | _asked(sight, cond)
    if lines.isdisjoint(sight.touched) and not _removed(other, leak):
        return Blame.NOTHING
    if cond is None or _asked(sight, cond).isdisjoint(sight.touched):
        return Blame.FAULT
    return Blame.FAULT if _key(sight, cond) in _ways(other) else Blame.WAY


def _touches(sight: Sight, expr: c.Expr) -> bool:
    return not sight.touched.isdisjoint(range(expr.line, expr.end_line + 1))


def _way(trail: Trail, branch: Trail | None) -> set[int]:
    """The lines of the condition that leads off, and of the gotos after it."""
    lines: set[int] = set()
    for at in trail.back():
        if at.what == "goto":
            lines.add(at.node.line)
        elif at is branch and at.node.expr is not None:
            return lines.union(range(at.node.line, at.node.expr.end_line + 1))
    return lines


def _asked(sight: Sight, cond: c.Expr | None) -> set[int]:
    """The lines of a condition and of the call whose verdict it asks for.

    A diff may show a new call with the `if` of the one above it, and leave it the old `if`.
    """
    if cond is None:
        return set()
    text = judged(sight.function, cond)
    calls = [e for e in sight.function.calls if e.text == text and e.line <= cond.line]
    return {n for expr in (cond, *calls[-1:]) for n in range(expr.line, expr.end_line + 1)}


def _ways(sight: Sight) -> set[tuple[str, str]]:
    """The conditions of a function, each with what it judges."""
    nodes = build(sight.function).nodes
    return {_key(sight, n.expr) for n in nodes if n.kind == "cond" and n.expr is not None}


def _key(sight: Sight, cond: c.Expr) -> tuple[str, str]:
    return judged(sight.function, cond), cond.text


def _removed(other: Sight, leak: Leak) -> bool:
    """Whether the patch removed a way out, or a call that may have given the thing back."""
    for stmt in other.function.statements:
        if stmt.line in other.touched and isinstance(stmt, _LEAVES):
            return True
    names = roots(leak.held.text)
    return any(
        _touches(other, call) and _may_give_back(other, call, leak, names)
        for call in other.function.calls
    )


def _may_give_back(other: Sight, call: c.Expr, leak: Leak, names: frozenset[str]) -> bool:
    fact = other.known(call.name)
    if fact is not None and any(r.resource == leak.resource.id for r in fact.releases):
        return True
    return tears_down(call.name) and any(roots(arg.text) & names for arg in call.args)

"""How a path came to its end, told in a few steps and in the names of the code."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from reviewbot.csource import syntax as c
from reviewbot.csource.conditions import read_test
from reviewbot.csource.events import Exit, Site
from reviewbot.csource.paths import Paths
from reviewbot.csource.values import ERR, NEG, POS, TRUE, ZERO, Trail

_LONG = 60
"""Longer pieces of code are cut in a sentence, characters."""


class Step(NamedTuple):
    """One step of a path: a line on the side that was walked, and what happens there."""

    line: int
    text: str


def brief(text: str) -> str:
    """A piece of code, cut to fit into a sentence."""
    return text if len(text) <= _LONG else text[: _LONG - 3] + "..."


def call_text(site: Site) -> str:
    """`foo()` for a call."""
    return f"{site.name}()"


def branch_text(expr: c.Expr, edge: bool, pointers: frozenset[str]) -> str:
    """What holds on one way out of a condition: `p is NULL`, `ret < 0`, `foo() failed`."""
    test = read_test(expr)
    if test is None:
        return f"{brief(expr.text)} is {'true' if edge else 'false'}"
    mask = test.yes if edge else test.no
    what = brief(test.expr.text)
    if test.expr.kind == "call":
        return f"{what} returns {'non-zero' if mask == TRUE else '0'}"
    if test.key != test.expr.text or test.expr.kind == "binary":
        return f"{brief(expr.text)} is {'true' if edge else 'false'}"
    pointer = test.key in pointers or test.expr.kind == "member"
    words = {
        ZERO: "is NULL" if test.key in pointers else "is 0",
        TRUE: "is not NULL" if test.key in pointers else "is not 0",
        NEG | ERR: "is negative",
        ZERO | POS: "is not negative",
        ERR: "is an error pointer" if pointer or test.key in pointers else "is negative",
        ZERO | ERR: "is NULL or an error pointer",
        POS: "is positive",
        NEG: "is negative",
    }
    return f"{what} {words[mask]}" if mask in words else _plain(expr, edge)


def _plain(expr: c.Expr, edge: bool) -> str:
    return f"{brief(expr.text)} is {'true' if edge else 'false'}"


def way_out(paths: Paths, trail: Trail | None, since: int = -1) -> Iterator[Step]:
    """The last condition and the gotos that lead to the end of a trail.

    `since` is the call site after which the story starts; -1 for the function's entry.
    """
    steps: list[Step] = []
    branch = False
    for at in trail.back() if trail is not None else ():
        if at.what in ("acquire", "freed", "done") and at.site == since:
            break
        if at.what == "goto" and isinstance(at.node.stmt, c.Goto):
            steps.append(Step(at.node.line, f"goto {at.node.stmt.label}"))
        elif at.what == "branch" and not branch and at.node.expr is not None:
            branch = True
            text = branch_text(at.node.expr, at.edge is True, paths.pointers)
            steps.append(Step(at.node.line, text))
    return reversed(steps)


def last_branch(trail: Trail | None, without: frozenset[int] = frozenset()) -> Trail | None:
    """The last condition that the path took, but for those that stand on these lines."""
    for at in trail.back() if trail is not None else ():
        if at.what == "branch" and at.node.line not in without:
            return at
    return None


def branch_off(function: c.Function, exit: Exit) -> Trail | None:
    """The condition that leads off to the end: the one above the goto into the function's tail.

    What is asked below the label (`if (foo->buf) kfree(foo->buf);`) belongs to the way out,
    unless what is returned is written there.
    """
    last = last_branch(exit.trail)
    value = exit.value.text if exit.value is not None else ""
    labels = {s.name: s.line for s in function.body.body if isinstance(s, c.Label)}
    goto = 0
    for at in exit.trail.back():
        if at.what == "branch" and goto:
            return at
        if at.what == "goto" and isinstance(at.node.stmt, c.Goto):
            start = labels.get(at.node.stmt.label, 0)
            if start < at.node.line or _is_written(function, value, start, exit.line):
                return last
            goto = at.node.line
    return last


def _is_written(function: c.Function, name: str, first: int, last: int) -> bool:
    return any(
        first <= expr.line <= last and expr.parts[0].text == name for expr in function.assignments
    )


def last_goto(trail: Trail | None) -> c.Goto | None:
    """The last goto before the end, None where the path fell through or returned."""
    for at in trail.back() if trail is not None else ():
        if at.what == "goto" and isinstance(at.node.stmt, c.Goto):
            return at.node.stmt
        if at.what == "branch":
            return None
    return None


def exit_shape(exit: Exit, without: frozenset[int] = frozenset()) -> tuple[str, ...]:
    """What tells this exit from the others, without line numbers.

    Conditions `without` whose lines it is told are passed over.
    """
    branch, goto = last_branch(exit.trail, without), last_goto(exit.trail)
    condition = ""
    if branch is not None and branch.node.expr is not None:
        test = read_test(branch.node.expr)
        condition = f"{test.key if test else branch.node.expr.text} {branch.edge}"
    return (
        condition,
        goto.label if goto is not None else "",
        exit.value.text if exit.value is not None else "",
    )

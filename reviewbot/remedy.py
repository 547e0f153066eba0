"""Where the code gives back what a path leaves behind: the call, its label, the path it left."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from reviewbot.csource.events import Exit
from reviewbot.csource.facts import Kind, Resource
from reviewbot.csource.leaks import Leak, Sure, leaks
from reviewbot.csource.sight import Sight
from reviewbot.csource.story import last_branch
from reviewbot.csource.summaries import Known
from reviewbot.csource.syntax import (
    Expr,
    ExprStmt,
    Function,
    Goto,
    Guard,
    Guarded,
    Label,
    Return,
    Stmt,
    expressions,
)
from reviewbot.csource.tails import Dropped

_HELD = (Kind.MEMORY, Kind.REFERENCE, Kind.ENABLE, Kind.LOCK, Kind.CONTEXT, Kind.OBJECT)


class Remedy(NamedTuple):
    """A call that gives the thing back, and the label below that leads to it; "" for none.

    `before`: only the side before the patch makes the call.
    """

    call: Expr | None = None
    label: str = ""
    before: bool = False


def leak_remedy(sight: Sight, leak: Leak) -> Remedy:
    """How another path gives back what this one leaves behind, on this side or on the other."""
    here = releases(sight, leak)
    later = [call for call in here if call.line > leak.site.call.line]
    if later:
        branch = last_branch(leak.exit.trail)
        after = branch.node.line if branch is not None else leak.site.call.line
        passed = set(_gotos(leak.exit))
        labels = [(call, label_of(sight.function, call, after)) for call in later]
        return next(
            (Remedy(call, label) for call, label in labels if label and label not in passed),
            Remedy(later[0]),
        )
    there = list(releases(sight.other, leak)) if sight.other is not None and not here else []
    return Remedy(there[0], before=True) if there else Remedy()


def told_as_leak(sight: Sight, lost: Dropped) -> bool:
    """Whether the same path, by what it holds now and did not before, is surely a leak as well."""
    now = _left(sight, lost, guesses=lost.doubtful)
    before = _left(sight.other, lost) if sight.other is not None else []
    return not before and any(not lost.failing or _passes(leak.exit, lost.line) for leak in now)


def _left(sight: Sight, lost: Dropped, guesses: bool = False) -> list[Leak]:
    """The leaks of what the dropped call gives back, so far as they are sure, or all of them."""
    return [
        leak
        for leak in leaks(sight, *_HELD)
        if (guesses or leak.sure is Sure.CONTRASTED)
        and _gives(sight.known, lost.call, leak.resource, leak.held.text)
    ]


def _passes(exit: Exit, line: int) -> bool:
    return any(at.what == "branch" and at.node.line == line for at in exit.trail.back())


def label_of(function: Function, call: Expr, after: int) -> str:
    """The label right above a call in the tail of a function, if it stands below line `after`.

    "" where there is none, where the call hangs on a condition, and where the function has
    scoped clean-up, which does not go together with gotos.
    """
    if any(isinstance(stmt, (Guard, Guarded)) for stmt in function.statements):
        return ""
    label: Label | None = None
    for stmt in function.body.body:
        if isinstance(stmt, Label):
            label = stmt
        elif _is_the_call(stmt, call):
            return label.name if label is not None and label.line > after else ""
        elif isinstance(stmt, (Return, Goto)):
            label = None
    return ""


def stands_below_label(function: Function, call: Expr) -> bool:
    """Whether a call stands below a label in the tail of a function."""
    return label_of(function, call, 0) != ""


def table_undoer(sight: Sight, resource: Resource) -> str:
    """The function of the tables that gives this sort of thing back; "" for none or several."""
    names = sight.facts.undoers.get(resource.id, ())
    return f"{names[0]}()" if len(names) == 1 else ""


def _gotos(exit: Exit) -> Iterable[str]:
    stmts = (at.node.stmt for at in exit.trail.back() if at.what == "goto")
    return (stmt.label for stmt in stmts if isinstance(stmt, Goto))


def _is_the_call(stmt: Stmt, call: Expr) -> bool:
    return isinstance(stmt, ExprStmt) and any(each is call for each in _calls(stmt))


def _calls(stmt: Stmt) -> Iterable[Expr]:
    return (each for expr in expressions(stmt) for each in expr.walk() if each.kind == "call")


def releases(sight: Sight, leak: Leak) -> list[Expr]:
    """The calls of this side that give back what leaks, by its name there."""
    known, thing, text = sight.known, leak.resource, leak.held.text
    return [call for call in sight.function.calls if _gives(known, call, thing, text)]


def _gives(known: Known, call: Expr, resource: Resource, text: str) -> bool:
    """Whether a call gives back this thing by this name, or by a member that stands for it."""
    fact = known(call.name) if call.name else None
    releases = [r for r in fact.releases if r.resource == resource.id] if fact is not None else []
    if not releases or resource.singleton:
        return bool(releases)
    names = {text, *(f"&{text}{dot}{via}" for via in resource.via for dot in ("->", "."))}
    places = [r.where for r in releases if 0 < r.where <= len(call.args)]
    return any(call.args[place - 1].bare.text in names for place in places)

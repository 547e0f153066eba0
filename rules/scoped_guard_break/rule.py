"""A break or continue that was meant for a loop or switch, and only leaves a scoped_guard().

Source: include/linux/cleanup.h: scoped_guard() is a `for` loop that runs once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from reviewbot.rule import Claim, Confidence, Need, Note, Rule, Severity, Sight, syntax

_Jump = syntax.Break | syntax.Continue
_LOOPS = (syntax.Loop, syntax.Iterate)


class _Leaving(NamedTuple):
    """A jump, the condition it stands under ("" for none) and the guards that it leaves first."""

    jump: _Jump
    cond: str
    guards: tuple[syntax.Guarded, ...]


def check(sight: Sight) -> Iterable[Claim]:
    before = sight.other.function.statements if sight.other is not None else ()
    was = {(type(left.jump), left.cond) for left in _jumps(before) if not left.guards}
    for outer in sight.function.statements:
        for left in _jumps([outer]):
            if left.guards and _meant(outer, left, (type(left.jump), left.cond) in was):
                yield _claim(sight, outer, left)


def _jumps(stmts: Iterable[syntax.Stmt]) -> Iterator[_Leaving]:
    """The jumps that stand directly in these loops and switches, or in their guards."""
    for stmt in stmts:
        if isinstance(stmt, (*_LOOPS, syntax.Switch)):
            yield from _inside(stmt.body, _Leaving(syntax.Break(0, 0), "", ()), stmt)


def _inside(stmt: syntax.Stmt, at: _Leaving, outer: syntax.Stmt) -> Iterator[_Leaving]:
    match stmt:
        case syntax.Break():
            yield at._replace(jump=stmt)
        case syntax.Continue() if not isinstance(outer, syntax.Switch):
            yield at._replace(jump=stmt)
        case syntax.Loop() | syntax.Iterate() | syntax.Switch():
            return
        case syntax.If(cond=cond, then=then, other=other):
            yield from _inside(then, at._replace(cond=cond.text), outer)
            if other is not None:
                yield from _inside(other, at._replace(cond=f"!({cond.text})"), outer)
        case syntax.Guarded(body=body):
            yield from _inside(body, at._replace(guards=(*at.guards, stmt)), outer)
        case _:
            for inner in syntax.inner_statements(stmt):
                yield from _inside(inner, at, outer)


def _meant(outer: syntax.Stmt, left: _Leaving, was: bool) -> bool:
    """Whether the jump was meant for what stands around the guard.

    A break may end a guard early on purpose, so that the patch must have moved it there; but
    nobody writes continue for that, nor lets one case of a switch run into the next.
    """
    end = left.guards[0].end_line
    below = [s for s in syntax.statements(outer) if s.line > end]
    if isinstance(outer, syntax.Switch):
        return bool(below) and isinstance(below[0], syntax.Case) and below[0].value is not None
    if isinstance(left.jump, syntax.Continue):
        return any(not isinstance(stmt, syntax.Elided) for stmt in below)
    return was


def _claim(sight: Sight, outer: syntax.Stmt, left: _Leaving) -> Claim:
    word = "break" if isinstance(left.jump, syntax.Break) else "continue"
    guard = left.guards[0]
    text = f"{guard.macro}({guard.type})"
    what = "switch" if isinstance(outer, syntax.Switch) else "loop"
    function = sight.function.name
    return Claim(
        line=left.jump.line,
        end_line=left.jump.line,
        message=f"{word} in {function}() leaves {text}, not the {what} around it",
        shape=(word, left.cond, text, what),
        trace=(
            Note(outer.line, f"the {what} starts"),
            Note(guard.line, f"{text} is a loop that runs once"),
            Note(left.jump.line, f"{word} ends that one round"),
        ),
        words=(("function", function), ("word", word), ("scope", text), ("what", what)),
    )


RULE = Rule(
    title="break or continue caught by a scoped guard",
    category="guard",
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    needs=Need.DIFF,
    source="include/linux/cleanup.h, scoped_guard()",
    check=check,
)

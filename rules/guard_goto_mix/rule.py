"""A function that cleans up both by goto and by scope: two orders that must be read together.

Source: include/linux/cleanup.h, which expects that "goto" and clean-up helpers are never mixed
in one function.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from reviewbot.rule import Claim, Confidence, Need, Note, Rule, Severity, Sight, syntax

_RETRIES = ("retry", "again", "restart", "repeat", "redo", "next", "skip", "continue")


class _Scope(NamedTuple):
    """A clean-up by scope: the statement, what was written, and all that stands in the scope."""

    stmt: syntax.Stmt
    text: str
    inside: tuple[syntax.Stmt, ...]


class _Mix(NamedTuple):
    """A goto that is taken inside a scope, and which of the two is the place."""

    goto: syntax.Goto
    scope: _Scope
    place: syntax.Stmt

    @property
    def leaves(self) -> bool:
        """Whether the goto jumps out of the body of a scoped_guard or a scoped loop."""
        return isinstance(self.scope.stmt, (syntax.Guarded, syntax.Iterate))


def check(sight: Sight) -> Iterable[Claim]:
    order = sight.function.statements
    scopes = [scope for stmt in order for scope in _scopes(stmt, sight)]
    gotos = _unwinding(order) if scopes else []
    pairs = [(goto, scope) for goto in gotos for scope in scopes if goto in scope.inside]
    if pairs:
        yield _claim(sight, _mix(sight, pairs), len(gotos) == 1)


def _unwinding(order: tuple[syntax.Stmt, ...]) -> list[syntax.Goto]:
    """Forward gotos to where something is undone. Out of sight, the label's name must tell."""
    places = {stmt.name: at for at, stmt in enumerate(order) if isinstance(stmt, syntax.Label)}
    below = {
        label.name: block.body[at + 1 :]
        for block in order
        if isinstance(block, syntax.Block)
        for at, label in enumerate(block.body)
        if isinstance(label, syntax.Label)
    }
    return [
        stmt
        for at, stmt in enumerate(order)
        if isinstance(stmt, syntax.Goto)
        and _forward(stmt.label, at, places)
        and not _goes_on(below.get(stmt.label, ()))
        and not _only_returns(below.get(stmt.label, ()))
        and not _ends_a_round(stmt, order)
    ]


def _goes_on(below: tuple[syntax.Stmt, ...]) -> bool:
    """Whether below a label the work continues: what is called there can fail and return."""
    called = False
    for stmt in below:
        if called and isinstance(stmt, syntax.If) and _returns(stmt):
            return True
        called = isinstance(stmt, syntax.ExprStmt) and _assigns_call(stmt.expr)
    return False


def _only_returns(below: tuple[syntax.Stmt, ...]) -> bool:
    """Whether nothing stands below a label but `return`: a goto to it unwinds nothing."""
    left = [stmt for stmt in below if not isinstance(stmt, syntax.Label)]
    return bool(left) and isinstance(left[0], syntax.Return)


def _ends_a_round(goto: syntax.Goto, order: tuple[syntax.Stmt, ...]) -> bool:
    """Whether the label stands in a loop that the goto does not leave."""
    loops = (stmt for stmt in order if isinstance(stmt, (syntax.Loop, syntax.Iterate)))
    bodies = (syntax.statements(loop.body) for loop in loops)
    return any(
        goto in body and any(isinstance(s, syntax.Label) and s.name == goto.label for s in body)
        for body in bodies
    )


def _returns(stmt: syntax.Stmt) -> bool:
    return any(isinstance(inner, syntax.Return) for inner in syntax.statements(stmt))


def _assigns_call(expr: syntax.Expr) -> bool:
    return expr.kind == "assign" and expr.parts[1].bare.kind == "call"


def _forward(label: str, at: int, places: dict[str, int]) -> bool:
    if label in places:
        return places[label] > at
    return not any(word in label for word in _RETRIES)


def _scopes(stmt: syntax.Stmt, sight: Sight) -> Iterator[_Scope]:
    """The scopes that a statement opens: its own body, or from its declarations to its end."""
    match stmt:
        case syntax.Block(body=body):
            for at, declared in enumerate(body):
                text = _declares(declared)
                if text:
                    below = (inner for s in body[at + 1 :] for inner in syntax.statements(s))
                    yield _Scope(declared, text, tuple(below))
        case syntax.Guarded(macro=macro, type=kind, body=body):
            yield _Scope(stmt, f"{macro}({kind})", tuple(syntax.statements(body)))
        case syntax.Iterate(macro=macro, body=body) if _releases(macro, sight):
            yield _Scope(stmt, f"{macro}()", tuple(syntax.statements(body)))


def _declares(stmt: syntax.Stmt) -> str:
    match stmt:
        case syntax.Guard(macro=macro, type=kind):
            return f"{macro}({kind})"
        case syntax.Declare(cleanup=kind) if kind:
            return f"__free({kind})"
    return ""


def _releases(macro: str, sight: Sight) -> bool:
    known = sight.facts.iterators.get(macro)
    return known.scoped if known is not None else macro.endswith("_scoped")


def _mix(sight: Sight, pairs: list[tuple[syntax.Goto, _Scope]]) -> _Mix:
    """A goto that leaves a scope's body says most; else the half that the patch added."""
    gotos = [_Mix(goto, scope, goto) for goto, scope in pairs]
    leaving = [mix for mix in gotos if mix.leaves]
    if leaving:
        return min(leaving, key=lambda mix: not _touched(sight, mix.goto))
    scopes = [_Mix(goto, scope, scope.stmt) for goto, scope in pairs]
    return min([*scopes, *gotos], key=lambda mix: not _touched(sight, mix.place))


def _touched(sight: Sight, stmt: syntax.Stmt) -> bool:
    return stmt.line in sight.touched


def _claim(sight: Sight, mix: _Mix, single: bool) -> Claim:
    function, label = sight.function.name, mix.goto.label
    how = "out of" if mix.leaves else "beside"
    steps = (
        Note(mix.scope.stmt.line, f"{mix.scope.text} cleans up when its scope ends"),
        Note(mix.goto.line, f"goto {label} unwinds by label"),
    )
    return Claim(
        line=mix.place.line,
        end_line=mix.place.line,
        message=f"{function}() uses goto {label} {how} {mix.scope.text}",
        shape=("goto and clean-up by scope",),
        trace=tuple(sorted(steps, key=lambda step: step.line)),
        words=(
            ("function", function),
            ("label", label),
            ("scope", mix.scope.text),
            ("remedy", _remedy(mix, single and sight.function.whole)),
        ),
    )


def _remedy(mix: _Mix, single: bool) -> str:
    """Which of the remedies that authors took fits here; the comment words it."""
    match mix.scope.stmt:
        case syntax.Guarded() | syntax.Iterate():
            return "move"
        case syntax.Declare():
            return "repeat" if single else "free"
    return "repeat" if single else "outer"


RULE = Rule(
    title="goto and scope-based clean-up mixed in one function",
    category="guard",
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    needs=Need.DIFF,
    source="include/linux/cleanup.h, DOC: scope-based cleanup helpers",
    check=check,
)

"""A function that cleans up both by goto and by scope: two orders that must be read together.

Source: include/linux/cleanup.h, which expects that "goto" and clean-up helpers are never mixed
in one function.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from reviewbot.rule import Claim, Confidence, Need, Note, Rule, Severity, Sight, syntax

_RETRIES = ("retry", "again", "restart", "repeat", "redo")


class _Scope(NamedTuple):
    """A clean-up by scope: the statement, what was written, and its body if it has its own."""

    stmt: syntax.Stmt
    text: str
    body: syntax.Stmt | None = None


class _Mix(NamedTuple):
    """The goto and the scope that show the mix best, and which of the two is the place."""

    goto: syntax.Goto
    scope: _Scope
    place: syntax.Stmt

    @property
    def leaves(self) -> bool:
        """Whether the goto jumps out of the body of a scoped_guard or a scoped loop."""
        return self.scope.body is not None and _holds(self.scope.body, self.goto)


def check(sight: Sight) -> Iterable[Claim]:
    order = tuple(syntax.statements(sight.function.body))
    gotos = _unwinding(order)
    scopes = [scope for stmt in order for scope in _scope(stmt, sight)]
    if gotos and scopes:
        yield _claim(sight, _mix(sight, gotos, scopes), len(gotos) == 1)


def _unwinding(order: tuple[syntax.Stmt, ...]) -> list[syntax.Goto]:
    """Forward gotos to where the function ends. Out of sight, the label's name must tell."""
    places = {stmt.name: at for at, stmt in enumerate(order) if isinstance(stmt, syntax.Label)}
    goes_on = {
        label.name
        for block in order
        if isinstance(block, syntax.Block)
        for at, label in enumerate(block.body)
        if isinstance(label, syntax.Label) and _goes_on(block.body[at + 1 :])
    }
    return [
        stmt
        for at, stmt in enumerate(order)
        if isinstance(stmt, syntax.Goto)
        and _forward(stmt.label, at, places)
        and stmt.label not in goes_on
    ]


def _goes_on(below: tuple[syntax.Stmt, ...]) -> bool:
    """Whether below a label the work continues: what is called there can fail and return."""
    called = False
    for stmt in below:
        if called and isinstance(stmt, syntax.If) and _returns(stmt):
            return True
        called = isinstance(stmt, syntax.ExprStmt) and _assigns_call(stmt.expr)
    return False


def _returns(stmt: syntax.Stmt) -> bool:
    return any(isinstance(inner, syntax.Return) for inner in syntax.statements(stmt))


def _assigns_call(expr: syntax.Expr) -> bool:
    return expr.kind == "assign" and expr.parts[1].bare.kind == "call"


def _forward(label: str, at: int, places: dict[str, int]) -> bool:
    if label in places:
        return places[label] > at
    return not any(word in label for word in _RETRIES)


def _scope(stmt: syntax.Stmt, sight: Sight) -> Iterator[_Scope]:
    match stmt:
        case syntax.Guard(macro=macro, type=kind):
            yield _Scope(stmt, f"{macro}({kind})")
        case syntax.Guarded(macro=macro, type=kind, body=body):
            yield _Scope(stmt, f"{macro}({kind})", body)
        case syntax.Declare(cleanup=kind) if kind:
            yield _Scope(stmt, f"__free({kind})")
        case syntax.Iterate(macro=macro, body=body) if _releases(macro, sight):
            yield _Scope(stmt, f"{macro}()", body)


def _releases(macro: str, sight: Sight) -> bool:
    known = sight.facts.iterators.get(macro)
    return known.scoped if known is not None else macro.endswith("_scoped")


def _mix(sight: Sight, gotos: list[syntax.Goto], scopes: list[_Scope]) -> _Mix:
    """A goto that leaves a scope's body says most; else the half that the patch added."""
    pairs = [_Mix(goto, scope, goto) for goto in gotos for scope in scopes]
    leaving = [pair for pair in pairs if pair.leaves]
    if leaving:
        return min(leaving, key=lambda pair: pair.goto.line not in sight.touched)
    by_scope = [_Mix(_next(gotos, scope), scope, scope.stmt) for scope in scopes]
    choice = [*by_scope, *pairs]
    return min(choice, key=lambda pair: not _touched(sight, pair.place))


def _next(gotos: list[syntax.Goto], scope: _Scope) -> syntax.Goto:
    """The first goto below the scope's start; the last one above it, where there is none."""
    return next((goto for goto in gotos if goto.line > scope.stmt.line), gotos[-1])


def _holds(body: syntax.Stmt, goto: syntax.Goto) -> bool:
    return any(stmt is goto for stmt in syntax.statements(body))


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
            return "move" if mix.leaves else "plain"
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

"""A __free() variable that is declared without its value.

Source: include/linux/cleanup.h: "always define and assign variables in one statement".
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from reviewbot.rule import Claim, Confidence, Need, Note, Rule, Severity, Sight, syntax

_PLAIN = frozenset("kfree kvfree vfree bitmap free_page free_pages kfree_sensitive".split())
"""Classes that only free memory: under a lock or not makes no difference to them."""


def check(sight: Sight) -> Iterable[Claim]:
    for block in sight.function.statements:
        if isinstance(block, syntax.Block):
            for at, stmt in enumerate(block.body):
                if isinstance(stmt, syntax.Declare) and stmt.cleanup:
                    yield from _declared(sight.function, stmt, block.body[at + 1 :])


def _declared(
    function: syntax.Function, stmt: syntax.Declare, after: tuple[syntax.Stmt, ...]
) -> Iterator[Claim]:
    text = f"{stmt.name} __free({stmt.cleanup})"
    if stmt.value is None:
        yield _claim(stmt, f"{text} is declared without a value", "no value", Confidence.MEDIUM, ())
    elif stmt.value.text == "NULL" and stmt.cleanup not in _PLAIN:
        guard = _set_under_guard(stmt.name, after)
        if guard is not None:
            message = f"{text} is declared before guard({guard.type}), so it is released after it"
            notes = (
                Note(stmt.line, f"{text} starts as NULL"),
                Note(guard.line, f"guard({guard.type}) is taken, and {stmt.name} set under it"),
            )
            yield _claim(stmt, message, "order", Confidence.LOW, notes)


def _set_under_guard(name: str, after: tuple[syntax.Stmt, ...]) -> syntax.Guard | None:
    """The guard of the same scope that is held where the variable gets its value."""
    guard: syntax.Guard | None = None
    for stmt in after:
        if isinstance(stmt, syntax.Guard):
            guard = guard or stmt
        for inner in syntax.statements(stmt):
            for expr in syntax.expressions(inner):
                for part in expr.walk():
                    if part.kind == "assign" and part.parts[0].text == name:
                        return guard
    return None


def _claim(
    stmt: syntax.Declare, message: str, kind: str, sure: Confidence, notes: tuple[Note, ...]
) -> Claim:
    return Claim(
        line=stmt.line,
        end_line=stmt.end_line,
        message=message,
        shape=(kind, stmt.name, stmt.cleanup),
        trace=notes,
        confidence=sure,
        words=(("name", stmt.name), ("cleanup", stmt.cleanup), ("kind", kind)),
    )


RULE = Rule(
    title="clean-up variable declared without its value",
    category="guard",
    severity=Severity.MEDIUM,
    confidence=Confidence.MEDIUM,
    needs=Need.DIFF,
    source="include/linux/cleanup.h",
    check=check,
)

"""The patch takes away the only test of a pointer for NULL, and what the test guarded stays.

Source: CWE-476; Documentation/process/submitting-patches.rst asks to say why a change is safe.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from reviewbot.rule import (
    Claim,
    Confidence,
    Failure,
    Need,
    Note,
    Rule,
    Severity,
    Sight,
    syntax,
)

_NEVER_NULL = frozenset("container_of netdev_priv list_first_entry list_entry ERR_PTR".split())


def check(sight: Sight) -> Iterable[Claim]:
    other = sight.other
    if other is None or not (sight.paths.complete and other.paths.complete):
        return
    risky = {use.key for use in other.paths.uses if use.kind == "null"}
    for key in sorted(other.paths.tested - sight.paths.tested - risky):
        test, use = _test_line(other, key), _first_use(sight, key)
        if test and use is not None and _still(sight, other, key, use, test):
            yield _claim(sight, key, use)


def _test_line(other: Sight, key: str) -> int:
    """Where the other side tests the pointer, if the patch is what tells the sides apart."""
    lines = [
        expr.line
        for stmt in other.function.statements
        if isinstance(stmt, (syntax.If, syntax.Loop)) and stmt.cond is not None
        for expr in stmt.cond.walk()
        if expr.bare.text == key
    ]
    first = min(lines, default=0)
    return first if first in other.touched else 0


def _first_use(sight: Sight, key: str) -> syntax.Expr | None:
    """The first dereference of the pointer in the order of the text."""
    for expr in sight.function.expressions:
        if expr.kind == "member" and expr.op == "->" and expr.parts[0].bare.text == key:
            return expr
        if expr.kind == "unary" and expr.op == "*" and expr.parts[0].bare.text == key:
            return expr
    return None


def _still(sight: Sight, other: Sight, key: str, use: syntax.Expr, test: int) -> bool:
    """Whether the use is one that the test guarded, of a value that has not changed."""
    there = _first_use(other, key)
    if there is None or there.line < test:
        return False
    if _mentioned_in_tests(sight, key) or _values(sight, key) != _values(other, key):
        return False
    return not any(_never_null(sight, value) for value in _sources(sight, key))


def _mentioned_in_tests(sight: Sight, key: str) -> bool:
    """Whether this side asks for the pointer in some other way: IS_ERR(), a helper, a macro."""
    for stmt in sight.function.statements:
        if isinstance(stmt, (syntax.If, syntax.Loop)) and stmt.cond is not None:
            for expr in stmt.cond.walk():
                if expr.kind == "call" and any(arg.bare.text == key for arg in expr.args):
                    return True
    return False


def _values(sight: Sight, key: str) -> list[str]:
    return sorted(value.text for value in _sources(sight, key))


def _sources(sight: Sight, key: str) -> Iterator[syntax.Expr]:
    for stmt in sight.function.statements:
        if isinstance(stmt, syntax.Declare) and stmt.name == key and stmt.value is not None:
            yield stmt.value.bare
    for expr in sight.function.expressions:
        if expr.kind == "assign" and expr.parts[0].text == key:
            yield expr.parts[1].bare


def _never_null(sight: Sight, value: syntax.Expr) -> bool:
    if value.kind == "unary" and value.op == "&":
        return True
    if value.kind != "call":
        return False
    return value.name in _NEVER_NULL or sight.failure(value.name) in (
        Failure.ERR_PTR,
        Failure.NEVER,
    )


def _claim(sight: Sight, key: str, use: syntax.Expr) -> Claim:
    return Claim(
        line=use.line,
        end_line=use.end_line,
        message=f"{key} is no longer compared with NULL, and is still dereferenced",
        shape=("check-removed", key),
        trace=(
            Note(use.line, f"{key} is dereferenced"),
            Note(use.line, f"no test of {key} for NULL is left in {sight.function.name}()"),
        ),
        words=(("function", sight.function.name), ("pointer", key)),
        group=key,
    )


RULE = Rule(
    title="check for NULL removed, use kept",
    category="null",
    severity=Severity.MEDIUM,
    confidence=Confidence.MEDIUM,
    needs=Need.FUNCTION,
    source="CWE-476",
    check=check,
)

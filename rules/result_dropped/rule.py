"""A call's verdict is thrown away on this side of the patch, and looked at on the other.

Source: Documentation/process/coding-style.rst, 16) Function return values and names.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

from reviewbot.rule import (
    ZERO,
    Claim,
    Confidence,
    Need,
    Rule,
    Severity,
    Sight,
    returns_code,
    syntax,
)

_VERDICTS = frozenset("ret rc err error retval rval rv r res result status ret1 ret2".split())

_PASSES_ON = frozenset(["dev_err_probe", "dev_warn_probe"])
"""They return what they are given, so that their callers need not: nothing is lost."""

_TELLS = re.compile(
    r"^sock_error$|xchg|^test_and_|_and_test(?:_|$)|_fetch_|^(?:cpumask|nodemask|bitmap)_"
    r"|(?:^|_)notify(?:_|$)"
)
"""They do something, and tell besides what was there or what is left: no verdict on themselves. Or
they tell others of what is done by then, whoever may listen: foo_notify()."""


def check(sight: Sight) -> Iterable[Claim]:
    if sight.other is None or not returns_code(sight.function):
        return
    dropped = [
        stmt.expr
        for stmt in sight.function.statements
        if isinstance(stmt, syntax.ExprStmt) and stmt.expr.kind == "call"
    ]
    there = Counter(_heard(sight.other.function))
    here = Counter(_heard(sight.function))
    ignored = Counter(_ignored(sight.other.function))
    for call in dropped:
        name = call.name
        if there[name] <= here[name] or ignored[name]:
            continue
        if _is_another(call, sight.other.function) or _TELLS.search(name):
            continue
        if _says_nothing(sight, name):
            continue
        yield Claim(
            line=call.line,
            end_line=call.end_line,
            message=f"what {name}() returns is not looked at, though it was",
            shape=("dropped", name),
            words=(("function", sight.function.name), ("call", f"{name}()")),
            group=name,
        )


def _is_another(call: syntax.Expr, there: syntax.Function) -> bool:
    """Whether the other side never makes this very call: the function has changed as well."""
    return all(one.text != call.text for one in there.calls)


def _heard(function: syntax.Function) -> Iterable[str]:
    """The calls whose verdict is returned, tested or kept in a variable for verdicts."""
    for stmt in function.statements:
        if isinstance(stmt, syntax.Return) and stmt.value is not None:
            yield from _call(stmt.value)
        elif isinstance(stmt, syntax.If):
            yield from _asked(stmt.cond)
        elif isinstance(stmt, syntax.Declare) and stmt.name in _VERDICTS:
            yield from _call(stmt.value) if stmt.value is not None else ()
    for expr in function.assignments:
        if expr.parts[0].text in _VERDICTS:
            yield from _call(expr.parts[1])


def _call(expr: syntax.Expr) -> Iterable[str]:
    if expr.bare.kind == "call" and expr.bare.name:
        yield expr.bare.name


def _asked(cond: syntax.Expr) -> Iterable[str]:
    """The calls that a condition is made of: `f() < 0 || !g()`."""
    cond = cond.bare
    if cond.kind in ("binary", "unary"):
        for part in cond.parts:
            yield from _asked(part)
    else:
        yield from _call(cond)


def _ignored(function: syntax.Function) -> Iterable[str]:
    for stmt in function.statements:
        if isinstance(stmt, syntax.ExprStmt):
            yield from _call(stmt.expr)


def _says_nothing(sight: Sight, name: str) -> bool:
    """Whether the call has no verdict on this side, as far as the patch and the file show."""
    if name in _PASSES_ON or name.isupper():  # WARN_ON(x) is a question, not a verdict
        return True
    texts = [file.text for file in (*sight.side.files.values(), *sight.side.earlier.values())]
    void = rb"\bvoid\s+(?:__\w+\s+)*%s\s*\(" % re.escape(name).encode()
    return any(re.search(void, text) for text in texts) or sight.may_return(name) == ZERO


RULE = Rule(
    title="return value no longer looked at",
    category="error-code",
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    needs=Need.DIFF,
    source="Documentation/process/coding-style.rst, 16)",
    check=check,
)

"""A pointer that was tested for NULL on the other side of the patch, and is used untested here.

Source: the pre-image: it held the check necessary.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from reviewbot.rule import (
    Claim,
    Confidence,
    Need,
    Note,
    Rule,
    Severity,
    Sight,
    lost_answers,
    lost_guards,
    lost_looks,
    syntax,
    values_of,
)

_PRIVATE = re.compile(r"(?:drvdata|priv|private|private_data|driver_data|dev_data|platdata)$")
"""So end the names of what a driver has put there itself before it could be called."""


def check(sight: Sight) -> Iterable[Claim]:
    seen = set()
    for key, use in lost_looks(sight):
        seen.add(key)
        yield _claim(key, use.expr, use.via, _sure(sight, key))
    guards = list(lost_guards(sight))
    for guard in guards:
        if guard.key not in seen:
            yield _claim(guard.key, guard.use, None, _sure(sight, guard.key))
    seen |= {guard.key for guard in guards}
    for answer in lost_answers(sight):
        told = any(use.kind == "null" and use.key == answer.key for use in sight.paths.uses)
        if answer.key not in seen and not told:
            yield _claim_answer(answer.key, answer.giver, answer.use)


def _sure(sight: Sight, key: str) -> Confidence:
    """Less of what the callers, or whoever registered the function, may well have settled."""
    if any(key == parameter.name for parameter in sight.function.params):
        return Confidence.MEDIUM
    if _asked_with_parameter(sight, key):
        return Confidence.MEDIUM
    values = values_of(sight.function, key)
    own = any(_PRIVATE.search(value.name or value.text) for value in values)
    return Confidence.MEDIUM if own else Confidence.HIGH


def _asked_with_parameter(sight: Sight, key: str) -> bool:
    """Whether the test has gone together with that of the parameter that it hangs on: `if (!dev ||
    !dev->raw)` asks whether the function was called rightly."""
    root = key.partition("->")[0]
    if root == key or all(parameter.name != root for parameter in sight.function.params):
        return False
    other = sight.other.function.statements if sight.other is not None else ()
    here = {stmt.cond.text for stmt in sight.function.statements if isinstance(stmt, syntax.If)}
    return any(
        isinstance(stmt, syntax.If)
        and stmt.cond.text not in here
        and {f"!{root}", f"!{key}"} <= {expr.text for expr in stmt.cond.walk()}
        for stmt in other
    )


def _claim(key: str, expr: syntax.Expr, via: syntax.Expr | None, sure: Confidence) -> Claim:
    where = via or expr
    how = f"handed to {via.name}()" if via else "dereferenced"
    return Claim(
        line=where.line,
        end_line=where.end_line,
        message=f"{key} was tested for NULL before this patch, and is now {how} untested",
        shape=("check dropped", key),
        trace=(Note(where.line, f"{key} is {how}"),),
        confidence=sure,
        words=(("pointer", key), ("how", how)),
    )


def _claim_answer(key: str, giver: syntax.Expr, use: syntax.Expr) -> Claim:
    how = "stored" if use.kind == "assign" else f"handed to {use.name or 'a callback'}()"
    told = f"{giver.name}() can return NULL, which was tested before this patch"
    return Claim(
        line=giver.line,
        end_line=giver.end_line,
        message=f"{told}, and {key} is now {how} untested",
        shape=("check dropped", key),
        trace=(
            Note(giver.line, f"{giver.name}() may give NULL"),
            Note(use.line, f"{key} is {how}"),
        ),
        confidence=Confidence.HIGH,
        words=(("pointer", key), ("how", how)),
    )


RULE = Rule(
    title="a check for NULL is gone while the pointer is still used",
    category="null",
    severity=Severity.MEDIUM,
    confidence=Confidence.MEDIUM,
    needs=Need.FUNCTION,
    source="the side of the patch that has the check",
    check=check,
)

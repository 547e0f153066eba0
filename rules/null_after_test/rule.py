"""A path that found a pointer to be NULL dereferences it all the same.

Source: CWE-476.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from reviewbot.rule import (
    ZERO,
    Claim,
    Confidence,
    Need,
    Note,
    Rule,
    Severity,
    Sight,
    Use,
    read_test,
    syntax,
    use_claim,
)


def check(sight: Sight) -> Iterable[Claim]:
    for use in sight.paths.uses:
        if use.kind != "null" or use.val.mask != ZERO or use.val.tested < 0:
            continue  # `p = NULL` first and a loop that fills it says little
        if _told_by_another(sight, use):
            continue
        yield use_claim(
            sight, use, f"{use.key} is NULL on this path, and is used", _sure(sight, use)
        )
    yield from _asked_of_null(sight)


def _told_by_another(sight: Sight, use: Use) -> bool:
    """Whether a parameter that is NULL goes together with a flag, which the path has asked since:
    who passes NULL passes `true` for `only_count` as well."""
    others = {param.name for param in sight.function.params if not param.pointer}
    if all(parameter.name != use.key for parameter in sight.function.params):
        return False
    for at in use.trail.back() if use.trail is not None else ():
        if at.what == "branch" and at.node.expr is not None:
            if at.node.id == use.val.tested:
                return False
            test = read_test(at.node.expr)
            if test is not None and test.key in others:
                return True
    return False


def _asked_of_null(sight: Sight) -> Iterator[Claim]:
    """`!p && is_ready(p)`: meant is `p && ...`, or `!p || ...`."""
    for expr in sight.function.expressions:
        if expr.kind != "binary" or expr.op != "&&":
            continue
        left, right = (part.bare for part in expr.parts)
        while right.kind == "unary" and right.op == "!":
            right = right.parts[0].bare
        if left.kind != "unary" or left.op != "!" or right.kind != "call":
            continue
        pointer = left.parts[0].bare
        known = "->" in pointer.text or pointer.text in sight.paths.pointers
        if known and [arg.bare.text for arg in right.args] == [pointer.text]:
            yield _claim(sight, right, pointer.text)


def _claim(sight: Sight, call: syntax.Expr, pointer: str) -> Claim:
    return Claim(
        line=call.line,
        end_line=call.end_line,
        message=f"{pointer} is NULL where {call.name}() is asked about it",
        shape=("asked of NULL", call.name, pointer),
        trace=(Note(call.line, f"{call.name}() is called only if {pointer} is NULL"),),
        confidence=Confidence.HIGH,
        words=(
            ("function", sight.function.name),
            ("pointer", pointer),
            ("giver", ""),
            ("user", f"{call.name}()"),
            ("tested", "yes"),
        ),
    )


def _sure(sight: Sight, use: Use) -> Confidence:
    """Who writes a member may not be in sight; and `p && q` is as often a habit as a question:
    only an `if` about nothing else says that the author counts on NULL."""
    asked = any(
        isinstance(stmt, syntax.If) and (test := read_test(stmt.cond)) and test.key == use.key
        for stmt in sight.function.statements
    )
    known = asked and use.key in sight.paths.locals
    return Confidence.HIGH if known else Confidence.MEDIUM


RULE = Rule(
    title="pointer used on a path that found it NULL",
    category="null",
    severity=Severity.HIGH,
    confidence=Confidence.MEDIUM,
    needs=Need.DIFF,
    source="CWE-476",
    check=check,
)

"""A block of memory that is resized into its only name, which is lost when that fails.

Source: mm/slab_common.c, kernel-doc of krealloc(): on failure the old block is left as it was.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from reviewbot.rule import Claim, Confidence, Failure, Need, Note, Rule, Severity, Sight, syntax


def check(sight: Sight) -> Iterable[Claim]:
    for expr in sight.function.assignments:
        if expr.op == "=" and expr.parts[1].bare.kind == "call":
            target, call = expr.parts[0], expr.parts[1].bare
            if _resizes(sight, call, target.text) and not _has_another_name(sight, target):
                yield _claim(sight, call, target.text)


def _resizes(sight: Sight, call: syntax.Expr, target: str) -> bool:
    """Whether the call takes the target over when it succeeds, and gives NULL when it fails."""
    fact = sight.known(call.name)
    if fact is None or fact.failure is not Failure.NULL or "__GFP_NOFAIL" in call.text:
        return False
    places = fact.consumes_on_success
    return any(n in places and a.bare.text == target for n, a in enumerate(call.args, 1))


def _has_another_name(sight: Sight, target: syntax.Expr) -> bool:
    """Whether the old block can be reached in another way: by its owner, or by a copy."""
    values = list(_values(sight.function))
    if any(value.text == target.text for _, value in values):
        return True
    if target.kind != "name":
        return not _is_place(target)
    if any(parameter.name == target.name for parameter in sight.function.params):
        return True
    return not all(_fresh(sight, value) for name, value in values if name == target.name)


def _fresh(sight: Sight, value: syntax.Expr) -> bool:
    """Whether the value is memory that was allocated here, and no look at somebody's."""
    fact = sight.known(value.name) if value.kind == "call" else None
    return value.text == "NULL" or (fact is not None and bool(fact.acquires))


def _is_place(target: syntax.Expr) -> bool:
    """`foo->buf`, and not `*buf`, which is somebody's variable."""
    return target.kind in ("member", "index")


def _values(function: syntax.Function) -> Iterator[tuple[str, syntax.Expr]]:
    for stmt in function.statements:
        if isinstance(stmt, syntax.Declare) and stmt.value is not None:
            yield stmt.name, stmt.value.bare
    for expr in function.assignments:
        if expr.op == "=":
            yield expr.parts[0].text, expr.parts[1].bare


def _claim(sight: Sight, call: syntax.Expr, target: str) -> Claim:
    return Claim(
        line=call.line,
        end_line=call.end_line,
        message=f"{target} is lost when {call.name}() fails, and what it pointed to leaks",
        shape=("resized into itself", call.name, target),
        trace=(Note(call.line, f"{call.name}() leaves the old block alone when it returns NULL"),),
        words=(("target", target), ("call", f"{call.name}()"), ("function", sight.function.name)),
        group=target,
    )


RULE = Rule(
    title="a resized block that is lost when resizing fails",
    category="leak",
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    needs=Need.FUNCTION,
    source="mm/slab_common.c, kernel-doc of krealloc()",
    check=check,
)

"""The error of one pointer is asked of another, or of one that is NULL and so has none.

Source: include/linux/err.h.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import pairwise

from reviewbot.rule import (
    ANY,
    ERR,
    ZERO,
    Claim,
    Confidence,
    Errno,
    Failure,
    Need,
    Note,
    Rule,
    Severity,
    Sight,
    is_result,
    last_branch,
    read_test,
    syntax,
)

Words = tuple[tuple[str, str], ...]
_ASKS = ("IS_ERR", "IS_ERR_OR_NULL", "PTR_ERR_OR_ZERO", "IS_ERR_VALUE")


def check(sight: Sight) -> Iterable[Claim]:
    yield from _errno_of_null(sight)
    yield from _errno_of_other(sight)
    yield from _errno_of_unasked(sight)
    yield from _test_of_other(sight)
    yield from _truth_as_error(sight)


# -- the error of the wrong pointer


def _errno_of_null(sight: Sight) -> Iterator[Claim]:
    """PTR_ERR(p) where p is no error pointer: of NULL it is 0, and 0 is success."""
    for errno in sight.paths.errnos:
        if errno.val.stale or errno.expr.name != "PTR_ERR":
            continue
        if errno.val.mask == ZERO:
            told = f"{errno.key} is NULL here, so {errno.expr.text} is no error"
            yield _errno_claim(sight, errno, told, Confidence.HIGH)
        elif (
            not errno.val.mask & ERR
            and errno.val.tested >= 0
            and is_result(sight.function, errno.expr)
        ):
            told = f"{errno.key} is no error pointer here, so {errno.expr.text} is no error"
            yield _errno_claim(sight, errno, told, Confidence.HIGH)
        elif errno.val.mask == ZERO | ERR and is_result(sight.function, errno.expr):
            told = (
                f"{errno.key} may be NULL here, and {errno.expr.text} is then 0, which is success"
            )
            yield _errno_claim(sight, errno, told, Confidence.MEDIUM)


def _errno_of_other(sight: Sight) -> Iterator[Claim]:
    """IS_ERR(a) holds, and PTR_ERR(b) is read of a pointer that nobody asked."""
    for errno in sight.paths.errnos:
        asked = _last_asked(errno)
        if asked is None or asked[0] == errno.key or errno.val.mask & ~ERR == 0:
            continue
        other, line = asked
        if "(" in other or _same_thing(sight, other, errno.key):
            continue
        told = f"{other} is the error pointer here, but {errno.expr.text} reads {errno.key}"
        claim = _errno_claim(sight, errno, told, Confidence.HIGH)
        first = Note(line, f"{other} is an error pointer")
        yield replace(claim, trace=(first, *claim.trace))


def _errno_of_unasked(sight: Sight) -> Iterator[Claim]:
    """`if (ret) return PTR_ERR(p)`, where nothing before has asked for p."""
    for errno in sight.paths.errnos:
        if errno.expr.name != "PTR_ERR" or errno.val.mask & ANY != ANY or errno.val.origin:
            continue
        branch = last_branch(errno.trail)
        test = read_test(branch.node.expr) if branch and branch.node.expr else None
        if branch is None or test is None or test.expr.kind != "name" or test.key == errno.key:
            continue
        mask = test.yes if branch.edge is True else test.no
        if (
            mask & ZERO
            or test.key in sight.paths.pointers
            or not is_result(sight.function, errno.expr)
        ):
            continue
        if not _named_before(sight, errno):
            told = f"{test.key} says that it failed here, but {errno.expr.text} is the result"
            yield _errno_claim(sight, errno, told, Confidence.MEDIUM)


def _named_before(sight: Sight, errno: Errno) -> bool:
    """Whether a test of the pointer, or a value for it, stands above in the text."""
    for expr in sight.function.expressions:
        if expr.line > errno.expr.line or expr is errno.expr:
            continue
        if expr.kind == "assign" and expr.parts[0].text == errno.key:
            return True
        if expr.kind == "call" and any(arg.bare.text == errno.key for arg in expr.args):
            return True
        if expr.kind == "unary" and expr.op == "&" and expr.parts[0].bare.text == errno.key:
            return True
    return not sight.function.whole


def _last_asked(errno: Errno) -> tuple[str, int] | None:
    """The pointer that the last condition of the path found to be an error, and where.

    None where that condition asked something else, or where an earlier one of the path asked
    for the pointer whose error is read.
    """
    last: tuple[str, int] | None = None
    for at in errno.trail.back() if errno.trail is not None else ():
        if at.what != "branch" or at.node.expr is None:
            continue
        test = read_test(at.node.expr)
        mask = 0 if test is None else test.yes if at.edge is True else test.no
        if test is not None and mask in (ERR, ERR | ZERO):
            if test.key == errno.key:
                return None
            last = last or (test.key, at.node.line)
        elif last is None:
            return None
    return last


def _same_thing(sight: Sight, one: str, two: str) -> bool:
    """Whether the function copies one to the other somewhere."""
    pair = {one, two}
    for expr in sight.function.expressions:
        if expr.kind == "assign" and expr.parts[0].text in pair:
            rest = pair - {expr.parts[0].text}
            if any(inner.text in rest for inner in expr.parts[1].walk()):
                return True
    return any(
        isinstance(stmt, syntax.Declare)
        and stmt.name in pair
        and stmt.value is not None
        and any(inner.text in pair for inner in stmt.value.walk())
        for stmt in sight.function.statements
    )


def _errno_claim(sight: Sight, errno: Errno, told: str, sure: Confidence) -> Claim:
    return Claim(
        line=errno.expr.line,
        end_line=errno.expr.end_line,
        message=told,
        shape=("errno", errno.key, errno.expr.name),
        trace=(Note(errno.expr.line, told),),
        confidence=sure,
        words=_words(sight, errno.key, "", "", "errno"),
        group=errno.key,
    )


def _words(sight: Sight, pointer: str, giver: str, remedy: str, kind: str) -> Words:
    return (
        ("function", sight.function.name),
        ("pointer", pointer),
        ("giver", giver),
        ("remedy", remedy),
        ("kind", kind),
    )


# -- the test of the wrong pointer


def _test_of_other(sight: Sight) -> Iterator[Claim]:
    """`a = get(); if (IS_ERR(b))`, where nobody gives b a value or asks for a."""
    for block in sight.function.statements:
        if not isinstance(block, syntax.Block):
            continue
        for stmt, following in pairwise(block.body):
            given, asked = _given(stmt), _asked(following)
            if given is None or asked is None:
                continue
            target, call = given
            if _meant(sight, target, call, asked):
                yield _other_claim(sight, target, call, asked)


def _given(stmt: syntax.Stmt) -> tuple[str, syntax.Expr] | None:
    """(target, call) of a statement that assigns what a call returns."""
    if isinstance(stmt, syntax.Declare) and stmt.value is not None:
        target, value = stmt.name, stmt.value.bare
    elif isinstance(stmt, syntax.ExprStmt) and stmt.expr.kind == "assign" and stmt.expr.op == "=":
        target, value = stmt.expr.parts[0].text, stmt.expr.parts[1].bare
    else:
        return None
    return (target, value) if value.kind == "call" else None


def _asked(stmt: syntax.Stmt) -> syntax.Expr | None:
    """The pointer of `if (IS_ERR(pointer))`."""
    if not isinstance(stmt, syntax.If):
        return None
    cond = stmt.cond.bare
    if cond.kind == "call" and cond.name in _ASKS[:2] and len(cond.args) == 1:
        return cond.args[0].bare
    return None


def _meant(sight: Sight, target: str, call: syntax.Expr, asked: syntax.Expr) -> bool:
    """Whether the test can only be meant for what the call gave."""
    if asked.text == target or asked.kind not in ("name", "member"):
        return False
    if sight.failure(call.name) not in (Failure.ERR_PTR, Failure.NULL_OR_ERR_PTR):
        return False
    given = any(
        isinstance(stmt, syntax.Declare) and stmt.name == asked.text and stmt.value is not None
        for stmt in sight.function.statements
    )
    own = (_has_its_own(expr, target, asked) for expr in sight.function.expressions)
    return not given and not any(own)


def _has_its_own(expr: syntax.Expr, target: str, asked: syntax.Expr) -> bool:
    """Whether the target is asked after all, or the pointer asked has a value of its own."""
    first = expr.parts[0].bare.text if expr.parts else ""
    if expr.kind == "assign":
        return first == asked.text and expr.line < asked.line
    if expr.kind == "unary" and expr.op in ("!", "&"):
        return first in (target, asked.text)
    asks = expr.kind == "call" and expr.name in _ASKS and expr.args[:1]
    return bool(asks) and expr.args[0].bare.text == target


def _other_claim(sight: Sight, target: str, call: syntax.Expr, asked: syntax.Expr) -> Claim:
    told = f"{call.name}() gives {target}, but IS_ERR() is asked of {asked.text}"
    return Claim(
        line=asked.line,
        end_line=asked.end_line,
        message=told,
        shape=("test-of-other", call.name, target, asked.text),
        trace=(
            Note(call.line, f"{call.name}() can return an error pointer, kept in {target}"),
            Note(asked.line, f"{asked.text} is tested instead"),
        ),
        confidence=Confidence.HIGH if sight.function.whole else Confidence.MEDIUM,
        words=_words(sight, asked.text, f"{call.name}()", target, "other"),
        group=target,
    )


def _truth_as_error(sight: Sight) -> Iterator[Claim]:
    """dev_err_probe(dev, IS_ERR(p), ...): 1 is no error code."""
    for call in sight.function.calls:
        if call.name != "dev_err_probe" or len(call.args) < 2:
            continue
        error = call.args[1].bare
        if error.kind == "call" and error.name in ("IS_ERR", "IS_ERR_OR_NULL"):
            told = f"{error.text} is 0 or 1, not the error code that dev_err_probe() wants"
            yield Claim(
                line=error.line,
                end_line=error.end_line,
                message=told,
                shape=("truth-as-error", error.text),
                trace=(Note(error.line, told),),
                words=_words(sight, error.args[0].text, "", "PTR_ERR()", "truth"),
            )


RULE = Rule(
    title="error asked of the wrong pointer",
    category="err-ptr",
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    needs=Need.DIFF,
    source="include/linux/err.h",
    check=check,
)

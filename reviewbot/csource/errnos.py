"""PTR_ERR() and IS_ERR() of a pointer: whether it is the one that has failed."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Literal, NamedTuple

from reviewbot.csource import syntax as c
from reviewbot.csource.codes import is_result
from reviewbot.csource.conditions import Test, read_test
from reviewbot.csource.events import Errno
from reviewbot.csource.facts import Failure
from reviewbot.csource.habit import values_of
from reviewbot.csource.sight import Sight
from reviewbot.csource.story import last_branch
from reviewbot.csource.values import ANY, ERR, ZERO

_ASKS = ("IS_ERR", "IS_ERR_OR_NULL", "PTR_ERR_OR_ZERO", "IS_ERR_VALUE")

Why = Literal["null", "fine", "maybe-null", "other", "unasked", "missing"]
"""null: the pointer is NULL; fine: it is known to be no error; maybe-null: it may be NULL;
other: another pointer is the error; unasked: a number says that it failed, and nothing before
has named the pointer; missing: another pointer is NULL, and this one was asked and is fine."""


class Misread(NamedTuple):
    """PTR_ERR() of a pointer that has no error. `other` is what has failed instead, tested at
    `line`; "" and 0 where nothing is known to have."""

    errno: Errno
    why: Why
    other: str = ""
    line: int = 0


class Misplaced(NamedTuple):
    """`target = call(); if (IS_ERR(asked))`; `sure`: the branch itself says what was meant."""

    call: c.Expr
    target: str
    asked: c.Expr
    sure: bool


def misread_errnos(sight: Sight) -> Iterator[Misread]:
    """The errors that are read of the wrong pointer, in the order in which paths met them."""
    for errno in sight.paths.errnos:
        for found in (_of_null(sight, errno), _of_other(sight, errno), _of_fine(sight, errno)):
            if found is not None:
                yield found


def _of_null(sight: Sight, errno: Errno) -> Misread | None:
    """Of NULL the error is 0, and 0 is success."""
    mask = errno.val.mask
    if errno.val.stale or errno.expr.name != "PTR_ERR":
        return None
    if mask == ZERO:
        return Misread(errno, "null")
    if not is_result(sight.function, errno.expr):
        return None
    if not mask & ERR and errno.val.tested >= 0:
        return Misread(errno, "fine")
    return Misread(errno, "maybe-null") if mask == ZERO | ERR else None


def _of_other(sight: Sight, errno: Errno) -> Misread | None:
    """IS_ERR(a) holds, and PTR_ERR(b) is read of a pointer that nobody asked."""
    asked = _last_asked(errno)
    if asked is None or asked[0] == errno.key or errno.val.mask & ~ERR == 0:
        return None
    other, line = asked
    if "(" in other or _same_thing(sight, other, errno.key):
        return None
    return Misread(errno, "other", other, line)


def _of_fine(sight: Sight, errno: Errno) -> Misread | None:
    """`if (ret) return PTR_ERR(p)`, `if (!data) return PTR_ERR(p)`."""
    branch = last_branch(errno.trail)
    test = read_test(branch.node.expr) if branch and branch.node.expr else None
    if branch is None or test is None or test.key == errno.key or errno.expr.name != "PTR_ERR":
        return None
    if errno.val.mask != ANY or not is_result(sight.function, errno.expr):
        return None
    mask = test.yes if branch.edge is True else test.no
    if mask == ZERO:
        fine = _beside(sight, errno, test)
        return Misread(errno, "missing", test.key, branch.node.line) if fine else None
    number = test.expr.kind == "name" and test.key not in sight.paths.pointers
    if mask & ZERO or not number or errno.val.origin or _named_before(sight, errno):
        return None
    return Misread(errno, "unasked", test.key, branch.node.line)


def _beside(sight: Sight, errno: Errno, test: Test) -> bool:
    """Whether the test is of another pointer, and `if (IS_ERR(p)) return ...;` stands above."""
    if test.expr.kind not in ("name", "member") or _same_thing(sight, test.key, errno.key):
        return False
    for stmt in sight.function.statements:
        asked = _asked(stmt) if stmt.end_line < errno.expr.line else None
        if asked is not None and asked.text == errno.key and isinstance(stmt, c.If):
            then = stmt.then.body[-1:] if isinstance(stmt.then, c.Block) else (stmt.then,)
            if any(isinstance(last, (c.Return, c.Goto)) for last in then):
                return True
    return False


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
    """Whether the value of one is made of the other somewhere."""
    return any(
        inner.text == other
        for name, other in ((one, two), (two, one))
        for value in values_of(sight.function, name)
        for inner in value.walk()
    )


# -- the test of the wrong pointer


def misplaced_tests(sight: Sight) -> Iterator[Misplaced]:
    """`a = get(); if (IS_ERR(b))`, where the test can only be meant for a."""
    for block in sight.function.statements:
        if not isinstance(block, c.Block):
            continue
        for stmt, following in pairwise(block.body):
            given, asked = _given(stmt), _asked(following)
            if given is None or asked is None or asked.text == given[0]:
                continue
            target, call = given
            sure = _reads(following, target) or asked.text == target.rpartition("->")[0]
            sure = sure and not _copied(sight, target, asked.text)
            if sure or _meant(sight, target, call, asked):
                yield Misplaced(call, target, asked, sure)


def _given(stmt: c.Stmt) -> tuple[str, c.Expr] | None:
    """(target, call) of a statement that assigns what a call returns."""
    if isinstance(stmt, c.Declare) and stmt.value is not None:
        target, value = stmt.name, stmt.value.bare
    elif isinstance(stmt, c.ExprStmt) and stmt.expr.kind == "assign" and stmt.expr.op == "=":
        target, value = stmt.expr.parts[0].text, stmt.expr.parts[1].bare
    else:
        return None
    return (target, value) if value.kind == "call" else None


def _asked(stmt: c.Stmt) -> c.Expr | None:
    """The pointer of `if (IS_ERR(pointer))`."""
    if not isinstance(stmt, c.If):
        return None
    cond = stmt.cond.bare
    if cond.kind == "call" and cond.name in _ASKS[:2] and len(cond.args) == 1:
        return cond.args[0].bare
    return None


def _reads(stmt: c.Stmt, target: str) -> bool:
    """Whether the branch of an if reads the error of the target: IS_ERR(b), PTR_ERR(a)."""
    inside = c.statements(stmt.then) if isinstance(stmt, c.If) else ()
    return any(
        expr.kind == "call" and expr.name == "PTR_ERR" and expr.args[0].bare.text == target
        for one in inside
        for top in c.expressions(one)
        for expr in top.walk()
        if expr.args
    )


def _copied(sight: Sight, one: str, two: str) -> bool:
    """Whether the function assigns one to the other as it is."""
    return any(value.text == two for value in values_of(sight.function, one)) or any(
        value.text == one for value in values_of(sight.function, two)
    )


def _meant(sight: Sight, target: str, call: c.Expr, asked: c.Expr) -> bool:
    """Whether nobody asks for the target, and the pointer that is asked has no value."""
    if asked.kind not in ("name", "member"):
        return False
    if sight.failure(call.name) not in (Failure.ERR_PTR, Failure.NULL_OR_ERR_PTR):
        return False
    given = any(
        isinstance(stmt, c.Declare) and stmt.name == asked.text and stmt.value is not None
        for stmt in sight.function.statements
    )
    own = (_has_its_own(expr, target, asked) for expr in sight.function.expressions)
    return not given and not any(own)


def _has_its_own(expr: c.Expr, target: str, asked: c.Expr) -> bool:
    """Whether the target is asked after all, or the pointer asked has a value of its own."""
    first = expr.parts[0].bare.text if expr.parts else ""
    if expr.kind == "assign":
        return first == asked.text and expr.line < asked.line
    if expr.kind == "unary" and expr.op in ("!", "&"):
        return first in (target, asked.text)
    asks = expr.kind == "call" and expr.name in _ASKS and expr.args[:1]
    return bool(asks) and expr.args[0].bare.text == target

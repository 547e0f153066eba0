"""What the walk wants to know of a condition: read once, though hundreds of paths come to it."""

from __future__ import annotations

from dataclasses import dataclass

from reviewbot.csource.conditions import Test, errno_compared, read_test
from reviewbot.csource.syntax import Expr
from reviewbot.csource.values import ERR, ZERO


@dataclass(frozen=True, slots=True)
class Equation:
    """A key of the form `name==constant`.

    `number`: the constant is a number above zero. `constant`: it is a number or a name in
    capitals, so that no other of them is equal to it.
    """

    name: str
    right: str
    number: bool
    constant: bool


@dataclass(frozen=True, slots=True)
class Asked:
    """A leaf of a condition.

    `test` is what it tests, `expr` the leaf itself. `seen` are the masks that it tells from the
    rest: ZERO for `!p`, ERR for IS_ERR(p), both for IS_ERR_OR_NULL(p), 0 for any others. `errno` is
    what errno_compared() says. `equation` reads the key at its last `==`, `equal` holds what stands
    on both sides of its first one. `pair` are the two sides of a comparison that is itself the key.
    """

    test: Test
    expr: Expr
    seen: int
    errno: tuple[str, str, bool] | None
    equation: Equation | None
    equal: tuple[str, str] | None
    pair: tuple[str, str] | None


def read_asked(expr: Expr) -> Asked | None:
    """None for a condition that says nothing of one value."""
    test = read_test(expr)
    if test is None:
        return None
    seen = next((mask for mask in (ZERO, ERR, ZERO | ERR) if mask in (test.yes, test.no)), 0)
    left, found, right = test.key.partition("==")
    equal = (left, right) if found else None
    return Asked(
        test, expr, seen, errno_compared(expr), _equation(test.key), equal, _compared(test)
    )


def _equation(key: str) -> Equation | None:
    name, found, right = key.rpartition("==")
    if not found:
        return None
    number = right.isdigit() and int(right) != 0
    return Equation(name, right, number, right.isupper() or right.isdigit())


def _compared(test: Test) -> tuple[str, str] | None:
    expr = test.expr
    if expr.kind != "binary" or test.key != "==".join(part.text for part in expr.parts):
        return None
    left, right = expr.parts
    return left.bare.text, right.bare.text

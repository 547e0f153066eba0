"""What a condition says of a value: the key it tests, and the masks of its two outcomes."""

from __future__ import annotations

import re
from typing import NamedTuple

from reviewbot.csource.syntax import Expr
from reviewbot.csource.values import ANY, ERR, NEG, POS, TRUE, ZERO

TRANSPARENT = frozenset(
    "WARN_ON WARN_ON_ONCE WARN WARN_ONCE BUG_ON VM_BUG_ON likely unlikely "
    "VM_WARN_ON VM_WARN_ON_ONCE WARN_ON_FUNCTION_MISMATCH".split()
)
"""Macros whose value is the condition they are given (include/asm-generic/bug.h)."""


ERROR_POINTERS = frozenset("ERR_PTR ERR_CAST IOMEM_ERR_PTR dev_err_cast_probe".split())
"""Calls whose value is an error pointer (include/linux/err.h, io.h, dev_printk.h)."""


class Test(NamedTuple):
    """`key` is what is tested; `yes` and `no` what it can be on the two ways out."""

    key: str
    yes: int
    no: int
    expr: Expr

    def turned(self) -> Test:
        return Test(self.key, self.no, self.yes, self.expr)


_CALLS = {
    "IS_ERR": ERR,
    "IS_ERR_VALUE": ERR | NEG,
    "IS_ERR_OR_NULL": ERR | ZERO,
    "PTR_ERR_OR_ZERO": ERR,
    "ZERO_OR_NULL_PTR": ZERO,
    "ACPI_SUCCESS": ZERO,  # include/acpi/acexcep.h
    "ACPI_FAILURE": TRUE,
}
_AGAINST_ZERO = {
    "==": (ZERO, TRUE),
    "!=": (TRUE, ZERO),
    "<": (NEG | ERR, ZERO | POS),
    ">=": (ZERO | POS, NEG | ERR),
    ">": (POS, NEG | ZERO | ERR),
    "<=": (NEG | ZERO | ERR, POS),
}
_MIRRORED = {"==": "==", "!=": "!=", "<": ">", ">": "<", "<=": ">=", ">=": "<="}


def read_test(expr: Expr) -> Test | None:
    """What a leaf of a condition tests; None where it says nothing of one value."""
    expr = expr.bare
    if expr.kind == "call":
        return _call(expr)
    if expr.kind == "unary" and expr.op == "!":
        inner = read_test(expr.parts[0])
        return inner.turned() if inner else None
    if expr.kind == "assign":
        left = expr.parts[0]
        return Test(left.text, TRUE, ZERO, left)
    if expr.kind == "binary":
        return _binary(expr)
    if expr.kind in ("number", "string", "conditional", "comma", "other"):
        return None
    return Test(expr.text, TRUE, ZERO, expr)


def _call(expr: Expr) -> Test | None:
    if expr.args and expr.name in _CALLS:
        inner = _assigned(expr.args[0].bare)
        mask = _CALLS[expr.name]
        return Test(inner.text, mask, ANY & ~mask, inner)
    if expr.args and expr.name in TRANSPARENT:
        return read_test(expr.args[0])
    return Test(expr.text, TRUE, ZERO, expr)


def _assigned(expr: Expr) -> Expr:
    """For `(p = f())` the p."""
    return expr.parts[0] if expr.kind == "assign" else expr


def _binary(expr: Expr) -> Test | None:
    op, left, right = expr.op, expr.parts[0].bare, expr.parts[1].bare
    if op in ("&&", "||"):
        return None
    if op not in _MIRRORED:
        return Test(expr.text, TRUE, ZERO, expr)
    if _is_constant(left) and not _is_constant(right):
        op, left, right = _MIRRORED[op], right, left
    left = _assigned(left)
    if right.text in ("0", "NULL", "false"):
        yes, no = _AGAINST_ZERO[op]
        return Test(left.text, yes, no, left)
    if op in ("==", "!=") and (mask := _constant_mask(right)):
        test = Test(left.text, mask, ANY, left)
        return test if op == "==" else test.turned()
    return _opaque(op, left, right, expr)


def _is_constant(expr: Expr) -> bool:
    return expr.kind == "number" or expr.text in ("NULL", "true", "false") or _errno(expr)


def _errno(expr: Expr) -> bool:
    return expr.kind == "unary" and expr.op == "-" and expr.parts[0].text.startswith("E")


def _constant_mask(expr: Expr) -> int:
    """The mask of a constant that is compared with, 0 where it is not one we know."""
    if _errno(expr) or (expr.kind == "unary" and expr.op == "-"):
        return NEG
    if expr.text == "true":
        return TRUE
    if expr.kind == "call" and expr.name == "ERR_PTR":
        return ERR
    return 0


def errno_compared(expr: Expr) -> tuple[str, str, bool] | None:
    """(what, "-EAGAIN", True) of `ret == -EAGAIN`; False of `!=`; None of anything else."""
    expr = expr.bare
    if expr.kind == "unary" and expr.op == "!":
        inner = errno_compared(expr.parts[0])
        return (inner[0], inner[1], not inner[2]) if inner else None
    if expr.kind != "binary" or expr.op not in ("==", "!="):
        return None
    left, right = (part.bare for part in expr.parts)
    if _errno(left):
        left, right = right, left
    return (_assigned(left).text, right.text, expr.op == "==") if _errno(right) else None


def is_errno(expr: Expr) -> bool:
    """Whether it is an errno by its name, `-EINVAL`."""
    return _errno(expr.bare)


def _opaque(op: str, left: Expr, right: Expr, expr: Expr) -> Test:
    """A comparison of two values: the comparison itself is what is known or not."""
    turned = {"!=": "==", "<": ">=", "<=": ">"}
    key = f"{left.text}{turned.get(op, op)}{right.text}"
    test = Test(key, TRUE, ZERO, expr)
    return test.turned() if op in turned else test


_SAYS_ERROR = re.compile(
    r"^(?=[A-Z])(?=[A-Z0-9_]+$)(?:.*_)?(?:ERR|ERROR|FAIL|FAILED|FAILURE|INVALID|UNSPECIFIED)(?:_|$)"
    r"|^AE_(?!OK$)[A-Z]"
)
"""Names in capitals of codes that say what went wrong, and so are not 0."""


def constant_mask(expr: Expr) -> int:
    """The mask of a literal, ANY for everything else."""
    expr = expr.bare
    if expr.kind == "number":
        try:
            return ZERO if int(expr.text.rstrip("uUlL"), 0) == 0 else POS
        except ValueError:
            return POS
    if expr.text in ("NULL", "false"):
        return ZERO
    if expr.text == "true" or expr.kind in ("string", "char"):
        return POS
    if expr.kind == "name" and _SAYS_ERROR.search(expr.name):
        return TRUE
    if expr.kind == "unary" and expr.op == "-":
        inner = expr.parts[0]
        return NEG if inner.kind == "number" or inner.text.startswith("E") else ANY
    if expr.kind == "unary" and expr.op == "&":
        return POS
    if expr.kind == "call" and expr.name in ERROR_POINTERS:
        return ERR
    return ANY

"""Canonical text of expressions: equal texts mean equal expressions."""

from __future__ import annotations

import re
from collections.abc import Iterable

from reviewbot.csource.syntax import Expr

COMMA, ASSIGN, CONDITIONAL, UNARY, POSTFIX, PRIMARY = 0, 1, 2, 14, 15, 16
_LEVELS = ("...", "||", "&&", "|", "^", "&", "== !=", "< > <= >=", "<< >>", "+ -", "* / %")
BINARY = {op: 3 + level for level, ops in enumerate(_LEVELS) for op in ops.split()}
_KINDS = {
    "comma": COMMA,
    "assign": ASSIGN,
    "conditional": CONDITIONAL,
    "unary": UNARY,
    "cast": UNARY,
    "other": PRIMARY,
}
_TIGHTEST = frozenset(("name", "number", "member", "call"))
"""What most operands are: nothing binds them less tightly than their place asks."""
_MERGING = frozenset(("++", "--", "&&", "/*", "//"))
_SPACES = re.compile(r"\s+")
_LOOSE = re.compile(r"(?<=\W) | (?=\W)")


def strength(expr: Expr) -> int:
    """How tightly the expression binds, by C's table of precedence."""
    if expr.kind == "binary":
        return BINARY.get(expr.op, CONDITIONAL)
    return _KINDS.get(expr.kind, PRIMARY)


def wrapped(expr: Expr, least: int) -> str:
    """The text, in parentheses where it binds less tightly than its place asks."""
    if expr.kind in _TIGHTEST:
        return expr.text
    return expr.text if strength(expr) >= least else f"({expr.text})"


def glued(left: str, right: str) -> str:
    """Two texts side by side; a blank where they would merge into another token."""
    if not left or not right:
        return left + right
    before, after = left[-1], right[0]
    if (_is_word(before) and _is_word(after)) or before + after in _MERGING:
        return f"{left} {right}"
    return left + right


def _is_word(char: str) -> bool:
    return char.isalnum() or char == "_"


def listed(exprs: Iterable[Expr]) -> str:
    return ",".join([wrapped(expr, ASSIGN) for expr in exprs])


def squeezed(text: str) -> str:
    """Source text with single blanks only: for types and what has no canonical form."""
    return _SPACES.sub(" ", text).strip()


def tight(text: str) -> str:
    """Source text with blanks only between two words."""
    return _LOOSE.sub("", squeezed(text))

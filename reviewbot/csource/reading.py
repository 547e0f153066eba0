"""What an expression without side effects reads: worked out once, though many paths read it."""

from __future__ import annotations

from collections.abc import Set
from typing import Literal, NamedTuple

from reviewbot.csource.syntax import Declare, Expr


class Read(NamedTuple):
    """One thing that evaluating an expression does, in the order in which it is done.

    name: reads a variable that may have no value yet; address: takes the address of one;
    pointer: follows `expr`.
    """

    what: Literal["name", "address", "pointer"]
    expr: Expr


VALUES = frozenset(["number", "string", "char", "type", "sizeof"])
"""Expressions that read nothing."""

_ACTS = frozenset(["call", "assign", "postfix", "conditional"])


def reads(expr: Expr, unwritten: Set[str]) -> tuple[Read, ...] | None:
    """What matters of evaluating it; None where that calls, writes or branches.

    `unwritten` are the variables that are declared without a value: reading any other variable
    tells nothing.
    """
    found: list[Read] = []
    return tuple(found) if _collect(expr, unwritten, found) else None


def _collect(expr: Expr, unwritten: Set[str], found: list[Read]) -> bool:
    """Add what evaluating `expr` reads; False where it does more than read."""
    kind = expr.kind
    if kind == "name":
        if expr.text in unwritten:
            found.append(Read("name", expr))
        return True
    if kind in VALUES:
        return True
    if kind in _ACTS or (kind == "binary" and expr.op in ("&&", "||")):
        return False
    if kind == "unary" and expr.op in ("&", "++", "--"):
        return expr.op == "&" and _address(expr.parts[0].bare, unwritten, found)
    if is_own_member(expr):
        return True
    for part in expr.parts:
        if not _collect(part, unwritten, found):
            return False
    if pointer := follows(expr):
        found.append(Read("pointer", pointer))
    return True


def _address(inner: Expr, unwritten: Set[str], found: list[Read]) -> bool:
    """`&p->m` reads p but nothing behind it; `&a->b->m` reads a->b."""
    if inner.kind == "name":
        if inner.text in unwritten:
            found.append(Read("address", inner))
        return True
    if inner.kind not in ("member", "index"):
        return _collect(inner, unwritten, found)
    for part in inner.parts[1:]:
        if not _collect(part, unwritten, found):
            return False
    if inner.kind == "member" and inner.op == ".":
        return _address(inner.parts[0].bare, unwritten, found)
    return _collect(inner.parts[0], unwritten, found)


def is_own_member(expr: Expr) -> bool:
    """A member of a struct variable: such are written one by one, so reading one is not judged."""
    return expr.kind == "member" and expr.op == "." and expr.parts[0].kind == "name"


def follows(expr: Expr) -> Expr | None:
    """The pointer that an expression itself goes through, apart from its parts."""
    if expr.kind == "index" or (expr.kind == "member" and expr.op == "->"):
        return expr.parts[0]
    if expr.kind == "unary" and expr.op == "*":
        return _base(expr.parts[0])
    return None


def _base(expr: Expr) -> Expr:
    """What `*(p + n)` goes through: p."""
    bare = expr.bare
    while bare.kind == "binary" and bare.op in ("+", "-"):
        bare = bare.parts[0].bare
    return bare


def starts_unset(stmt: Declare) -> bool:
    """Whether a variable has no value until something is written to it as a whole."""
    if stmt.value is not None or stmt.static or stmt.array:
        return False
    return stmt.pointer or _is_scalar(stmt.type)


_SCALARS = frozenset(
    "int char long short unsigned signed bool size_t ssize_t u8 u16 u32 u64 s8 s16 s32 s64 "
    "uint8_t uint16_t uint32_t uint64_t int8_t int16_t int32_t int64_t loff_t gfp_t dma_addr_t "
    "phys_addr_t resource_size_t irqreturn_t __u8 __u16 __u32 __u64 __be16 __be32 __be64 __le16 "
    "__le32 __le64 sector_t pgoff_t off_t dev_t".split()
)


def _is_scalar(type: str) -> bool:
    words = [w for w in type.split() if w not in ("const", "volatile", "register")]
    return bool(words) and (words[0] == "enum" or all(w in _SCALARS for w in words))

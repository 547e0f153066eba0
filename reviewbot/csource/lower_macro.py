"""Statements that kernel macros make: iterations, guards, and blocks of unknown macros."""

from __future__ import annotations

import re

from tree_sitter import Node

from reviewbot.csource.lower_expr import expression
from reviewbot.csource.piece import Mark, Piece
from reviewbot.csource.syntax import (
    Break,
    Continue,
    Elided,
    Expr,
    ExprStmt,
    Goto,
    Guard,
    Guarded,
    Iterate,
    MacroBlock,
    Return,
    Stmt,
)

ELIDED = "__elided__"
_DECLARING = ("CLASS", "ACQUIRE")
_RETURNS = re.compile(r"return_[A-Z]")
"""return_ACPI_STATUS(status), return_VOID: a return with a trace (include/acpi/acoutput.h)"""


def macro_loop(piece: Piece, condition: Node, mark: Mark, body: Stmt, end_line: int) -> Stmt:
    """A `while` that was a macro; its condition is the macro's arguments."""
    line = piece.line(condition.start_byte)
    args = () if mark.detail == "empty" else _flat(expression(piece, condition))
    if mark.kind == "loop":
        return Iterate(line, end_line, mark.text, args, body)
    if mark.kind == "guarded":
        return _guarded(mark, args, body, line, end_line)
    return MacroBlock(line, end_line, mark.text, args, body)


def _guarded(mark: Mark, args: tuple[Expr, ...], body: Stmt, line: int, end_line: int) -> Guarded:
    """Which argument is the statement for failure, the mark says; the class comes first."""
    at, _, keyword = mark.detail.partition(" ")
    fail: Stmt | None = None
    if keyword and int(at) < len(args):
        fail = _failure(keyword, args[int(at)])
        args = (*args[: int(at)], *args[int(at) + 1 :])
    if at == "0" or not args:  # iio_device_claim_direct_scoped(return -EBUSY, dev)
        return Guarded(line, end_line, mark.text, "", args, body, fail)
    return Guarded(line, end_line, mark.text, args[0].text, args[1:], body, fail)


def _flat(expr: Expr) -> tuple[Expr, ...]:
    """The operands of a, b, c: the parser nests them to the right."""
    found: list[Expr] = []
    while expr.kind == "comma" and len(expr.parts) == 2:
        found.append(expr.parts[0])
        expr = expr.parts[1]
    return (*found, expr)


def _failure(keyword: str, value: Expr) -> Stmt:
    line, end_line = value.line, value.end_line
    match keyword:
        case "goto":
            return Goto(line, end_line, value.text)
        case "break":
            return Break(line, end_line)
        case "continue":
            return Continue(line, end_line)
        case "return":
            return Return(line, end_line, value)
        case "bare-return":
            return Return(line, end_line, None)
    return ExprStmt(line, end_line, value)


def macro_statement(piece: Piece, node: Node, expr: Expr) -> Stmt:
    """An expression statement, unless it is one of the macros that are more than a call."""
    line, end_line = piece.span(node)
    if expr.kind == "name" and expr.name == ELIDED:
        return Elided(line, end_line)
    if expr.kind in ("call", "name") and _RETURNS.match(expr.name):
        return Return(line, end_line, expr.args[0] if expr.kind == "call" and expr.args else None)
    if expr.kind != "call":
        return ExprStmt(line, end_line, expr)
    if expr.name == "return_ptr":
        return Return(line, end_line, expr)
    callee = expr.parts[0]
    if callee.kind == "call":
        if callee.name == "guard" and len(callee.args) == 1:
            return Guard(line, end_line, "guard", callee.args[0].text, "", expr.args)
        if callee.name in _DECLARING and len(callee.args) == 2:
            kind, name = callee.args
            return Guard(line, end_line, callee.name, kind.text, name.text, expr.args)
    return ExprStmt(line, end_line, expr)

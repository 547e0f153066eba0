"""Expressions without operands: names, numbers, strings; and the casts that marks ask for."""

from __future__ import annotations

from tree_sitter import Node

from reviewbot.csource.canonical import UNARY, tight, wrapped
from reviewbot.csource.piece import Piece, decoded
from reviewbot.csource.syntax import Expr


def cast(kind: str, inner: Expr, line: int, end_line: int) -> Expr:
    """(kind)inner; `kind` is the type's text."""
    text = f"({tight(kind)}){wrapped(inner, UNARY)}"
    return Expr("cast", text, line, end_line, kind, "", (inner,))


def name_of(piece: Piece, node: Node) -> Expr:
    start = node.start_byte
    text = piece.text[start : node.end_byte]
    if not piece.ascii:
        text = decoded(text)
    line = piece.line(start)
    mark = piece.marks.get(start) if piece.marks else None
    if mark is not None:
        if mark.kind == "type":
            return Expr("type", tight(mark.text), line, line, "", mark.text)
        if mark.kind == "name":
            text = mark.text
    return Expr("name", text, line, line, "", text)


def number_of(piece: Piece, node: Node) -> Expr:
    """The parser takes a sign for a part of the number; C does not."""
    start, text = node.start_byte, piece.slice(node)
    line = piece.line(start)
    if text[0] not in "+-":
        return Expr("number", text, line, line)
    inner = Expr("number", text[1:].lstrip(), line, line)
    expr = Expr("unary", text[0] + inner.text, line, line, text[0], "", (inner,))
    mark = piece.marks.get(start)
    return expr if mark is None else cast(mark.text, expr, line, line)


def char_of(piece: Piece, node: Node) -> Expr:
    line = piece.line(node.start_byte)
    return Expr("char", piece.slice(node), line, line)


def string_of(piece: Piece, node: Node) -> Expr:
    line, end_line = piece.span(node)
    return Expr("string", piece.slice(node), line, end_line)

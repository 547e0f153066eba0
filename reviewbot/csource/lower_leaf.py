"""Expressions without operands: names, numbers, strings; and the casts that marks ask for."""

from __future__ import annotations

from tree_sitter import Node

from reviewbot.csource.canonical import UNARY, tight, wrapped
from reviewbot.csource.piece import Piece, decoded
from reviewbot.csource.syntax import Expr


def cast(kind: str, inner: Expr, line: int, end_line: int) -> Expr:
    """(kind)inner; `kind` is the type's text."""
    text = f"({tight(kind)}){wrapped(inner, UNARY)}"
    return Expr("cast", text, line, end_line, op=kind, parts=(inner,))


def name_of(piece: Piece, node: Node) -> Expr:
    start = node.start_byte
    text = decoded(piece.text[start : node.end_byte])
    line = piece.line(start)
    mark = piece.marks.get(start)
    if mark is not None:
        if mark.kind == "type":
            return Expr("type", tight(mark.text), line, line, name=mark.text)
        if mark.kind == "name":
            text = mark.text
    return Expr("name", text, line, line, name=text)


def number_of(piece: Piece, node: Node) -> Expr:
    """The parser takes a sign for a part of the number; C does not."""
    start, text = node.start_byte, piece.slice(node)
    line = piece.line(start)
    if text[0] not in "+-":
        return Expr("number", text, line, line)
    inner = Expr("number", text[1:].lstrip(), line, line)
    expr = Expr("unary", text[0] + inner.text, line, line, op=text[0], parts=(inner,))
    mark = piece.marks.get(start)
    return expr if mark is None else cast(mark.text, expr, line, line)


def char_of(piece: Piece, node: Node) -> Expr:
    line = piece.line(node.start_byte)
    return Expr("char", piece.slice(node), line, line)


def string_of(piece: Piece, node: Node) -> Expr:
    return Expr("string", piece.slice(node), *piece.span(node))

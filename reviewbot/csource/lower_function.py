"""One function: its text through the parser, and its tree into `Function`."""

from __future__ import annotations

from tree_sitter import Node

from reviewbot.csource.grammar import field_id, kind_ids, parse
from reviewbot.csource.locate import Place
from reviewbot.csource.lower_declare import parameters
from reviewbot.csource.lower_stmt import block
from reviewbot.csource.lower_type import base_text, declarator
from reviewbot.csource.piece import Piece
from reviewbot.csource.preprocessor import blank
from reviewbot.csource.syntax import Block, Function, Parameter, Unread

_BODY = field_id("body")
_DECLARATOR = field_id("declarator")
_FUNCTION = kind_ids(("function_definition",))
_Head = tuple[str, tuple[Parameter, ...], bool]
_COMPOUND = kind_ids(("compound_statement",))


def lower_function(piece: Piece, place: Place, brace: int, whole: bool = True) -> Function:
    """The function in `piece`, whose body opens at offset `brace` of it. Never raises: what
    cannot be read is an `Unread` body and `readable` is False."""
    text = piece.text.encode("latin-1")
    root = parse(text)
    node = _definition(root)
    if node is None or _broken_head(node, root):
        root = parse(_plain_head(text, brace))
        node = _definition(root)
        head: _Head = ("", (), text.startswith(b"static"))
    else:
        head = _head(piece, node)
    readable = node is not None and not root.has_error
    body = None if node is None else node.child_by_field_id(_BODY)
    line, end_line = piece.line(0), piece.line(max(len(text) - 1, 0))
    lowered = _body(piece, body, line, end_line)
    if lowered is None:
        readable, lowered = False, Block(line, end_line, (Unread(line, end_line),))
    returns, params, static = head
    return Function(place.name, returns, params, static, lowered, line, end_line, whole, readable)


def _body(piece: Piece, body: Node | None, line: int, end_line: int) -> Block | None:
    if body is None:
        return None
    try:
        return block(piece, body)
    except RecursionError:
        return None


def _definition(root: Node) -> Node | None:
    for child in root.children:
        if child.kind_id in _FUNCTION:
            return child
    return None


def _broken_head(node: Node, root: Node) -> bool:
    """Is the error in front of the body?"""
    if not root.has_error:
        return False
    if node.start_byte > 0 and root.children[0].id != node.id:
        return True
    return any(child.has_error for child in node.children if child.kind_id not in _COMPOUND)


def _plain_head(text: bytes, brace: int) -> bytes:
    """The same text with `f()` for a signature, where that fits."""
    head = b"int f()" if brace >= 7 else b"f()"
    if brace < len(head):
        return text
    return head + blank(text[len(head) : brace]) + text[brace:]


def _head(piece: Piece, node: Node) -> _Head:
    """What it returns, its parameters, and whether it is static."""
    base, storage = base_text(piece, node)
    outer = node.child_by_field_id(_DECLARATOR)
    if outer is None:
        return base, (), storage == "static"
    shape = declarator(piece, outer)
    params = () if shape.function is None else parameters(piece, shape.function)
    return shape.of(base), params, storage == "static"

"""From tree-sitter's expressions to `Expr`, with canonical text built from the inside out."""

from __future__ import annotations

from collections.abc import Callable

from tree_sitter import Node

from reviewbot.csource.canonical import (
    ASSIGN,
    BINARY,
    CONDITIONAL,
    POSTFIX,
    UNARY,
    glued,
    listed,
    squeezed,
    tight,
    wrapped,
)
from reviewbot.csource.grammar import KINDS, field_id, kind_ids, table
from reviewbot.csource.lower_leaf import cast, char_of, name_of, number_of, string_of
from reviewbot.csource.lower_type import type_text
from reviewbot.csource.piece import Piece
from reviewbot.csource.syntax import Expr
from reviewbot.csource.vocabulary import UPPER, is_type_name

_OPERATOR = field_id("operator")
_TYPE = field_id("type")
_VALUE = field_id("value")


def expression(piece: Piece, node: Node) -> Expr:
    """Any node in the place of an expression; what has no shape of its own is "other"."""
    return _HANDLERS.get(node.kind_id, _other)(piece, node)


def arguments(piece: Piece, node: Node) -> tuple[Expr, ...]:
    """The expressions between the parentheses or braces of a list."""
    return tuple([expression(piece, child) for child in node.named_children])


def _strings(piece: Piece, node: Node) -> Expr:
    parts = arguments(piece, node)
    text = ""
    for part in parts:
        text = glued(text, part.text)
    line, end_line = piece.span(node)
    return Expr("string", text, line, end_line, "", "", parts)


def _parenthesised(piece: Piece, node: Node) -> Expr:
    inner = node.named_children
    return expression(piece, inner[0]) if len(inner) == 1 else _other(piece, node)


def _call(piece: Piece, node: Node) -> Expr:
    function, given = node.children[0], node.children[-1]
    callee = expression(piece, function)
    args = arguments(piece, given)
    if callee.kind == "name" and len(args) == 1 and _is_cast(piece, function):
        return cast(callee.text, args[0], *piece.span(node))
    name = callee.text if callee.kind == "name" else ""
    text = f"{wrapped(callee, POSTFIX)}({listed(args)})"
    line, end_line = piece.span(node)
    return Expr("call", text, line, end_line, "", name, (callee, *args))


def _is_cast(piece: Piece, callee: Node) -> bool:
    """`(u64)(a)` reads as a call: a type's name in parentheses."""
    start = callee.start_byte
    if piece.text[start] != "(":
        return False
    word = piece.text[start + 1 : callee.end_byte - 1].strip().encode("latin-1")
    return is_type_name(word) or UPPER.match(word) is not None


def _member(piece: Piece, node: Node) -> Expr:
    children = node.children
    if len(children) != 3:
        return _other(piece, node)
    whole = expression(piece, children[0])
    op, name = KINDS[children[1].kind_id], piece.slice(children[2])
    text = f"{wrapped(whole, POSTFIX)}{op}{name}"
    line, end_line = piece.span(node)
    return Expr("member", text, line, end_line, op, name, (whole,))


def _index(piece: Piece, node: Node) -> Expr:
    inner = node.named_children
    if len(inner) != 2:
        return _other(piece, node)
    base, at = expression(piece, inner[0]), expression(piece, inner[1])
    text = f"{wrapped(base, POSTFIX)}[{at.text}]"
    line, end_line = piece.span(node)
    return Expr("index", text, line, end_line, "", "", (base, at))


def _unary(piece: Piece, node: Node) -> Expr:
    children = node.children
    if len(children) != 2:
        return _other(piece, node)
    if children[0].is_named:
        return _postfix(piece, node, children)
    op = KINDS[children[0].kind_id]
    inner = expression(piece, children[1])
    text = glued(op, wrapped(inner, UNARY))
    line, end_line = piece.span(node)
    expr = Expr("unary", text, line, end_line, op, "", (inner,))
    mark = piece.marks.get(node.start_byte)
    return expr if mark is None else cast(mark.text, expr, line, end_line)


def _postfix(piece: Piece, node: Node, children: list[Node]) -> Expr:
    inner, op = expression(piece, children[0]), KINDS[children[1].kind_id]
    text = f"{wrapped(inner, POSTFIX)}{op}"
    line, end_line = piece.span(node)
    return Expr("postfix", text, line, end_line, op, "", (inner,))


def _binary(piece: Piece, node: Node) -> Expr:
    children = node.children
    if len(children) != 3:
        return _other(piece, node)
    operator = children[1]
    op = KINDS[operator.kind_id]
    if op == "||" and (mark := piece.marks.get(operator.start_byte)) is not None:
        op = mark.text
    left, right = expression(piece, children[0]), expression(piece, children[2])
    level = BINARY.get(op, CONDITIONAL)
    text = glued(glued(wrapped(left, level), op), wrapped(right, level + 1))
    line, end_line = piece.span(node)
    return Expr("binary", text, line, end_line, op, "", (left, right))


def _assign(piece: Piece, node: Node) -> Expr:
    children = node.children
    if len(children) != 3:
        return _other(piece, node)
    op = KINDS[children[1].kind_id]
    left, right = expression(piece, children[0]), expression(piece, children[2])
    text = glued(glued(wrapped(left, UNARY), op), wrapped(right, ASSIGN))
    line, end_line = piece.span(node)
    return Expr("assign", text, line, end_line, op, "", (left, right))


def _conditional(piece: Piece, node: Node) -> Expr:
    inner = [expression(piece, child) for child in node.named_children]
    if len(inner) not in (2, 3):
        return _other(piece, node)
    asked, other = inner[0], inner[-1]
    then = inner[1] if len(inner) == 3 else asked
    middle = then.text if len(inner) == 3 else ""
    text = f"{wrapped(asked, CONDITIONAL + 1)}?{middle}:{wrapped(other, CONDITIONAL)}"
    return Expr("conditional", text, *piece.span(node), parts=(asked, then, other))


def _cast(piece: Piece, node: Node) -> Expr:
    kind, value = node.child_by_field_id(_TYPE), node.child_by_field_id(_VALUE)
    if kind is None or value is None:
        return _other(piece, node)
    return cast(type_text(piece, kind), expression(piece, value), *piece.span(node))


def _sizeof(piece: Piece, node: Node) -> Expr:
    children = node.children
    op, kind = children[0].type, node.child_by_field_id(_TYPE)
    if kind is not None:
        text = f"{op}({tight(type_text(piece, kind))})"
        return Expr("sizeof", text, *piece.span(node), op=op)
    inner = expression(piece, children[-1])
    return Expr("sizeof", f"{op}({inner.text})", *piece.span(node), op=op, parts=(inner,))


def _comma(piece: Piece, node: Node) -> Expr:
    parts = arguments(piece, node)
    if len(parts) != 2:
        return _other(piece, node)
    text = f"{wrapped(parts[0], ASSIGN)},{parts[1].text}"
    return Expr("comma", text, *piece.span(node), parts=parts)


def _compound(piece: Piece, node: Node) -> Expr:
    """(struct foo){ .a = 1 }: a cast of braces."""
    kind, value = node.child_by_field_id(_TYPE), node.child_by_field_id(_VALUE)
    if kind is None or value is None:
        return _other(piece, node)
    return cast(type_text(piece, kind), _braces(piece, value), *piece.span(node))


def _braces(piece: Piece, node: Node) -> Expr:
    parts, texts = [], []
    for child in node.named_children:
        designators = child.named_children if child.kind_id in _PAIRS else [child]
        value = expression(piece, designators[-1])
        parts.append(value)
        before = "".join(tight(piece.slice(each)) for each in designators[:-1])
        texts.append(f"{before}={value.text}" if before else wrapped(value, ASSIGN))
    return Expr("braces", f"{{{','.join(texts)}}}", *piece.span(node), parts=tuple(parts))


def _block(piece: Piece, node: Node) -> Expr:
    """({ ... }): the outermost expressions of its statements, in order."""
    parts: list[Expr] = []
    stack = list(reversed(node.named_children))
    while stack:
        inner = stack.pop()
        if inner.kind_id in _HANDLERS and inner.kind_id not in _BLOCKS:
            parts.append(expression(piece, inner))
        elif inner.kind_id not in _TYPES:
            stack.extend(reversed(inner.named_children))
    return Expr("block", f"({tight(piece.slice(node))})", *piece.span(node), parts=tuple(parts))


def _type(piece: Piece, node: Node) -> Expr:
    name = type_text(piece, node)
    return Expr("type", tight(name), *piece.span(node), name=name)


def _offsetof(piece: Piece, node: Node) -> Expr:
    callee = Expr("name", "offsetof", *piece.span(node), name="offsetof")
    args = arguments(piece, node)
    text = f"offsetof({listed(args)})"
    return Expr("call", text, *piece.span(node), name="offsetof", parts=(callee, *args))


def _other(piece: Piece, node: Node) -> Expr:
    parts = tuple(
        [expression(piece, child) for child in node.named_children if child.kind_id in _HANDLERS]
    )
    return Expr("other", squeezed(piece.slice(node)), *piece.span(node), parts=parts)


_Handler = Callable[[Piece, Node], Expr]
_BY_NAME: dict[str, _Handler] = {
    "identifier": name_of,
    "field_identifier": name_of,
    "statement_identifier": name_of,
    "true": name_of,
    "false": name_of,
    "null": name_of,
    "number_literal": number_of,
    "char_literal": char_of,
    "string_literal": string_of,
    "concatenated_string": _strings,
    "parenthesized_expression": _parenthesised,
    "call_expression": _call,
    "field_expression": _member,
    "subscript_expression": _index,
    "unary_expression": _unary,
    "pointer_expression": _unary,
    "update_expression": _unary,
    "binary_expression": _binary,
    "assignment_expression": _assign,
    "conditional_expression": _conditional,
    "cast_expression": _cast,
    "sizeof_expression": _sizeof,
    "comma_expression": _comma,
    "compound_literal_expression": _compound,
    "initializer_list": _braces,
    "compound_statement": _block,
    "type_descriptor": _type,
    "primitive_type": _type,
    "offsetof_expression": _offsetof,
    "alignof_expression": _other,
    "generic_expression": _other,
}
_HANDLERS: dict[int, _Handler] = table(_BY_NAME)
_BLOCKS = kind_ids(("compound_statement", "initializer_list", "primitive_type"))
_TYPES = kind_ids(("primitive_type", "type_descriptor", "statement_identifier"))
_PAIRS = kind_ids(("initializer_pair",))

"""Declarations: one `Declare` a declared name."""

from __future__ import annotations

from collections.abc import Iterator

from tree_sitter import Node

from reviewbot.csource.grammar import field_id, kind_ids
from reviewbot.csource.lower_expr import expression
from reviewbot.csource.lower_type import base_text, declarator, with_stars
from reviewbot.csource.piece import Piece
from reviewbot.csource.syntax import Declare, Parameter

_DECLARATOR = field_id("declarator")
_PARAMETERS = field_id("parameters")
_VALUE = field_id("value")
_INIT = kind_ids(("init_declarator",))
_PARAMETER = kind_ids(("parameter_declaration",))


def declarations(piece: Piece, node: Node) -> Iterator[Declare]:
    """`int *a = x, b;` gives a and b; a lone `struct foo { ... };` gives nothing."""
    base, storage = base_text(piece, node)
    line, end_line = piece.span(node)
    nodes = node.children_by_field_id(_DECLARATOR)
    frees = _cleanups(piece, node, nodes)
    for number, each in enumerate(nodes):
        shape = declarator(piece, each)
        value = each.child_by_field_id(_VALUE) if each.kind_id in _INIT else None
        if len(nodes) > 1:
            line, end_line = piece.span(each)
        yield Declare(
            line,
            end_line,
            name=shape.name,
            type=shape.of(base),
            pointer=shape.pointer,
            array=shape.array,
            static=storage != "",
            value=None if value is None else expression(piece, value),
            cleanup=frees.get(number, ""),
        )


def _cleanups(piece: Piece, node: Node, nodes: list[Node]) -> dict[int, str]:
    """Which declarator each __free() in the declaration belongs to, by number."""
    found: dict[int, str] = {}
    for at, text in piece.marked(node, "free"):
        before = [number for number, each in enumerate(nodes) if each.start_byte < at]
        found[before[-1] if before else 0] = text
    return found


def parameters(piece: Piece, function: Node) -> tuple[Parameter, ...]:
    """The parameters of a function's declarator; `(void)` and `...` give none."""
    listed = function.child_by_field_id(_PARAMETERS)
    if listed is None:
        return ()
    found = []
    for child in listed.named_children:
        if child.kind_id in _PARAMETER:
            parameter = _parameter(piece, child)
            if parameter.type != "void" or parameter.name:
                found.append(parameter)
    return tuple(found)


def _parameter(piece: Piece, node: Node) -> Parameter:
    base, _ = base_text(piece, node)
    inner = node.child_by_field_id(_DECLARATOR)
    if inner is None:
        return Parameter("", base, False)
    shape = declarator(piece, inner)
    if shape.array and not shape.pointer_to_function:
        return Parameter(shape.name, with_stars(base, shape.stars + 1), True)
    return Parameter(shape.name, shape.of(base), shape.pointer)

"""From tree-sitter's statements to `Stmt`: marks for labels and cases, siblings after them."""

from __future__ import annotations

from collections.abc import Callable

from tree_sitter import Node

from reviewbot.csource.grammar import field_id, kind_ids, table
from reviewbot.csource.lower_declare import declarations
from reviewbot.csource.lower_expr import expression
from reviewbot.csource.lower_macro import macro_loop, macro_statement
from reviewbot.csource.piece import Piece
from reviewbot.csource.syntax import (
    Block,
    Break,
    Case,
    Continue,
    Expr,
    ExprStmt,
    Goto,
    If,
    Label,
    Loop,
    Return,
    Stmt,
    Switch,
    Unread,
)

_ALTERNATIVE = field_id("alternative")
_BODY = field_id("body")
_CONDITION = field_id("condition")
_CONSEQUENCE = field_id("consequence")
_INITIALIZER = field_id("initializer")
_UPDATE = field_id("update")
_VALUE = field_id("value")
_COMMENT = kind_ids(("comment",))
_DECLARATION = kind_ids(("declaration",))


def block(piece: Piece, node: Node) -> Block:
    """A compound statement."""
    line, end_line = piece.span(node)
    return Block(line, end_line, tuple(_sequence(piece, node.named_children)))


def _sequence(piece: Piece, nodes: list[Node]) -> list[Stmt]:
    found: list[Stmt] = []
    for node in nodes:
        found.extend(statements_of(piece, node))
    return found


def statements_of(piece: Piece, node: Node) -> list[Stmt]:
    """What one node stands for: none (`;`), one, or several (a label and its statement)."""
    kind = node.kind_id
    handler = _ONE.get(kind)
    if handler is not None:
        return [handler(piece, node)]
    several = _SEVERAL.get(kind)
    if several is not None:
        return several(piece, node)
    if kind in _COMMENT:
        return []
    if kind in _SILENT:
        return []
    return [_unread(piece, node)]


def single(piece: Piece, node: Node | None, line: int) -> Stmt:
    """The body of an if or a loop; a block where it is empty or more than one statement."""
    if node is None:
        return Block(line, line, ())
    found = statements_of(piece, node)
    if len(found) == 1:
        return found[0]
    return Block(*piece.span(node), tuple(found))


def _unread(piece: Piece, node: Node) -> Stmt:
    return Unread(*piece.span(node), piece.slice(node))


def _asked(node: Node) -> Node:
    asked = node.child_by_field_id(_CONDITION)
    return asked if asked is not None else node


def _condition(piece: Piece, node: Node) -> Expr:
    return expression(piece, _asked(node))


def _if(piece: Piece, node: Node) -> Stmt:
    line, end_line = piece.span(node)
    if piece.marks and (mark := piece.marks.get(node.start_byte)) is not None:
        body = single(piece, node.child_by_field_id(_CONSEQUENCE), end_line)
        return macro_loop(piece, _asked(node), mark, body, end_line)
    alternative = node.child_by_field_id(_ALTERNATIVE)
    other: Stmt | None = None
    if alternative is not None:
        inner = alternative.named_children
        other = single(piece, inner[-1] if inner else None, end_line)
    then = single(piece, node.child_by_field_id(_CONSEQUENCE), line)
    return If(line, end_line, _condition(piece, node), then, other)


def _while(piece: Piece, node: Node) -> Stmt:
    line, end_line = piece.span(node)
    body = single(piece, node.child_by_field_id(_BODY), end_line)
    mark = piece.marks.get(node.start_byte)
    if mark is not None:
        return macro_loop(piece, _asked(node), mark, body, end_line)
    return Loop(line, end_line, "while", _condition(piece, node), body)


def _do(piece: Piece, node: Node) -> Stmt:
    line, end_line = piece.span(node)
    body = single(piece, node.child_by_field_id(_BODY), line)
    return Loop(line, end_line, "do", _condition(piece, node), body)


def _for(piece: Piece, node: Node) -> Stmt:
    line, end_line = piece.span(node)
    first = node.child_by_field_id(_INITIALIZER)
    asked = node.child_by_field_id(_CONDITION)
    update = node.child_by_field_id(_UPDATE)
    return Loop(
        line,
        end_line,
        "for",
        None if asked is None else expression(piece, asked),
        single(piece, node.child_by_field_id(_BODY), end_line),
        () if first is None else _initial(piece, first),
        None if update is None else expression(piece, update),
    )


def _initial(piece: Piece, node: Node) -> tuple[Stmt, ...]:
    if node.kind_id in _DECLARATION:
        return tuple(declarations(piece, node))
    return (ExprStmt(*piece.span(node), expression(piece, node)),)


def _switch(piece: Piece, node: Node) -> Stmt:
    line, end_line = piece.span(node)
    body = single(piece, node.child_by_field_id(_BODY), end_line)
    return Switch(line, end_line, _condition(piece, node), body)


def _return(piece: Piece, node: Node) -> Stmt:
    inner = node.named_children
    return Return(*piece.span(node), expression(piece, inner[0]) if inner else None)


def _goto(piece: Piece, node: Node) -> Stmt:
    inner = node.named_children
    if not inner:
        return _unread(piece, node)
    return Goto(*piece.span(node), piece.slice(inner[0]))


def _break(piece: Piece, node: Node) -> Stmt:
    return Break(*piece.span(node))


def _continue(piece: Piece, node: Node) -> Stmt:
    return Continue(*piece.span(node))


def _expression_statement(piece: Piece, node: Node) -> list[Stmt]:
    inner = node.named_children
    if not inner:
        return []
    mark = piece.marks.get(inner[0].start_byte) if piece.marks else None
    if mark is not None and mark.kind == "asm":
        return [Unread(*piece.span(node), mark.text)]
    if mark is not None and mark.kind == "label":
        return [Label(*piece.span(node), mark.text)]
    return [macro_statement(piece, node, expression(piece, inner[0]))]


def _labelled(piece: Piece, node: Node) -> list[Stmt]:
    inner = node.named_children
    line, _ = piece.span(inner[0])
    return [Label(line, line, piece.slice(inner[0])), *_sequence(piece, inner[1:])]


def _case(piece: Piece, node: Node) -> list[Stmt]:
    value = node.child_by_field_id(_VALUE)
    line = piece.line(node.start_byte)
    inner = node.named_children
    if value is None:
        return [Case(line, line, None), *_sequence(piece, inner)]
    _, end_line = piece.span(value)
    rest = [child for child in inner if child.start_byte > value.start_byte]
    return [Case(line, end_line, expression(piece, value)), *_sequence(piece, rest)]


def _declaration(piece: Piece, node: Node) -> list[Stmt]:
    return list(declarations(piece, node))


_ONE: dict[int, Callable[[Piece, Node], Stmt]] = table(
    {
        "compound_statement": block,
        "if_statement": _if,
        "while_statement": _while,
        "do_statement": _do,
        "for_statement": _for,
        "switch_statement": _switch,
        "return_statement": _return,
        "goto_statement": _goto,
        "break_statement": _break,
        "continue_statement": _continue,
    }
)
_SEVERAL: dict[int, Callable[[Piece, Node], list[Stmt]]] = table(
    {
        "expression_statement": _expression_statement,
        "labeled_statement": _labelled,
        "case_statement": _case,
        "declaration": _declaration,
    }
)
_SILENT = kind_ids(
    (
        "type_definition",
        "struct_specifier",
        "union_specifier",
        "enum_specifier",
        "attributed_statement",
    )
)

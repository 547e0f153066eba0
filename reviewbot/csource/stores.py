"""Values that are stored and that no path ever reads: a verdict that nobody hears."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from reviewbot.csource import syntax as c
from reviewbot.csource.cfg import Node, build


class Store(NamedTuple):
    """`name = value`, read on no path, while one path at least leaves the function with it."""

    name: str
    value: c.Expr
    line: int


def unread_stores(function: c.Function) -> Iterator[Store]:
    """Assignments to local variables that nobody reads; not those that are overwritten first."""
    if not function.whole or any(isinstance(s, c.Unread) for s in function.statements):
        return
    locals_ = _plain_locals(function)
    nodes: dict[int, list[Node]] = {}
    for node in build(function).nodes if locals_ else ():
        if not node.stmt:
            nodes.setdefault(id(node.expr), []).append(node)
    for expr in function.assignments:
        if expr.op == "=" and expr.parts[0].text in locals_:
            for node in nodes.get(id(expr), ()):
                if _lost(node, expr.parts[0].text):
                    yield Store(expr.parts[0].text, expr.parts[1], expr.line)


def _plain_locals(function: c.Function) -> set[str]:
    """Local variables whose address is never taken, and that are declared once."""
    names = [s.name for s in function.statements if isinstance(s, c.Declare) and not s.static]
    taken = {
        e.parts[0].bare.text for e in function.expressions if e.kind == "unary" and e.op == "&"
    }
    return {n for n in names if names.count(n) == 1} - taken


def _lost(start: Node, name: str) -> bool:
    """Whether `name` is read nowhere after `start`, and not always written again."""
    seen: set[int] = set()
    todo = [node for node, _ in start.next]
    leaves = False
    while todo:
        node = todo.pop()
        if node.id in seen:
            continue
        seen.add(node.id)
        if node.kind in ("elided", "unread") or _reads(node, name):
            return False
        leaves |= not node.next
        if not _writes(node, name):
            todo.extend(after for after, _ in node.next)
    return leaves


def _reads(node: Node, name: str) -> bool:
    exprs = [node.expr] if node.expr is not None else []
    if isinstance(node.stmt, (c.Iterate, c.MacroBlock, c.Guard, c.Guarded)):
        exprs += node.stmt.args
    return any(_mentions(expr, name) for expr in exprs)


def _mentions(expr: c.Expr, name: str) -> bool:
    """Whether the expression reads the variable; the left side of `=` does not."""
    if expr.kind == "assign" and expr.op == "=" and expr.parts[0].text == name:
        return _mentions(expr.parts[1], name)
    if expr.kind == "name":
        return expr.name == name
    return any(_mentions(part, name) for part in expr.parts)


def _writes(node: Node, name: str) -> bool:
    if isinstance(node.stmt, c.Declare) and node.kind == "declare":
        return node.stmt.name == name
    return node.expr is not None and writes(node.expr, name)


def writes(expr: c.Expr, name: str) -> bool:
    """Whether the expression assigns to the variable."""
    return any(e.kind == "assign" and e.parts[0].text == name for e in expr.walk())

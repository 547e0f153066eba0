"""Expressions that stand for what a macro, a case or a declaration does; each is made once."""

from __future__ import annotations

from reviewbot.csource import syntax as c
from reviewbot.csource.cfg import Node


class Made:
    """They are known by identity, so that a call is one site however often paths come to it."""

    def __init__(self) -> None:
        self._made: dict[int, c.Expr] = {}

    def name(self, node: Node, stmt: c.Declare) -> c.Expr:
        """The declared name as an expression."""
        if node.id not in self._made:
            self._made[node.id] = c.Expr("name", stmt.name, stmt.line, stmt.line, name=stmt.name)
        return self._made[node.id]

    def call(self, node: Node, macro: str, args: tuple[c.Expr, ...], op: str = "") -> c.Expr:
        """A guard or loop macro as the call that it is; `op` is a guard's class."""
        if node.id not in self._made:
            callee = c.Expr("name", macro, node.line, node.line, name=macro)
            text = f"{macro}({','.join(arg.text for arg in args)})"
            self._made[node.id] = c.Expr(
                "call", text, node.line, node.line, op, macro, (callee, *args)
            )
        return self._made[node.id]

    def case(self, value: c.Expr, edge: c.Case) -> c.Expr:
        """The comparison that a case of a switch over `value` stands for."""
        assert edge.value is not None
        if id(edge) not in self._made:
            text = f"{value.text}=={edge.value.text}"
            self._made[id(edge)] = c.Expr(
                "binary", text, edge.line, edge.line, op="==", parts=(value, edge.value)
            )
        return self._made[id(edge)]

"""What the code below a node still mentions: what a path knows of anything else is of no use."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property

from reviewbot.csource import syntax as c
from reviewbot.csource.cfg import Graph, Node

_PATH = re.compile(r"[A-Za-z_]\w*(?:\[\w+\]|->\w+|\.\w+)+")


_ANYWHERE = -1


class Below:
    """The text of the code that control can come to from each node, the node itself included."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._where: dict[str, int] = {}

    @cached_property
    def _texts(self) -> list[str]:
        return [" ".join(_texts(node)) for node in self._graph.nodes]

    @cached_property
    def _reach(self) -> list[int]:
        return self._graph.spread_back([1 << node.id for node in self._graph.nodes])

    def mentions(self, node: int, text: str) -> bool:
        """Whether a path of members is named there; of anything else, True is the answer."""
        where = self._where.get(text)
        if where is None:
            where = self._where[text] = self._nodes(text) if _PATH.fullmatch(text) else _ANYWHERE
        return where & self._reach[node] != 0

    def _nodes(self, text: str) -> int:
        return sum(1 << number for number, code in enumerate(self._texts) if text in code)


def _texts(node: Node) -> Iterator[str]:
    if node.expr is not None:
        yield node.expr.text
    stmt = node.stmt
    if isinstance(stmt, (c.Iterate, c.MacroBlock, c.Guard, c.Guarded)):
        yield from (arg.text for arg in stmt.args)
    if isinstance(stmt, c.Declare) and stmt.value is not None:
        yield stmt.value.text
    if isinstance(stmt, c.Case) and stmt.value is not None:
        yield stmt.value.text
    if isinstance(stmt, c.Return) and stmt.value is not None:
        yield stmt.value.text

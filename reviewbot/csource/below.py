"""What the code below a node still mentions: what a path knows of anything else is of no use."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property

from reviewbot.csource import syntax as c
from reviewbot.csource.cfg import Graph, Node

_PATH = re.compile(r"[A-Za-z_]\w*(?:\[\w+\]|->\w+|\.\w+)+")


_RELATES = re.compile(r"[\u2261\u227a\u227b]")


class Below:
    """The text of the code that control can come to from each node, the node itself included.

    `aliases` are the local names of paths: what is named by one of them counts as named anywhere.
    """

    def __init__(self, graph: Graph, aliases: Mapping[str, str]) -> None:
        self._graph = graph
        self._named = tuple(aliases.values())

    @cached_property
    def _texts(self) -> list[str]:
        return [" ".join(_texts(node)) for node in self._graph.nodes]

    @cached_property
    def _above(self) -> list[int]:
        """By node, those from which control can come to it, itself included."""
        return self._graph.spread_on([1 << node.id for node in self._graph.nodes])

    def still_named(self, text: str) -> int:
        """The nodes below which all paths of members in `text` are named, as `p->a` and `q->b` of
        `p->a<q->b`, one bit each (1 << id).

        Of what two names have to do with each other, all nodes are the answer.
        """
        found = (1 << len(self._graph.nodes)) - 1
        for nodes in self._places(text):
            found &= self._to(nodes)
        return found

    def _to(self, nodes: Iterable[int]) -> int:
        """The nodes from which control can come to one of these."""
        found = 0
        for at in nodes:
            found |= self._above[at]
        return found

    def _places(self, text: str) -> Iterator[list[int]]:
        """For each path of members in `text`, the nodes that name it."""
        if not _RELATES.search(text):
            for path in dict.fromkeys(_PATH.findall(text)):
                if not any(path in name for name in self._named):
                    yield [at for at, code in enumerate(self._texts) if path in code]


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

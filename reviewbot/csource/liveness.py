"""The variables that the code from a node on still asks for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from reviewbot.csource import syntax as c
from reviewbot.csource.cfg import Graph, Node


def live_names(graph: Graph) -> dict[str, int]:
    """By variable, the nodes (bit 1 << id) from which on the code asks for it before it writes
    it. A variable that is missing is live nowhere."""
    bits: dict[str, int] = {}
    asked = [_mask_of(_asked(node), bits) for node in graph.nodes]
    written = [_mask_of(_written(node), bits) for node in graph.nodes]
    nodes: dict[int, int] = {}
    for node, mask in enumerate(graph.spread_back(asked, written)):
        nodes[mask] = nodes.get(mask, 0) | 1 << node
    live = [0] * len(bits)
    for mask, where in nodes.items():
        while mask:
            lowest = mask & -mask
            live[lowest.bit_length() - 1] |= where
            mask ^= lowest
    return dict(zip(bits, live, strict=True))


def _mask_of(names: Iterable[str], bits: dict[str, int]) -> int:
    mask = 0
    for name in names:
        if name not in bits:
            bits[name] = len(bits)
        mask |= 1 << bits[name]
    return mask


def _written(node: Node) -> tuple[str, ...]:
    """The variable that a node writes whatever it held; `p = NULL` asks first whether it held
    something."""
    if node.kind == "declare" and isinstance(node.stmt, c.Declare):
        return (node.stmt.name,)
    expr = node.expr
    if node.kind != "expr" or expr is None or expr.kind != "assign" or expr.op != "=":
        return ()
    left, right = expr.parts
    return (left.name,) if left.kind == "name" and right.bare.text != "NULL" else ()


def _asked(node: Node) -> Iterator[str]:
    """The variables that a node reads, calls by or takes the address of."""
    written = _written(node)
    exprs = [node.expr] if node.expr is not None else []
    if written and node.kind == "expr" and node.expr is not None:
        exprs = [node.expr.parts[1]]
    if isinstance(node.stmt, (c.Iterate, c.MacroBlock, c.Guard, c.Guarded)):
        exprs += node.stmt.args
    if isinstance(node.stmt, c.Declare) and not written:
        yield node.stmt.name  # its clean-up
    if isinstance(node.stmt, c.Case) and node.stmt.value is not None:
        exprs.append(node.stmt.value)
    for expr in exprs:
        yield from (e.name for e in expr.walk() if e.kind == "name")

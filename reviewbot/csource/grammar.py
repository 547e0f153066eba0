"""tree-sitter's C grammar: one parser, and tables that choose by a node's kind."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypeVar

import tree_sitter_c
from tree_sitter import Language, Node, Parser

LANGUAGE = Language(tree_sitter_c.language())
_PARSER = Parser(LANGUAGE)
KINDS = {kind: LANGUAGE.node_kind_for_id(kind) or "" for kind in range(LANGUAGE.node_kind_count)}
"""The names of the kinds, those of the operators among them; cheaper than to ask a node."""

Handler = TypeVar("Handler")


def parse(text: bytes) -> Node:
    """The root of the tree for any bytes; what does not parse becomes ERROR nodes."""
    return _PARSER.parse(text).root_node


def kind_ids(names: Iterable[str]) -> frozenset[int]:
    """Every id of these kinds; the grammar has several ids for one name."""
    wanted = frozenset(names)
    return frozenset(
        kind
        for kind in range(LANGUAGE.node_kind_count)
        if LANGUAGE.node_kind_for_id(kind) in wanted
    )


def table(handlers: Mapping[str, Handler]) -> dict[int, Handler]:
    """The handlers by kind id, which is cheaper to ask of a node than its name."""
    return {kind: handler for name, handler in handlers.items() for kind in kind_ids((name,))}


def field_id(name: str) -> int:
    """The id of a field, for `Node.child_by_field_id`."""
    found = LANGUAGE.field_id_for_name(name)
    if found is None:
        raise LookupError(f"tree-sitter-c has no field {name}")
    return found

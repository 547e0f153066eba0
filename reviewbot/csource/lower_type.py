"""Types and declarators: from tree-sitter's nodes to the text of a type and a name."""

from __future__ import annotations

import re
from dataclasses import dataclass

from tree_sitter import Node

from reviewbot.csource.canonical import squeezed
from reviewbot.csource.grammar import field_id, kind_ids
from reviewbot.csource.piece import Piece

_NAMES = kind_ids(("identifier", "field_identifier", "type_identifier", "primitive_type"))
_POINTERS = kind_ids(("pointer_declarator", "abstract_pointer_declarator"))
_ARRAYS = kind_ids(("array_declarator", "abstract_array_declarator"))
_FUNCTIONS = kind_ids(("function_declarator", "abstract_function_declarator"))
_PARENS = kind_ids(("parenthesized_declarator", "abstract_parenthesized_declarator"))
_SPECIFIERS = kind_ids(("struct_specifier", "union_specifier", "enum_specifier"))
_STORAGE = kind_ids(("storage_class_specifier",))
_DECLARATOR = field_id("declarator")
_NAME = field_id("name")
_WORD = re.compile(r"\A\w+")
_STAR = re.compile(r"\s*\*\s*")
_INIT = kind_ids(("init_declarator",))


@dataclass(frozen=True, slots=True)
class Declarator:
    """What one declarator makes of the type in front of it: `stars` pointers, an array, a
    pointer to a function. `function` is the innermost node with a (...) list, beside
    the name."""

    name: str
    stars: int
    array: bool
    function: Node | None
    pointer_to_function: bool

    def of(self, base: str) -> str:
        """The whole type's text."""
        if self.pointer_to_function:
            return f"{with_stars(base, self.stars)} (*)()"
        return with_stars(base, self.stars)

    @property
    def pointer(self) -> bool:
        return self.stars > 0 or self.pointer_to_function


def with_stars(base: str, stars: int) -> str:
    """`struct foo` and 2 give `struct foo **`."""
    return f"{base} {'*' * stars}" if stars else base


def type_text(piece: Piece, node: Node) -> str:
    """A type as it is written in a cast, `struct foo *`."""
    text = _text(piece, node)
    if "*" not in text:
        return text
    spaced = _STAR.sub("*", text)
    return re.sub(r"(?<=[\w\])])\*", " *", spaced)


def _text(piece: Piece, node: Node) -> str:
    """Its words, with what a mark says stood there."""
    start, end = node.start_byte, node.end_byte
    marked = piece.marked(node, "type")
    if not marked:
        return squeezed(piece.slice(node))
    words, position = [], start
    for at, mark in marked:
        words.append(piece.text[position:at])
        words.append(mark)
        position = at + len(piece.text[at:end]) - len(_WORD.sub("", piece.text[at:end], count=1))
    words.append(piece.text[position:end])
    return squeezed("".join(words))


def base_text(piece: Piece, declaration: Node) -> tuple[str, str]:
    """The specifiers of a declaration without storage classes; and "static", "extern" or ""."""
    words: list[str] = []
    storage = ""
    for child in declaration.children:
        kind = child.kind_id
        if kind in _STORAGE:
            word = piece.slice(child)
            storage = word if word in ("static", "extern") else storage
        elif kind in _SPECIFIERS:
            words.append(_specifier(piece, child))
        elif child.is_named and kind not in _DECLARATORS:
            words.append(_text(piece, child))
        else:
            break
        if kind in _DECLARATORS:
            break
    return " ".join(words), storage


def _specifier(piece: Piece, node: Node) -> str:
    name = node.child_by_field_id(_NAME)
    word = node.children[0].type
    return word if name is None else f"{word} {piece.slice(name)}"


def declarator(piece: Piece, node: Node) -> Declarator:
    """Unwrap stars, arrays and parameter lists down to the name."""
    stars = 0
    array = wrapped = pointer_to_function = False
    function: Node | None = None
    current: Node | None = node
    while current is not None:
        kind = current.kind_id
        if kind in _NAMES:
            break
        if kind in _POINTERS:
            if function is not None and wrapped:
                pointer_to_function = True
            else:
                stars += 1
        elif kind in _ARRAYS:
            array = True
        elif kind in _FUNCTIONS:
            function = current
        inner = current.child_by_field_id(_DECLARATOR)
        if kind in _PARENS:
            wrapped = True
            inner = next(iter(current.named_children), None)
        elif inner is None:
            inner = _inner(current)
        current = inner
    name = "" if current is None else piece.slice(current)
    return Declarator(name, stars, array, function, pointer_to_function)


def _inner(node: Node) -> Node | None:
    for child in node.named_children:
        if child.kind_id in _DECLARATORS:
            return child
    return None


_DECLARATORS = _POINTERS | _ARRAYS | _FUNCTIONS | _PARENS | _INIT | kind_ids(("identifier",))

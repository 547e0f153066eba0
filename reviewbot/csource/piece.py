"""The text of one function on its way through the parser, with its line numbers."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from itertools import accumulate

from tree_sitter import Node


@dataclass(frozen=True, slots=True)
class Mark:
    """What stood at an offset before the pre-pass rewrote it.

    kind "loop", "guarded", "block": a macro that is now a `while`, `text` is its name;
    `detail` is "empty" where it has no arguments, and the number and the keyword of the
    argument that is a statement ("1 return", "1 bare-return", "1 goto").
    "type": a name that stands for the type `text`. "name": a name that stands for `text`.
    "cast": a cast to `text` in front of this operator. "op": an operator that was `text`.
    "asm": inline assembly. "free": __free(`text`). "label": `name;` that was `name:`.
    """

    kind: str
    text: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Piece:
    """`text` is what the parser reads, byte for byte as Latin-1, so offsets are indices.

    `starts` are the offsets of its lines, from the text before any rewriting; `numbers` the
    line numbers to report for them.
    """

    text: str
    starts: Sequence[int]
    numbers: Sequence[int]
    marks: Mapping[int, Mark] = field(default_factory=dict)
    offsets: Sequence[int] = field(init=False)
    ascii: bool = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "offsets", sorted(self.marks))
        object.__setattr__(self, "ascii", self.text.isascii())

    def marked(self, node: Node, kind: str) -> list[tuple[int, str]]:
        """The marks of one kind inside a node: (offset, what stood there)."""
        if not self.offsets:
            return []
        first = bisect_left(self.offsets, node.start_byte)
        last = bisect_left(self.offsets, node.end_byte)
        inside = [(at, self.marks[at]) for at in self.offsets[first:last]]
        return [(at, mark.text) for at, mark in inside if mark.kind == kind]

    def slice(self, node: Node) -> str:
        """The node's text, in Unicode."""
        text = self.text[node.start_byte : node.end_byte]
        return text if self.ascii else decoded(text)

    def line(self, offset: int) -> int:
        return self.numbers[bisect_right(self.starts, offset) - 1]

    def span(self, node: Node) -> tuple[int, int]:
        """The first and the last line of a node."""
        starts = self.starts
        first = bisect_right(starts, node.start_byte)
        end = node.end_byte - 1
        if first == len(starts) or end < starts[first]:
            number = self.numbers[first - 1]
            return number, number
        last = bisect_right(starts, end)
        return self.numbers[first - 1], self.numbers[last - 1]


def decoded(text: str) -> str:
    """Latin-1 text of UTF-8 bytes, as Unicode; most text is ASCII and stays as it is."""
    if text.isascii():
        return text
    return text.encode("latin-1").decode("utf-8", "replace")


def line_starts(text: bytes) -> list[int]:
    """The offset of each line's first byte."""
    starts = list(accumulate(map(len, BytesIO(text)), initial=0))
    if len(starts) > 1 and not text.endswith(b"\n"):
        starts.pop()
    return starts

"""A function's text while the pre-pass rewrites it: same length, and a note of each change."""

from __future__ import annotations

from dataclasses import dataclass, field

from reviewbot.csource.piece import Mark
from reviewbot.csource.preprocessor import blank
from reviewbot.csource.tokens import Tokens


@dataclass(slots=True)
class Draft:
    """`out` is changed in place, its length never; offsets and `tokens` are the original's."""

    text: bytes
    tokens: Tokens
    out: bytearray = field(init=False)
    marks: dict[int, Mark] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.out = bytearray(self.text)

    def source(self, first: int, last: int) -> str:
        """The original text from one token through another."""
        tokens = self.tokens
        return self.text[tokens.starts[first] : tokens.ends[last]].decode("utf-8", "replace")

    def column(self, at: int) -> int:
        """How far from its line's start a token stands, in bytes; tabs count as 8."""
        start = self.tokens.starts[at]
        return len(self.text[self.text.rfind(b"\n", 0, start) + 1 : start].expandtabs(8))

    def mark(self, at: int, kind: str, text: str, detail: str = "") -> None:
        self.marks[self.tokens.starts[at]] = Mark(kind, text, detail)

    def clear(self, first: int, last: int) -> None:
        """Blank from one token through another."""
        start, end = self.tokens.starts[first], self.tokens.ends[last]
        self.out[start:end] = blank(self.out[start:end])

    def replace(self, first: int, last: int, word: bytes) -> bool:
        """Put a word where tokens stood; False where it does not fit."""
        start, end = self.tokens.starts[first], self.tokens.ends[last]
        if len(word) > end - start or b"\n" in self.out[start : start + len(word)]:
            return False
        self.clear(first, last)
        self.out[start : start + len(word)] = word
        return True

    def put(self, offset: int, byte: bytes) -> None:
        """One byte in place of white space."""
        self.out[offset : offset + 1] = byte

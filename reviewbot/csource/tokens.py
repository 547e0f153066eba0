"""The tokens of one function's text, as far as the pre-pass needs to tell them apart."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import accumulate

TOKEN = re.compile(
    rb"[A-Za-z_]\w*"
    rb'|"(?:[^"\\\n]++|\\.)*+"'
    rb"|'(?:[^'\\\n]++|\\.)*+'"
    rb"|\.?\d(?:[\w.]|(?<=[eEpP])[+-])*"
    rb"|\.\.\.|->|&&|\|\||\+\+|--|<<=?|>>=?|[-+*/%&|^=!<>]="
    rb"|\S",
    re.S,
)
_PIECE = re.compile(rb"\s*(?:%b|.)" % TOKEN.pattern, re.S)
_CLOSERS = {b")": b"(", b"]": b"[", b"}": b"{"}
_OPENERS = frozenset(_CLOSERS.values())
_BRACKETS = _OPENERS | frozenset(_CLOSERS)


@dataclass(frozen=True, slots=True)
class Tokens:
    """Parallel lists, and two empty tokens past the end so that one may look ahead.

    `match` is the index of the bracket that belongs to this one, -1 where there is none.
    """

    texts: list[bytes]
    starts: list[int]
    ends: list[int]
    match: list[int]

    def __len__(self) -> int:
        return len(self.texts) - 2

    def is_word(self, at: int) -> bool:
        return is_word(self.texts[at])

    def is_string(self, at: int) -> bool:
        return self.texts[at][:1] == b'"'

    def before(self, at: int) -> bytes:
        """The text of the token before, b"" at the start."""
        return self.texts[at - 1] if at > 0 else b""

    def arguments(self, opening: int, end: int = 0) -> list[tuple[int, int]]:
        """Of a (...) group the arguments, each as (first token, token past the last); up to
        `end`, where that is given."""
        closing = end or self.match[opening]
        found: list[tuple[int, int]] = []
        first = at = opening + 1
        while at < closing:
            text = self.texts[at]
            if text == b",":
                found.append((first, at))
                first = at + 1
            elif text in _OPENERS and self.match[at] > at:
                at = self.match[at]
            at += 1
        if found or first < closing:
            found.append((first, closing))
        return found


def is_word(text: bytes) -> bool:
    first = text[:1]
    return first.isalpha() or first == b"_"


def tokenise(text: bytes) -> Tokens:
    """Tokens of text that has no comments and no directives left in it."""
    # Every byte is in some piece, so the lengths alone give the offsets: three times faster
    # than asking each match for its span.
    pieces = _PIECE.findall(text)
    ends = list(accumulate(map(len, pieces)))
    texts = [piece.lstrip() for piece in pieces]
    starts = [end - len(each) for end, each in zip(ends, texts, strict=True)]
    match = _matched(texts)
    for _ in range(2):
        texts.append(b"")
        starts.append(len(text))
        ends.append(len(text))
        match.append(-1)
    return Tokens(texts, starts, ends, match)


def _matched(texts: list[bytes]) -> list[int]:
    """A brace closes the innermost open brace and forgets what is open inside it."""
    match = [-1] * len(texts)
    stack: list[int] = []
    brackets = [(at, text) for at, text in enumerate(texts) if text in _BRACKETS]
    for at, text in brackets:
        if text in _OPENERS:
            stack.append(at)
        elif (opener := _CLOSERS.get(text)) is not None:
            depth = len(stack) - 1
            if text == b"}":
                while depth >= 0 and texts[stack[depth]] != b"{":
                    depth -= 1
            if depth >= 0 and texts[stack[depth]] == opener:
                match[stack[depth]], match[at] = at, stack[depth]
                del stack[depth:]
    return match

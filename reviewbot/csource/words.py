"""Words of a C text, found as bytes are: a pattern that begins with \\b is tried at every byte."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from reviewbot.csource.alike import same_end, same_start

_LETTERS = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_")
_BLANKS = frozenset(b" \t\n\r\v\f")
_ONLY_WORDS = bytes(byte if byte in _LETTERS else 0x20 for byte in range(256))


def words_in(text: bytes) -> frozenset[str]:
    """All words of a text; those of comments, strings and numbers as well."""
    return frozenset(text.translate(_ONLY_WORDS).decode("ascii").split())


@lru_cache(maxsize=8)
def words_of_both(one: bytes, other: bytes) -> frozenset[str]:
    """All words of two texts that are mostly the same: what they share is read once.

    Kept for a moment: all that is asked about the two sides of a patch asks for the same.
    """
    found = words_in(one)
    return found if one == other else found | words_in(_only_in(other, one))


def _only_in(text: bytes, like: bytes) -> bytes:
    """The lines of a text from the first to the last that differs from the other text."""
    start = text.rfind(b"\n", 0, same_start(text, like)) + 1
    text, like = text[start:], like[start:]
    end = text.find(b"\n", len(text) - same_end(text, like))
    return text if end < 0 else text[:end]


def has_word(text: bytes, word: bytes) -> bool:
    """Whether a word stands in a text, and not only as a part of another."""
    return any(True for _ in places(text, word))


def places(text: bytes, word: bytes) -> Iterator[int]:
    """Where a word stands in a text: the offsets of its first bytes; "" stands nowhere."""
    if not word:
        return
    at, size, end = text.find(word), len(word), len(text)
    while at >= 0:
        past = at + size
        if not (at and text[at - 1] in _LETTERS) and not (past < end and text[past] in _LETTERS):
            yield at
        at = text.find(word, at + 1)


def called_at(text: bytes, name: bytes) -> Iterator[int]:
    """Where a function is called, defined or declared: the offsets behind `name (`."""
    size, end = len(name), len(text)
    for at in places(text, name):
        past = at + size
        while past < end and text[past] in _BLANKS:
            past += 1
        if text[past : past + 1] == b"(":
            yield past + 1


def beginning_word(pattern: re.Pattern[bytes], text: bytes) -> Iterator[re.Match[bytes]]:
    """The matches of a pattern that begins with letters, where a word begins: with \\b in front
    of it, it would find the same."""
    for match in pattern.finditer(text):
        start = match.start()
        if not (start and text[start - 1] in _LETTERS):
            yield match

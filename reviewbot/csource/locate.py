"""Where the functions of a file are: found by braces alone, without parsing them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from reviewbot.csource.signature import Signature, read_signature

_STRING = rb'"(?:[^"\\\n]|\\.)*"' rb"|'(?:[^'\\\n]|\\.)*'"
_OUTSIDE = re.compile(_STRING + rb"|[(){};=]", re.S)
_PARENS = re.compile(_STRING + rb"|[()]", re.S)
_BRACES = re.compile(_STRING + rb"|[{}]", re.S)
_DEFINITION = re.compile(rb"\n[A-Za-z_](?![^\n]*[:;]\s*(?:\n|\Z))")
_ENDS_LINE = re.compile(rb"\{[ \t]*\n")
_VALUES = re.compile(rb"\s*\.")


@dataclass(frozen=True, slots=True)
class Place:
    """One function: offsets of its signature, its opening brace, and past its closing one."""

    name: str
    signature: Signature
    start: int
    brace: int
    end: int


def functions_in(text: bytes) -> Iterator[Place]:
    """The function definitions in text without comments and directives, in order."""
    start = position = 0
    initialiser = False
    while found := _OUTSIDE.search(text, position):
        position = found.end()
        match found.group():
            case b"(":
                position = _closing(text, found.start(), _PARENS, b"(")
            case b"=":
                initialiser = True
            case b";" | b"}":
                start, initialiser = position, False
            case b"{":
                head = text[start : found.start()]
                if head.rstrip().endswith(b'"C"'):
                    start = position
                    continue
                signature = None if initialiser else read_signature(head)
                if signature is None or (signature.macro and _VALUES.match(text, position)):
                    position = _braces_end(text, found.start())
                else:
                    position = _body_end(text, found.start())
                    yield Place(
                        signature.name,
                        signature,
                        start + signature.start,
                        found.start(),
                        position,
                    )
                    start = position


def _closing(text: bytes, opening: int, bracket: re.Pattern[bytes], opener: bytes) -> int:
    """Past the bracket that closes the one at `opening`; the next offset where none does."""
    depth = 0
    for found in bracket.finditer(text, opening):
        token = found.group()
        if len(token) > 1:
            continue
        depth += 1 if token == opener else -1
        if depth == 0:
            return found.end()
    return opening + 1


def _braces_end(text: bytes, opening: int) -> int:
    """Past the brace that closes a struct or an initialiser."""
    end = _closing(text, opening, _BRACES, b"{")
    column0 = text.find(b"\n}", opening) if end == opening + 1 else -1
    return column0 + 2 if column0 >= 0 else end


def _balanced(text: bytes, opening: int, closing: int) -> bool:
    """Does the count of braces say, without a look at strings, that these two belong together?"""
    opened = text.count(b"{", opening, closing)
    return closing >= 0 and opened == text.count(b"}", opening, closing) + 1


def _body_end(text: bytes, opening: int) -> int:
    """Past the brace that closes a body. Where the count does not end on a brace in column 0
    (an odd macro, a damaged file), the first brace in column 0 ends it all the same, unless
    the next definition begins before it."""
    column0 = text.find(b"\n}", opening)
    if _ENDS_LINE.match(text, opening) and _balanced(text, opening, column0):
        return column0 + 2
    end = _closing(text, opening, _BRACES, b"{")
    closed = end > opening + 1
    if closed and (text[end - 2 : end - 1] == b"\n" or b"\n" not in text[opening:end]):
        return end
    if column0 < 0 or (closed and _DEFINITION.search(text, end, column0)):
        return end if closed else len(text)
    return column0 + 2

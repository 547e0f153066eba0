"""Where the functions of a file are: found by braces alone, without parsing them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from reviewbot.csource.signature import Signature, plain_signature, read_signature

_STRING = rb'"(?:[^"\\\n]|\\.)*"' rb"|'(?:[^'\\\n]|\\.)*'"
_OUTSIDE = re.compile(_STRING + rb"|[(){};=]", re.S)
_PARENS = re.compile(_STRING + rb"|[()]", re.S)
_BRACES = re.compile(_STRING + rb"|[{}]", re.S)
_NESTED = 3


def _group(opener: bytes, closer: bytes, depth: int = _NESTED) -> bytes:
    """A group in brackets, with so many inside of each other."""
    inner = b"|" + _group(opener, closer, depth - 1) if depth else b""
    passed = b"[^\"'%b%b]++|%b|[\"']" % (opener, closer, _STRING)
    return b"%b(?:%b%b)*+%b" % (opener, passed, inner, closer)


_GROUPS = {
    b"(": re.compile(_group(rb"\(", rb"\)"), re.S),
    b"{": re.compile(_group(rb"\{", rb"\}"), re.S),
}
_DEFINITION = re.compile(rb"\n[A-Za-z_](?![^\n]*[:;]\s*(?:\n|\Z))")
_ENDS_LINE = re.compile(rb"\{[ \t]*\n")
_VALUES = re.compile(rb"\s*\.")


class Place(NamedTuple):
    """One function: offsets of its signature, its opening brace, and past its closing one."""

    name: str
    signature: Signature
    start: int
    brace: int
    end: int


def functions_in(text: bytes) -> Iterator[Place]:
    """The function definitions in text without comments and directives, in order."""
    return Search(text).places()


class Search:
    """For the functions of a text. Between two of them it knows nothing but where it is."""

    def __init__(self, text: bytes) -> None:
        self.text = text
        self._brackets = _Brackets(text)

    @property
    def closed(self) -> bool:
        """Whether every bracket on the way was closed, so that nothing was searched for up to
        the text's end."""
        return self._brackets.patience == self._brackets.patience_at_first

    def places(self, start: int = 0) -> Iterator[Place]:
        """From an offset between two functions."""
        text, brackets, position = self.text, self._brackets, start
        initialiser = False
        while brackets.patience > 0:
            if start == position and not initialiser and (plain := plain_signature(text, start)):
                head, brace = plain
                position = brackets.body_end(brace)
                yield Place(head.name, head, start + head.start, brace, position)
                start = position
                continue
            found = _OUTSIDE.search(text, position)
            if found is None:
                return
            position = found.end()
            match found.group():
                case b"(":
                    position = brackets.closing(found.start(), _PARENS, b"(")
                case b"=":
                    initialiser = True
                case b";" | b"}":
                    start, initialiser = position, False
                case b"{":
                    brace = found.start()
                    before = text[start:brace]
                    if not before.rstrip().endswith(b'"C"'):
                        signature = None if initialiser else read_signature(before)
                        if signature is None or (signature.macro and _VALUES.match(text, position)):
                            position = brackets.braces_end(brace)
                        else:
                            first = start + signature.start
                            position = brackets.body_end(brace)
                            yield Place(signature.name, signature, first, brace, position)
                    start = position


class _Brackets:
    """Finds the bracket that closes another. `patience` ends where a damaged text has so many
    that nothing closes that the search would take the square of its length."""

    def __init__(self, text: bytes) -> None:
        self.text = text
        self.patience = self.patience_at_first = 16 * len(text) + 1

    def closing(self, opening: int, bracket: re.Pattern[bytes], opener: bytes) -> int:
        """Past the bracket that closes the one at `opening`; the next offset where none does."""
        if group := _GROUPS[opener].match(self.text, opening):
            return group.end()
        depth = 0
        for found in bracket.finditer(self.text, opening):
            token = found.group()
            if len(token) > 1:
                continue
            depth += 1 if token == opener else -1
            if depth == 0:
                return found.end()
        self.patience -= len(self.text) - opening
        return opening + 1

    def braces_end(self, opening: int) -> int:
        """Past the brace that closes a struct or an initialiser."""
        end = self.closing(opening, _BRACES, b"{")
        column0 = self.text.find(b"\n}", opening) if end == opening + 1 else -1
        return column0 + 2 if column0 >= 0 else end

    def body_end(self, opening: int) -> int:
        """Past the brace that closes a body. Where the count does not end on a brace in column
        0 (an odd macro, a damaged file), the first brace in column 0 ends it all the same,
        unless the next definition begins before it."""
        text = self.text
        column0 = text.find(b"\n}", opening)
        if _ENDS_LINE.match(text, opening) and self._balanced(opening, column0):
            return column0 + 2
        end = self.closing(opening, _BRACES, b"{")
        closed = end > opening + 1
        if closed and (text[end - 2 : end - 1] == b"\n" or b"\n" not in text[opening:end]):
            return end
        if column0 < 0 or (closed and _DEFINITION.search(text, end, column0)):
            return end if closed else len(text)
        return column0 + 2

    def _balanced(self, opening: int, closing: int) -> bool:
        """Does the count of braces, without a look at strings, say that these two belong
        together, and does no other definition open between them?"""
        count = self.text.count
        if closing < 0 or _DEFINITION.search(self.text, opening, closing):
            return False
        return count(b"{", opening, closing) == count(b"}", opening, closing) + 1

"""What the C compiler would see: directives, comments and the other arms of #if are blanked."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, field
from functools import cached_property

from reviewbot.csource.piece import line_starts

_PASSED = rb"""[^/"'#]++|"(?:[^"\\\n]++|\\.)*+"|'(?:[^'\\\n]++|\\.)*+'|["']|/(?![*/])"""
_COMMENT = rb"/\*[^*]*+(?:\*++(?!/)[^*]*+)*+(?:\*++/|\Z)|//(?:[^\n\\]++|\\.)*+"
_DIRECTIVE = rb"#[ \t]*+(?P<word>\w*+)(?P<rest>(?:[^\n\\/]++|\\.|/\*.*?(?:\*/|\Z)|/)*+)"
_NEXT = re.compile(rb"(?:%b)*+(%b|%b)" % (_PASSED, _COMMENT, _DIRECTIVE), re.S)
"""Past what is neither, a comment, or what is a directive where it begins a line."""
_NEVER = re.compile(rb"[ \t]*(?:0|false)\b")
_BLANK = bytes(byte if byte in b"\n\r" else 0x20 for byte in range(256))


def blank(text: bytes | bytearray) -> bytes:
    """Spaces of the same length; line ends stay."""
    return bytes(text).translate(_BLANK)


@dataclass(frozen=True, slots=True)
class Live:
    """`text` has the length and the lines of the original; `dead` are (start, end) offsets
    of the arms that were not kept."""

    text: bytes
    dead: tuple[tuple[int, int], ...] = ()


@dataclass(slots=True)
class _Choice:
    """One #if ... #endif: the arms as (start, end) offsets, the first condition's words."""

    never: bool
    arms: list[tuple[int, int]] = field(default_factory=list)
    opened: int = 0

    def dead(self, touched: frozenset[int], line_of: _Lines) -> list[tuple[int, int]]:
        kept = self._kept(touched, line_of)
        return [arm for number, arm in enumerate(self.arms) if number != kept]

    def _kept(self, touched: frozenset[int], line_of: _Lines) -> int:
        if touched:
            for number, (start, end) in enumerate(self.arms):
                if line_of.any_in(touched, start, end):
                    return number
        return 1 if self.never else 0


class _Lines:
    """Which lines lie between two offsets; counted only where it is asked for."""

    def __init__(self, text: bytes) -> None:
        self._text = text

    @cached_property
    def _starts(self) -> list[int]:
        return line_starts(self._text)

    def any_in(self, touched: frozenset[int], start: int, end: int) -> bool:
        first, last = bisect_right(self._starts, start), bisect_right(self._starts, end)
        return any(first < line < last for line in touched)


def live(text: bytes, touched: frozenset[int] = frozenset()) -> Live:
    """Keep the first arm of each #if (the second of `#if 0`), or the first that has a
    touched line (from 1); blank everything else that is not code."""
    out = bytearray(text)
    stack: list[_Choice] = []
    dead: list[tuple[int, int]] = []
    lines = _Lines(text)
    position = 0
    while found := _NEXT.match(text, position):
        start, position = found.span(1)
        if found["word"] is not None:
            if not _begins_line(out, start):
                position = start + 1
                continue
            _follow(found, start, stack, dead, touched, lines)
        out[start:position] = found[1].translate(_BLANK)
    for choice in stack:
        choice.arms.append((choice.opened, len(text)))
        dead.extend(choice.dead(touched, lines))
    for start, end in dead:
        out[start:end] = blank(out[start:end])
    return Live(bytes(out), tuple(sorted(dead)))


def _begins_line(text: bytearray, offset: int) -> bool:
    line = text.rfind(b"\n", 0, offset) + 1
    return not text[line:offset].strip()


def _follow(
    directive: re.Match[bytes],
    start: int,
    stack: list[_Choice],
    dead: list[tuple[int, int]],
    touched: frozenset[int],
    lines: _Lines,
) -> None:
    word = directive["word"]
    if word in (b"if", b"ifdef", b"ifndef"):
        never = word == b"if" and _NEVER.match(directive["rest"]) is not None
        stack.append(_Choice(never, opened=directive.end()))
    elif stack and word in (b"else", b"elif", b"elifdef", b"elifndef"):
        stack[-1].arms.append((stack[-1].opened, start))
        stack[-1].opened = directive.end()
    elif stack and word == b"endif":
        choice = stack.pop()
        choice.arms.append((choice.opened, start))
        dead.extend(choice.dead(touched, lines))

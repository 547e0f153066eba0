"""The lines of a C file in sight, with what is no code blanked: for what no parser reads."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property

from reviewbot.csource.piece import line_starts
from reviewbot.csource.preprocessor import blank

_LEXEME = re.compile(
    rb"/\*.*?(?:\*/|\Z)|//(?:[^\n\\]|\\.)*"
    rb'|"(?:[^"\\\n]|\\.)*"'
    rb"|'(?:[^'\\\n]|\\.)*'",
    re.S,
)
_DIRECTIVE = re.compile(rb"^[ \t]*#(?:[^\n\\]|\\.)*", re.MULTILINE | re.S)


@dataclass(frozen=True)
class Run:
    """Lines that follow each other: the whole file, or hunks that touch each other.

    `first` is the number of the first line; `section` what stands after the hunk's second @@.
    """

    first: int
    text: bytes
    section: bytes = b""

    @cached_property
    def bare(self) -> bytes:
        """As long as `text`: comments are blank, and so is what stands inside of quotes."""
        return _LEXEME.sub(_blanked, self.text)

    @cached_property
    def code(self) -> bytes:
        """`bare` without its directives."""
        return _DIRECTIVE.sub(lambda found: blank(found.group()), self.bare)

    def line(self, offset: int) -> int:
        """The number of the line that holds the byte."""
        return self.first + bisect_right(self._starts, offset) - 1

    def holds(self, line: int) -> bool:
        """Whether a line with this number is in it."""
        return 0 <= line - self.first < len(self._starts)

    def span(self, line: int) -> tuple[int, int]:
        """The offsets of a line's first byte and past its last; of the ends for one outside."""
        at = line - self.first
        if at < 0:
            return 0, 0
        starts = self._starts
        end = starts[at + 1] - 1 if at + 1 < len(starts) else len(self.text)
        return (starts[at] if at < len(starts) else len(self.text)), end

    @cached_property
    def _starts(self) -> list[int]:
        return line_starts(self.text)


def _blanked(found: re.Match[bytes]) -> bytes:
    lexeme = found.group()
    if lexeme[:1] == b"/":
        return blank(lexeme)
    return lexeme[:1] + blank(lexeme[1:-1]) + lexeme[-1:]

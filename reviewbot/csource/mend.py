"""From the lines of a function that a diff shows to text that parses, with the holes marked.

Where lines are missing stands `__elided__;`. What is open at a hole is closed as the next
line's indentation says; what must have been opened in it is `if (__elided__) {` (or a switch,
or a do, where its end shows that), so that nothing after a hole looks unconditional that is not.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass

from reviewbot.csource.edges import cut_lead, cut_tail
from reviewbot.csource.fragments import Fragment, Line
from reviewbot.csource.lower_macro import ELIDED
from reviewbot.csource.shape import Shape, code_indent, fits, indent_of, opener
from reviewbot.csource.tokens import Tokens, tokenise

_HOLE = f"{ELIDED};".encode()
_OPENERS = {
    "if": f"if ({ELIDED}) {{".encode(),
    "do": b"do {",
    "switch": f"switch ({ELIDED}) {{ case {ELIDED}:".encode(),
}
HIDDEN_HEAD = b"void f()"
_FRESH = frozenset((b"", b";", b"{", b"}", b":"))


def mend(fragment: Fragment) -> tuple[bytes, list[int]]:
    """The text, and the line number of each of its lines."""
    writer = _Writer()
    first = fragment.segments[0][0].number
    if not fragment.opens:
        head = fragment.head if fragment.head != b":" else HIDDEN_HEAD
        writer.write(first, head + b" {")
        writer.blocks.append(_Block("block", 1))
    for number, lines in enumerate(fragment.segments):
        opening = number == 0 and fragment.opens
        ends = number < len(fragment.segments) - 1 or not fragment.closes
        writer.segment(lines, opening, ends)
    if not fragment.closes:
        writer.finish(fragment.segments[-1][-1].number)
    return b"\n".join(writer.lines) + b"\n", writer.numbers


@dataclass(frozen=True, slots=True)
class _Block:
    """An open brace: the word it belongs to, the indentation of its code in tabs, and whether
    it was made up."""

    word: str
    indent: int
    invented: bool = False


class _Writer:
    """The mended text, line by line, and the braces that are open at its end."""

    def __init__(self) -> None:
        self.lines: list[bytes] = []
        self.numbers: list[int] = []
        self.blocks: list[_Block] = []

    def write(self, number: int, text: bytes) -> None:
        self.lines.append(text)
        self.numbers.append(number)

    def segment(self, lines: list[Line], opening: bool, ends: bool) -> None:
        """One run of lines; `opening`: it begins with the signature; `ends`: a hole follows."""
        text = b"\n".join([line.text for line in lines])
        number = lines[0].number
        if not opening:
            lead, text = cut_lead(text)
            self._cross(number, Shape(text), lead)
        waiting = False
        if ends:
            text, waiting = cut_tail(text)
        self._copy(text, [line.number for line in lines])
        if waiting:
            self.write(lines[-1].number, _HOLE)

    def finish(self, number: int) -> None:
        """The end is not in sight: a hole, and every brace closed."""
        self.write(number, _HOLE)
        while self.blocks:
            self._close(number)

    def _cross(self, number: int, shape: Shape, lead: bytes) -> None:
        """The hole before a segment: close and open until the depth is the segment's."""
        self.write(number, _HOLE)
        keep = self._kept(shape)
        if len(self.blocks) > keep:
            while len(self.blocks) > keep:
                self._close(number)
            self.write(number, _HOLE)
        while len(self.blocks) < shape.depth:
            level = len(self.blocks) + 1
            need = shape.needs.get(level - shape.depth, "if")
            word = "if" if need == "plain" else need
            self.write(number, _OPENERS[word])
            self.write(number, _HOLE)
            self.blocks.append(_Block(word, level, invented=True))
        if lead:
            self.write(number, lead)
        elif shape.first == b"else":
            self.write(number, f"if ({ELIDED}) {ELIDED};".encode())
        elif shape.hanging:
            self.write(number, f"if ({ELIDED})".encode())

    def _kept(self, shape: Shape) -> int:
        """How many of the open blocks are still open after the hole."""
        depth = min(len(self.blocks), shape.depth)
        for level in range(2, depth + 1):
            need = shape.needs.get(level - shape.depth)
            if need is not None and not fits(self.blocks[level - 1].word, need):
                return level - 1
        return depth

    def _close(self, number: int) -> None:
        block = self.blocks.pop()
        self.write(number, f"}} while ({ELIDED});".encode() if block.word == "do" else b"}")

    def _copy(self, text: bytes, numbers: list[int]) -> None:
        tokens = tokenise(text)
        at, before, parens = 0, b"", 0
        offset = 0
        for number, line in zip(numbers, text.split(b"\n"), strict=False):
            end = offset + len(line)
            last = bisect_right(tokens.starts, end - 1, at, len(tokens)) if line else at
            if at < last and parens <= 0 and before in _FRESH:
                self._outdent(number, line, tokens, at)
            kept = bytearray(line)
            for each in range(at, last):
                token = tokens.texts[each]
                if token in (b"(", b"["):
                    parens += 1
                elif token in (b")", b"]"):
                    parens -= 1
                elif token == b"{":
                    self.blocks.append(_Block(opener(tokens, each), indent_of(line) + 1))
                elif token == b"}" and not self._real_close(number, line):
                    start = tokens.starts[each] - offset
                    kept[start : start + 1] = b" "
                before = token
            self.write(number, bytes(kept))
            at, offset = last, end + 1

    def _outdent(self, number: int, line: bytes, tokens: Tokens, at: int) -> None:
        """A statement left of a made-up block's code is outside of it."""
        if tokens.texts[at] == b"}":
            return
        indent = code_indent(line, tokens.texts[at])
        while len(self.blocks) > 1 and self.blocks[-1].invented:
            if self.blocks[-1].indent <= max(indent, 1):
                break
            self._close(number)

    def _real_close(self, number: int, line: bytes) -> bool:
        """A brace in the text closes a block; False where there is none to close."""
        if line.startswith(b"}"):
            while len(self.blocks) > 1:
                self._close(number)
        elif len(self.blocks) <= 1 and b"{" not in line:
            return False
        if self.blocks:
            self.blocks.pop()
        return True

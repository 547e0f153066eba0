"""From the lines of a function that a diff shows to text that parses, with the holes marked.

Where lines are missing stands `__elided__;`. What is open at a hole is closed as the next
line's indentation says; what must have been opened in it is `if (__elided__) {` (or a switch,
or a do, where its end shows that), so that nothing after a hole looks unconditional that is not.
"""

from __future__ import annotations

from bisect import bisect_right

from reviewbot.csource.edges import cut_lead, cut_tail
from reviewbot.csource.fragments import Fragment, Line
from reviewbot.csource.lower_macro import ELIDED
from reviewbot.csource.tokens import Tokens, tokenise

_HOLE = f"{ELIDED};".encode()
_OPENERS = {
    "if": f"if ({ELIDED}) {{".encode(),
    "do": b"do {",
    "switch": f"switch ({ELIDED}) {{ case {ELIDED}:".encode(),
}
_FRESH = frozenset((b"", b";", b"{", b"}", b":"))
_TAB = 8


def mend(fragment: Fragment) -> tuple[bytes, list[int]]:
    """The text, and the line number of each of its lines."""
    writer = _Writer()
    first = fragment.segments[0][0].number
    if not fragment.opens:
        head = fragment.head if fragment.head != b":" else b"f()"
        writer.write(first, head + b" {")
        writer.blocks.append(_Block("real", 1))
    for number, lines in enumerate(fragment.segments):
        opening = number == 0 and fragment.opens
        ends = number < len(fragment.segments) - 1 or not fragment.closes
        writer.segment(lines, opening, ends)
    if not fragment.closes:
        writer.finish(fragment.segments[-1][-1].number)
    return b"\n".join(writer.lines) + b"\n", writer.numbers


class _Block:
    """An open brace. `kind` is "real" or how it was made up; `indent` that of its code, in
    tabs; `loop` marks a visible `do {`."""

    __slots__ = ("do", "indent", "kind")

    def __init__(self, kind: str, indent: int, do: bool = False) -> None:
        self.kind = kind
        self.indent = indent
        self.do = do or kind == "do"


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
            shape = _Shape(text)
            self._cross(number, shape, lead)
        if ends:
            text = cut_tail(text)
        self._copy(text, [line.number for line in lines])

    def finish(self, number: int) -> None:
        """The end is not in sight: a hole, and every brace closed."""
        self.write(number, _HOLE)
        while self.blocks:
            self._close(number)

    def _cross(self, number: int, shape: _Shape, lead: bytes) -> None:
        """The hole before a segment: close and open until the depth is the segment's."""
        self.write(number, _HOLE)
        depth = max(shape.depth, 1)
        if len(self.blocks) > depth:
            while len(self.blocks) > depth:
                self._close(number)
            self.write(number, _HOLE)
        while len(self.blocks) < depth:
            level = len(self.blocks) + 1
            kind = shape.kinds.get(level - depth, "if")
            self.write(number, _OPENERS[kind])
            self.write(number, _HOLE)
            self.blocks.append(_Block(kind, level))
        if lead:
            self.write(number, lead)
        elif shape.first == b"else":
            self.write(number, f"if ({ELIDED}) {ELIDED};".encode())

    def _close(self, number: int) -> None:
        block = self.blocks.pop()
        self.write(number, f"}} while ({ELIDED});".encode() if block.do else b"}")

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
                    do = tokens.before(each) == b"do"
                    self.blocks.append(_Block("real", _indent(line) + 1, do))
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
        indent = _code_indent(line, tokens, at)
        while len(self.blocks) > 1 and self.blocks[-1].kind != "real":
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


class _Shape:
    """What a segment tells of its place: `depth`, how many braces are open at its start (the
    function's own is 1); `kinds`, what kind the innermost ones are, counted 0, -1, ...;
    `first`, its first token."""

    def __init__(self, text: bytes) -> None:
        self.tokens = tokenise(text)
        self.kinds: dict[int, str] = {}
        self.first = self.tokens.texts[0]
        self.depth = 1
        self._lines = text
        self._read(text)

    def _read(self, text: bytes) -> None:
        tokens = self.tokens
        least = relative = 0
        exact = 0
        for at in range(len(tokens)):
            token = tokens.texts[at]
            if token == b"{":
                relative += 1
            elif token == b"}":
                if relative <= least:
                    self._closing(at, relative)
                    exact = exact or self._indent_of(at, text) + 1 - relative
                relative -= 1
                column0 = tokens.starts[at] == 0 or text[tokens.starts[at] - 1] == 0x0A
                if column0:
                    self.depth = -relative
                    return
                least = min(least, relative)
            elif token in (b"case", b"default") and relative <= least:
                self.kinds[relative] = "switch"
        self.depth = max(exact or self._by_indent(text), 1 - least)

    def _closing(self, at: int, relative: int) -> None:
        if self.tokens.texts[at + 1] == b"while" and relative not in self.kinds:
            self.kinds[relative] = "do"

    def _indent_of(self, at: int, text: bytes) -> int:
        start = text.rfind(b"\n", 0, self.tokens.starts[at]) + 1
        return _indent(text[start:])

    def _by_indent(self, text: bytes) -> int:
        """The depth that the first statement's indentation shows."""
        tokens = self.tokens
        for at in range(len(tokens)):
            start = text.rfind(b"\n", 0, tokens.starts[at]) + 1
            if text[start : tokens.starts[at]].strip():
                continue
            if tokens.texts[at + 1] != b":" or tokens.texts[at] == b"default":
                return _code_indent(text[start:], tokens, at)
        return 1


def _indent(line: bytes) -> int:
    """Leading white space in tabs."""
    column = 0
    for byte in line:
        if byte == 0x09:
            column += _TAB - column % _TAB
        elif byte == 0x20:
            column += 1
        else:
            break
    return column // _TAB


def _code_indent(line: bytes, tokens: Tokens, at: int) -> int:
    """The same, where `case` stands as far right as the code after it."""
    return _indent(line) + (tokens.texts[at] in (b"case", b"default"))

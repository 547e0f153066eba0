"""What the lines after a hole tell of their place: how deep they are, and inside of what."""

from __future__ import annotations

from typing import Literal

from reviewbot.csource.tokens import Tokens, tokenise

Need = Literal["switch", "do", "if", "plain"]
_TAB = 8


class Shape:
    """`depth` is how many braces are open at the start (the function's own is 1); `needs`
    says of the innermost ones, counted 0, -1, ..., what must have opened them: a switch (a case
    is seen), a do (its `while` is), an if (its else is), or anything but a do ("plain").
    `first` is the first token; `hanging`, whether the first statement hangs on a condition
    without braces that is not in sight.
    """

    def __init__(self, text: bytes) -> None:
        self.tokens = tokenise(text)
        self.needs: dict[int, Need] = {}
        self.first = self.tokens.texts[0]
        self._text = text
        self.depth = self._depth()
        self.hanging = self._hangs()

    def _depth(self) -> int:
        tokens = self.tokens
        least = relative = exact = 0
        for at in range(len(tokens)):
            token = tokens.texts[at]
            if token == b"{":
                relative += 1
            elif token == b"}":
                if tokens.starts[at] == self._line_start(at):
                    return max(1 - relative, 1)  # column 0: the function's own
                if relative <= least:
                    self._closing(at, relative)
                    exact = exact or self._indent_at(at) + 1 - relative
                relative -= 1
                least = min(least, relative)
            elif token in (b"case", b"default") and relative <= least:
                self.needs[relative] = "switch"
        return max(exact or self._first_indent(), 1 - least)

    def _closing(self, at: int, relative: int) -> None:
        """What the brace must have been opened by, from what follows it."""
        tokens = self.tokens
        after = tokens.texts[at + 1]
        need: Need = "plain"
        if after == b"else":
            need = "if"
        elif after == b"while":
            closing = tokens.match[at + 2]
            if closing > 0 and tokens.texts[closing + 1] == b";":
                need = "do"
        self.needs.setdefault(relative, need)

    def _first_indent(self) -> int:
        """The depth that the first statement's indentation shows; labels show none."""
        tokens = self.tokens
        for at in range(len(tokens)):
            if not self._begins_line(at):
                continue
            if tokens.texts[at + 1] != b":" or tokens.texts[at] == b"default":
                return code_indent(self._text[self._line_start(at) :], tokens.texts[at])
        return 1

    def _hangs(self) -> bool:
        tokens = self.tokens
        indent = self._first_indent()
        if indent <= self.depth or self.first in (b"}", b"else", b"case", b"default"):
            return False
        for at in range(len(tokens)):
            if tokens.texts[at] in (b"{", b"}"):
                return False
            if tokens.texts[at] == b";":
                after = tokens.texts[at + 1]
                return after == b"else" or (after != b"" and self._indent_at(at + 1) < indent)
        return False

    def _line_start(self, at: int) -> int:
        return self._text.rfind(b"\n", 0, self.tokens.starts[at]) + 1

    def _begins_line(self, at: int) -> bool:
        return not self._text[self._line_start(at) : self.tokens.starts[at]].strip()

    def _indent_at(self, at: int) -> int:
        return indent_of(self._text[self._line_start(at) : self.tokens.starts[at]])


def opener(tokens: Tokens, brace: int) -> str:
    """The word that a visible `{` belongs to: "if", "else", "do", "switch", ...; "" unknown."""
    before = tokens.before(brace)
    if before == b")":
        opening = tokens.match[brace - 1]
        return tokens.before(opening).decode("utf-8", "replace") if opening > 0 else ""
    return before.decode("utf-8", "replace") if before in (b"else", b"do") else "block"


def fits(word: str, need: Need) -> bool:
    """Can a block that began with this word be the one that is needed?"""
    if word == "":
        return need != "do"
    if need == "plain":
        return word != "do"
    return word == need


def indent_of(line: bytes) -> int:
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


def code_indent(line: bytes, first: bytes) -> int:
    """The same, where `case` stands as far right as the code after it."""
    return indent_of(line) + (first in (b"case", b"default"))

"""Colours lines of source by what their words are (pygments), within limits that mail needs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache

from markupsafe import Markup, escape
from pygments.lexer import Lexer
from pygments.lexers import get_lexer_by_name
from pygments.token import Comment, Keyword, Name, Number, String, _TokenType

from reviewbot.web.visible import visible

LEXERS = {".c": "c", ".h": "c", ".dts": "devicetree", ".dtsi": "devicetree", ".rs": "rust"}
"""By the end of a file's name; all else stays plain. Each of these was tried with long lines."""
LONGEST_LINE = 400
"""Characters of a line that is coloured; real code is shorter, and lexers go back and forth."""
CLASSES = (
    (Comment.Preproc, "cp"),
    (Comment.PreprocFile, "cp"),
    (Comment, "cc"),
    (Keyword.Type, "ct"),
    (Keyword, "ck"),
    (String, "cs"),
    (Number, "cm"),
    (Name.Function, "cf"),
    (Name.Label, "cl"),
)
"""The first that fits names the class of a word in the style sheet."""


def coloured(path: str, lines: Sequence[str]) -> list[Markup]:
    """The lines as HTML, one for each; they should stand together in the file."""
    lexer = _lexer(path)
    shown = [visible(line) for line in lines]
    if lexer is None or any(len(line) > LONGEST_LINE for line in shown):
        return [escape(line) for line in shown]
    found = list(_lines(lexer, "\n".join(shown)))
    return found if len(found) == len(lines) else [escape(line) for line in shown]


def _lines(lexer: Lexer, text: str) -> Iterator[Markup]:
    line = Markup()
    for kind, value in lexer.get_tokens(text):
        first, *rest = value.split("\n")
        line += _word(kind, first)
        for part in rest:
            yield line
            line = _word(kind, part)
    yield line


def _word(kind: _TokenType, value: str) -> Markup:
    name = _class(kind)
    if not value or not name:
        return escape(value)
    return Markup('<span class="{}">{}</span>').format(name, value)


@cache
def _class(kind: _TokenType) -> str:
    return next((name for parent, name in CLASSES if parent in kind.split()), "")


@cache
def _lexer(path: str) -> Lexer | None:
    name = LEXERS.get("." + path.rpartition(".")[2])
    return get_lexer_by_name(name, stripnl=False, ensurenl=False) if name else None

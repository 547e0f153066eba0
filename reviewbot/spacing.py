"""Code within a sentence, spaced as authors write it: the front end's text has no blanks."""

from __future__ import annotations

import re

_PIECE = re.compile(
    r"""  (?P<kept> "(?:[^"\\]|\\.)*" | '(?:[^'\\]|\\.)' | -> )
        | (?P<comma> , ) (?=\S)
        | (?<=[\w)\]"']) (?P<between> [=!<>]= | && | \|\| | << | >> | [<>] ) (?=[\w(&*!~"'-])
        | (?<=[\w\])]) (?P<joined> [|^%+=] ) (?=[\w(&*~"'-])
        | (?<=[\w\]]) (?P<masked> & ) (?=[\w(~])
        | (?<=\)) (?P<bits> & ) (?=[A-Z0-9(~])
    """,
    re.VERBOSE,
)


def spaced(text: str) -> str:
    """`foo(a,b)&BAR` as `foo(a, b) & BAR`; strings, and what is spaced already, stay.

    A minus is left alone: in a sentence it may be a hyphen.
    """
    return _PIECE.sub(_spaced, text)


def _spaced(match: re.Match[str]) -> str:
    piece = match[0]
    if match["kept"]:
        return piece
    return ", " if match["comma"] else f" {piece} "

"""Half statements at the edges of a hunk: what began above it and what ends below it."""

from __future__ import annotations

from reviewbot.csource.lower_macro import ELIDED
from reviewbot.csource.preprocessor import blank
from reviewbot.csource.tokens import Tokens, tokenise
from reviewbot.csource.vocabulary import LOOP, SCOPED

_CONTINUES = frozenset(b"&& || == != <= >= = , . -> ? : ) ] | ^ / % < > += -= |= &= << >>".split())
_HEADERS = frozenset((b"if", b"while", b"for", b"switch"))
_UNKNOWN = f"if ({ELIDED})".encode()


def cut_lead(text: bytes) -> tuple[bytes, bytes]:
    """Blank the end of a statement that began above.

    Gives a line to write first, and the text: where that statement was the head of a block
    (`... < 0) {`), the line is `if (__elided__)` and the brace stays.
    """
    tokens = tokenise(text)
    cut = _lead_end(tokens)
    if cut == 0:
        return b"", text
    end = tokens.ends[cut - 1]
    rest = blank(text[:end]) + text[end:]
    after = tokens.texts[cut]
    if tokens.texts[cut - 1] == b")" and after not in (b"", b"}", b"case", b"default"):
        return _UNKNOWN, rest
    return b"", rest


def _lead_end(tokens: Tokens) -> int:
    """How many tokens at the start belong to a statement that began above."""
    cut, depth = 0, 0
    for at in range(len(tokens)):
        text = tokens.texts[at]
        if text in (b"(", b"["):
            depth += 1
        elif text in (b")", b"]"):
            depth -= 1
            if depth < 0:
                cut, depth = at + 1, 0
    if cut == 0:
        return _list_end(tokens)
    if tokens.texts[cut] in _CONTINUES or tokens.is_string(cut) or tokens.texts[cut] == b";":
        return _past(tokens, cut, b";")
    return cut


def _list_end(tokens: Tokens) -> int:
    """A lead without a closing parenthesis: `&& x;`, `.name = ...,` or `"text",`."""
    first = tokens.texts[0]
    if first in _CONTINUES or (tokens.is_string(0) and first):
        return _past(tokens, 0, b";")
    if first == b"{" or tokens.is_word(0) or first[:1].isdigit():
        end = _past(tokens, 0, b";")
        if end >= 2 and tokens.texts[end - 2] == b"}" and tokens.match[end - 2] < 0:
            return end  # a list of values that ends with };
    return 0


def _past(tokens: Tokens, at: int, text: bytes) -> int:
    """Past the next such token outside parentheses and braces; where a block begins first,
    up to its brace."""
    while at < len(tokens):
        token = tokens.texts[at]
        if token == text:
            return at + 1
        if token in (b"(", b"[", b"{") and tokens.match[at] > at:
            at = tokens.match[at]
        at += 1
    return len(tokens)


def cut_tail(text: bytes) -> tuple[bytes, bool]:
    """Blank the beginning of a statement that ends below; and whether the text now ends
    with an `if (...)`, an else or a loop's head that waits for its statement."""
    tokens = tokenise(text)
    end = _tail_start(tokens)
    waiting = tokens.before(end) in (b")", b"else")
    if end >= len(tokens):
        return text, waiting
    start = tokens.starts[end]
    return text[:start] + blank(text[start:]), waiting


def _tail_start(tokens: Tokens) -> int:
    """The index of the first token of the last, unfinished statement."""
    at = start = 0
    while at < len(tokens):
        text = tokens.texts[at]
        if text in (b"(", b"["):
            if tokens.match[at] < 0:
                return start
            closing = tokens.match[at]
            header = _is_header(tokens, at - 1, start)
            at = closing
            if header:
                start = at + 1
        elif text == b"{" and tokens.before(at) in (b"=", b",") and at > 0:
            if tokens.match[at] < 0:
                return start
            at = tokens.match[at]
        elif text in (b";", b"{", b"}", b"else", b"do") or _is_label_colon(tokens, at, start):
            start = at + 1
        at += 1
    return start


def _is_header(tokens: Tokens, word: int, start: int) -> bool:
    """Is the group after this word the head of a statement whose body follows?"""
    text = tokens.texts[word]
    if text in _HEADERS:
        return True
    return word == start and (LOOP.search(text) or SCOPED.search(text)) is not None


def _is_label_colon(tokens: Tokens, at: int, start: int) -> bool:
    if tokens.texts[at] != b":":
        return False
    return at == start + 1 or tokens.texts[start] in (b"case", b"default")

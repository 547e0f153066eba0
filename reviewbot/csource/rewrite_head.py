"""A function's signature: decorations go, macros that stand for one become plain C."""

from __future__ import annotations

from reviewbot.csource.draft import Draft
from reviewbot.csource.locate import Place
from reviewbot.csource.preprocessor import blank
from reviewbot.csource.vocabulary import (
    AGGREGATES,
    PRIMITIVES,
    STORAGE,
    SYSCALL,
    TYPEOF,
    UPPER,
    is_attribute,
)


def rewrite_head(draft: Draft, place: Place, brace: int, opening: int) -> None:
    """`brace` and `opening` are the tokens of the body's brace and of the parameters."""
    closing = draft.tokens.match[opening]
    if not 0 < closing < brace:
        return
    if place.signature.macro:
        _macro(draft, place, opening, closing, brace)
        return
    _decorations(draft, opening - 1)
    if closing + 1 < brace:
        draft.clear(closing + 1, brace - 1)


def _decorations(draft: Draft, name: int) -> None:
    """Blank the attributes in front of the name."""
    tokens = draft.tokens
    types: list[int] = []
    at = 0
    while at < name:
        text = tokens.texts[at]
        if text in TYPEOF:
            types.append(at)
            at = max(at, tokens.match[at + 1])
        elif tokens.is_word(at) and is_attribute(text):
            last = tokens.match[at + 1] if tokens.texts[at + 1] == b"(" else at
            draft.clear(at, max(at, last))
            at = max(at, last)
        elif tokens.is_word(at) and text not in STORAGE:
            types.append(at)
        at += 1
    _extra_words(draft, types)


def _extra_words(draft: Draft, types: list[int]) -> None:
    """`STATIC int INIT foo(...)`: with a type at hand, words in capitals only decorate."""
    texts = draft.tokens.texts
    if len(types) < 2 or all(texts[at] in PRIMITIVES for at in types):
        return
    for number, at in enumerate(types):
        tagged = number > 0 and texts[types[number - 1]] in AGGREGATES
        if not tagged and UPPER.match(texts[at]) and texts[at] not in PRIMITIVES:
            draft.clear(at, at)


def _macro(draft: Draft, place: Place, opening: int, closing: int, brace: int) -> None:
    macro = place.signature.macro.encode()
    commas = [end for _, end in draft.tokens.arguments(opening)][:-1]
    if SYSCALL.match(macro) and commas and draft.replace(opening - 1, opening - 1, b"long"):
        _decorations(draft, opening - 1)
        draft.clear(opening, opening)
        draft.replace(commas[0], commas[0], b"(")
        for comma in commas[1::2]:
            draft.clear(comma, comma)
        if closing + 1 < brace:
            draft.clear(closing + 1, brace - 1)
        return
    end = draft.tokens.starts[brace]
    head = b"long f()" if SYSCALL.match(macro) else b"f()"
    if draft.text.startswith(b"static"):
        head = b"static " + head
    draft.out[:end] = head[:end] + blank(draft.out[len(head) : end])

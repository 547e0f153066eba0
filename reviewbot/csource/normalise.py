"""The same-length pre-pass: kernel C in, C that the parser accepts out, and what was there.

tree-sitter-c knows no macros. What only decorates is blanked; what has a body becomes a
`while`; a type as an argument becomes a name. Each change leaves a `Mark` at its offset, from
which the lowering makes Iterate, Guarded, Guard, MacroBlock, Unread, types and casts.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise

from reviewbot.csource.canonical import squeezed
from reviewbot.csource.draft import Draft
from reviewbot.csource.locate import Place
from reviewbot.csource.piece import Mark
from reviewbot.csource.plain import is_plain
from reviewbot.csource.rewrite_head import rewrite_head
from reviewbot.csource.rewrite_macros import at_statement, rewrite_asm, rewrite_call
from reviewbot.csource.rewrite_types import rewrite_cast, rewrite_typeof
from reviewbot.csource.tokens import Tokens, is_word, tokenise
from reviewbot.csource.vocabulary import (
    ASM,
    ATTRIBUTES,
    CALLED_ATTRIBUTES,
    KEYWORDS,
    NUMBER,
    OPERATORS,
    TYPEOF,
    is_type_name,
)

_AUTO = frozenset((b"__auto_type", b"auto"))
_MEMBER = frozenset((b".", b"->"))
_ENDS = frozenset((b";", b"=", b","))
_CASE_TOKENS = 40
_TELLING = frozenset((b"(", b":", b")"))
_SPECIAL = ATTRIBUTES | TYPEOF | _AUTO | {b"case", b"goto", b"__label__", b"&&", b"asm", b"__asm__"}


@dataclass(frozen=True, slots=True)
class Normalised:
    """`text` is as long as the original; `marks` say at which offset what was rewritten."""

    text: bytes
    marks: Mapping[int, Mark] = field(default_factory=dict)


def normalise(text: bytes, place: Place) -> Normalised:
    """Rewrite one function; `text` starts at `place.start` and has no comments in it."""
    if not place.signature.macro and is_plain(text):
        return Normalised(text)
    return rewritten(text, place)


def rewritten(text: bytes, place: Place) -> Normalised:
    """The same without asking first whether there is anything to rewrite."""
    draft = Draft(text, tokenise(text))
    tokens = draft.tokens
    brace = bisect_left(tokens.starts, place.brace - place.start)
    opening = bisect_left(tokens.starts, place.signature.params - place.signature.start)
    rewrite_head(draft, place, brace, opening)
    resume = 0
    for at, text in _candidates(tokens):
        if at < resume:
            continue
        if is_word(text):
            resume = _word(draft, at, text, at > brace)
        elif text == b"&&" and _is_label_address(draft, at):
            draft.replace(at, at, b"&")
        elif text[:1] == b'"':
            _one_word_before(draft, at)
        elif text[:1].isdigit() and not NUMBER.match(text):
            draft.mark(at, "name", text.decode("utf-8", "replace"))
            draft.replace(at, at, b"_" * len(text))
    return Normalised(bytes(draft.out), draft.marks)


def _candidates(tokens: Tokens) -> list[tuple[int, bytes]]:
    """The few tokens that may need rewriting, by themselves or by what follows."""
    texts = tokens.texts
    special = {text for text in set(texts) if text in _SPECIAL or _is_special(text)}
    return [
        (at, text)
        for at, (text, after) in enumerate(pairwise(texts))
        if after in _TELLING or text in special
    ]


def _is_special(text: bytes) -> bool:
    """A string, a word with two underscores, or a number that is none: `4WAY`."""
    return text.startswith((b'"', b"__")) or (text[:1].isdigit() and not NUMBER.match(text))


def _one_word_before(draft: Draft, at: int) -> None:
    """`KERN_INFO DRIVER_NAME "text"`: the parser takes one word beside a string."""
    tokens = draft.tokens
    first = at - 1
    while first > 0 and tokens.is_word(first) and _glues(tokens.texts[first - 1]):
        first -= 1
    if first < at - 1:
        draft.mark(first, "name", squeezed(draft.source(first, at - 1)))
        draft.clear(first + 1, at - 1)


def _glues(word: bytes) -> bool:
    return is_word(word) and word not in KEYWORDS


def _word(draft: Draft, at: int, word: bytes, inside: bool) -> int:
    """Rewrite what begins with this word; the next token to look at."""
    tokens = draft.tokens
    called = tokens.texts[at + 1] == b"(" and tokens.match[at + 1] > 0
    if (word[:2] == b"__" or word in ATTRIBUTES) and tokens.before(at) not in _MEMBER:
        after = _decoration(draft, at, word, called)
        if after:
            return after
    if called and word in TYPEOF:
        return rewrite_typeof(draft, at)
    if not inside:
        return at + 1
    if ASM.match(word) and (past := rewrite_asm(draft, at)):
        return past
    if called and tokens.texts[at + 2 : at + 4] != [b"*", b")"]:  # void (*)(int) is a type
        if word in OPERATORS:
            draft.mark(at, "name", word.decode())
            draft.replace(at, at, word[:-1] + b"X")
        if word not in KEYWORDS:
            rewrite_call(draft, at)
        return at + 1
    return _plain_word(draft, at, word)


def _decoration(draft: Draft, at: int, word: bytes, called: bool) -> int:
    """An attribute, __free() or __label__; 0 where the word is none of them."""
    tokens = draft.tokens
    if called:
        closing = tokens.match[at + 1]
        if word == b"__free":
            draft.mark(at, "free", draft.source(at + 2, closing - 1) if closing > at + 2 else "")
        elif word not in CALLED_ATTRIBUTES:
            if word not in ATTRIBUTES or at_statement(draft, at) or tokens.before(at) == b"=":
                return 0
            closing = at
        draft.clear(at, closing)
        return closing + 1
    if word in ATTRIBUTES or (tokens.before(at) == b"]" and tokens.texts[at + 1] in _ENDS):
        draft.clear(at, at)
        return at + 1
    if word == b"__label__":
        end = at
        while end < len(tokens) and tokens.texts[end] != b";":
            end += 1
        draft.clear(at, end)
        return end + 1
    return 0


def _plain_word(draft: Draft, at: int, word: bytes) -> int:
    tokens = draft.tokens
    after = tokens.texts[at + 1]
    if word == b"case":
        return _case(draft, at)
    if word == b"goto" and after == b"*":
        return _computed_goto(draft, at)
    if word in _AUTO and tokens.is_word(at + 1):
        draft.mark(at, "type", word.decode())
        draft.replace(at, at, b"int")
    elif after == b":" and tokens.texts[at + 2] == b"}" and _is_label(draft, at, word):
        draft.mark(at, "label", word.decode("utf-8", "replace"))
        draft.replace(at + 1, at + 1, b";")
    elif after == b")" and is_type_name(word):
        rewrite_cast(draft, at)
    return at + 1


def _is_label(draft: Draft, at: int, word: bytes) -> bool:
    return word not in KEYWORDS and draft.tokens.before(at) in (b";", b"{", b"}", b":")


def _case(draft: Draft, at: int) -> int:
    """`case 1 ... 5:`: a binary expression for the parser."""
    tokens = draft.tokens
    for each in range(at + 1, min(at + _CASE_TOKENS, len(tokens))):
        text = tokens.texts[each]
        if text in (b":", b";", b"{"):
            break
        if text == b"...":
            draft.mark(each, "op", "...")
            draft.replace(each, each, b"||")
            break
    return at + 1


def _computed_goto(draft: Draft, at: int) -> int:
    """`goto *address;` may go anywhere."""
    end = at
    while draft.tokens.texts[end + 1] not in (b";", b"}", b""):
        end += 1
    draft.mark(at, "asm", draft.source(at, end))
    draft.replace(at, end, b"asM")
    return end + 1


def _is_label_address(draft: Draft, at: int) -> bool:
    """`&&label` as a value."""
    before = draft.tokens.before(at)
    return before in (b"(", b",", b"=", b"{", b"?", b":", b"return")

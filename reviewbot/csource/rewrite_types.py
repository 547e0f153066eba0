"""Types where the parser expects expressions: as arguments of macros, in casts, typeof."""

from __future__ import annotations

from reviewbot.csource.draft import Draft
from reviewbot.csource.tokens import Tokens, is_word
from reviewbot.csource.vocabulary import (
    AGGREGATES,
    ATTRIBUTES,
    JUMPS,
    PRIMITIVES,
    QUALIFIERS,
    TYPEOF,
    is_type_name,
)

_AMBIGUOUS = frozenset((b"&", b"*", b"+", b"-", b"&&", b"++", b"--"))
_COMPARE = frozenset(b"== != < > <= >= + - * / | & ^ && || << >> =".split())
_BEFORE_CAST = frozenset((b"return", b"case", b"else"))


def rewrite_typeof(draft: Draft, at: int) -> int:
    """`typeof(x) y` declares y as an `int`; the type's text is kept."""
    closing = draft.tokens.match[at + 1]
    draft.mark(at, "type", draft.source(at, closing))
    draft.replace(at, closing, b"int")
    return closing + 1


def rewrite_cast(draft: Draft, at: int) -> bool:
    """`(u32)&x` reads as "u32 and x": drop the cast, remember it at the operator."""
    tokens = draft.tokens
    if tokens.before(at) != b"(" or tokens.texts[at + 1] != b")":
        return False
    if tokens.texts[at + 2] not in _AMBIGUOUS or not is_type_name(tokens.texts[at]):
        return False
    if tokens.texts[at] in PRIMITIVES:
        return False
    before = tokens.before(at - 1)
    if before in (b")", b"]") or (is_word(before) and before not in _BEFORE_CAST):
        return False
    draft.clear(at - 1, at + 1)
    draft.mark(at + 2, "cast", draft.source(at, at))
    return True


def rewrite_arguments(draft: Draft, opening: int, past: int = 0) -> None:
    """Make an expression of each argument that is a type, an operator, or nothing; up to the
    token `past`, where it is given."""
    for first, end in draft.tokens.arguments(opening, past):
        if first == end:
            _fill(draft, first)
        elif end - first > 1 or not draft.tokens.is_word(first):
            _argument(draft, first, end)
        elif draft.tokens.texts[first] in PRIMITIVES:
            _stand_in(draft, first, end, first)
        elif draft.tokens.texts[first] in JUMPS:
            _jump(draft, first)


def _fill(draft: Draft, end: int) -> None:
    """An empty argument: a zero, where there is room."""
    tokens = draft.tokens
    if end > 0 and tokens.ends[end - 1] < tokens.starts[end]:
        draft.put(tokens.ends[end - 1], b"0")


def _jump(draft: Draft, at: int) -> None:
    """`return -EINTR`, `goto out` or `break` as an argument."""
    tokens = draft.tokens
    alone = tokens.texts[at + 1] in (b",", b")")
    draft.replace(at, at, b"0" if alone else b"")


def _argument(draft: Draft, first: int, end: int) -> None:
    texts = draft.tokens.texts
    lead = texts[first]
    if lead in JUMPS:
        _jump(draft, first)
    elif lead == b".":
        draft.clear(first, first)
    elif lead == b"{" and draft.tokens.match[first] == end - 1:
        _braces(draft, first, end)
    elif end - first == 1:
        if lead in _COMPARE:
            draft.mark(first, "name", lead.decode())
            draft.replace(first, first, b"o" + b"_" * (len(lead) - 1))
    else:
        _type_argument(draft, first, end)


def _braces(draft: Draft, first: int, end: int) -> None:
    """`{ 1, 2 }` as an argument becomes (1, 2), one with designators or statements nothing."""
    inside = draft.tokens.texts[first + 1 : end - 1]
    if b"." in inside or not inside or inside[-1] == b",":
        draft.replace(first, end - 1, b"0")
    elif b";" not in inside and b"{" not in inside:
        draft.replace(first, first, b"(")
        draft.replace(end - 1, end - 1, b")")


def _type_argument(draft: Draft, first: int, end: int) -> None:
    """`struct foo *`, `unsigned int`, `char *`, `int x`: keep one word."""
    tokens = draft.tokens
    texts = tokens.texts
    start = first
    while start < end and (texts[start] in QUALIFIERS or texts[start] in ATTRIBUTES):
        start += 1
    core = end
    while core > start and _trails(texts[core - 1]):
        core -= 1
    if core == start:
        return
    words = texts[start:core]
    keep = _kept(tokens, start, core, end)
    if keep is not None:
        _stand_in(draft, first, end, keep)
    elif len(words) > 1 and _declares(words):
        draft.clear(first, core - 2)


def _trails(text: bytes) -> bool:
    return text == b"*" or text in QUALIFIERS or text in ATTRIBUTES


def _declares(words: list[bytes]) -> bool:
    """`int x`, `struct foo *x`, `foo_t x`, but not the product `a * b`."""
    if not all(is_word(word) or word == b"*" for word in words):
        return False
    if not (is_word(words[0]) and is_word(words[-1])):
        return False
    return words[0] in AGGREGATES or words[0] in PRIMITIVES or is_word(words[1])


def _kept(tokens: Tokens, start: int, core: int, end: int) -> int | None:
    """The word that stands for the whole type, None where it is no type."""
    texts = tokens.texts
    words = texts[start:core]
    if words[0] in TYPEOF and tokens.match[start + 1] == core - 1:
        return start
    if words[0] in AGGREGATES:
        named = [at for at in range(start + 1, core) if texts[at] not in ATTRIBUTES]
        return named[0] if len(named) == 1 and tokens.is_word(named[0]) else None
    if all(word in PRIMITIVES for word in words):
        return start
    if len(words) == 1 and is_word(words[0]) and core < end:
        return start
    return None


def _stand_in(draft: Draft, first: int, end: int, keep: int) -> None:
    """Blank the argument but for one word, which then stands for the type."""
    tokens = draft.tokens
    draft.mark(keep, "type", draft.source(first, end - 1))
    word = tokens.texts[keep]
    if word in PRIMITIVES or word in TYPEOF:
        word = b"T" + b"_" * (len(word) - 1)
    draft.clear(first, end - 1)
    draft.replace(keep, keep, word)

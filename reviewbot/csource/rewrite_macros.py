"""Macros that take a body or stand without a semicolon, inline assembly, strings by macro."""

from __future__ import annotations

from reviewbot.csource.draft import Draft
from reviewbot.csource.rewrite_bodies import rewrite_body
from reviewbot.csource.rewrite_types import rewrite_arguments
from reviewbot.csource.tokens import is_word
from reviewbot.csource.vocabulary import ATTRIBUTES, GUARDED, JUMPS, LOOP, SCOPED, STORAGE

_STATEMENT = frozenset((b"", b";", b"{", b"}", b")", b":", b"else", b"do"))
_OPERANDS = frozenset((b"*", b"(", b"++", b"--"))


def at_statement(draft: Draft, at: int) -> bool:
    """May a statement begin at this token?"""
    before = draft.tokens.before(at)
    return before in _STATEMENT and (before != b")" or _after_head(draft, at))


def _after_head(draft: Draft, at: int) -> bool:
    """Behind `if (...)` and kin, or behind a macro with a body; not behind a cast."""
    tokens = draft.tokens
    opening = tokens.match[at - 1]
    return opening > 0 and is_word(tokens.before(opening))


def rewrite_asm(draft: Draft, at: int) -> int | None:
    """Inline assembly becomes a name on its own; in a declaration (`asm("r0")`) nothing."""
    tokens = draft.tokens
    opening = at + 1
    while tokens.is_word(opening):
        opening += 1
    closing = tokens.match[opening] if tokens.texts[opening] == b"(" else -1
    if closing < 0:
        return None
    if at_statement(draft, at):
        draft.mark(at, "asm", draft.source(at, closing))
        draft.replace(at, closing, b"asM")
    else:
        draft.clear(at, closing)
    return closing + 1


def rewrite_call(draft: Draft, at: int) -> None:
    """`word (...)` in a body: a statement macro, or a call."""
    tokens = draft.tokens
    opening, closing = at + 1, tokens.match[at + 1]
    if at_statement(draft, at):
        if _ends_do(draft, at):
            draft.replace(at, at, b"while")
        elif _takes_body(draft, at, closing):
            _loop(draft, at, closing)
            return
        elif rewrite_body(draft, at, closing) or _declares(draft, at, closing):
            return
        if _end_statement(draft, at, closing):
            _loop(draft, at, closing)
            return
    elif tokens.before(at) in STORAGE and at_statement(draft, at - 1):
        draft.clear(at - 1, at - 1)  # static DEFINE_RATELIMIT_STATE(rs, 1, 2);
    elif tokens.is_string(at - 1) or tokens.is_string(closing + 1):
        draft.mark(at, "name", draft.source(at, closing))
        draft.clear(opening, closing)
        return
    rewrite_arguments(draft, opening)


def _declares(draft: Draft, at: int, closing: int) -> bool:
    """`DECLARE_BITMAP(map, 8) = { };` declares its first argument."""
    tokens = draft.tokens
    if tokens.texts[closing + 1] != b"=" or tokens.texts[closing + 2] != b"{":
        return False
    name = at + 2
    if not tokens.is_word(name) or not draft.replace(at, at + 1, b"int"):
        return False
    draft.mark(at, "type", tokens.texts[at].decode("utf-8", "replace"))
    draft.clear(name + 1, closing)
    return True


def _ends_do(draft: Draft, at: int) -> bool:
    """`do { ... } while_each_thread(g, t);`"""
    tokens = draft.tokens
    if tokens.before(at) != b"}" or not tokens.texts[at].startswith(b"while_"):
        return False
    return tokens.before(tokens.match[at - 1]) == b"do"


def _takes_body(draft: Draft, at: int, closing: int) -> bool:
    tokens = draft.tokens
    word, after = tokens.texts[at], tokens.texts[closing + 1]
    if after == b"{":
        return True
    if not (LOOP.search(word) or SCOPED.search(word)):
        return False
    return is_word(after) or after in _OPERANDS or (after == b";" and _is_iteration(draft, at))


def _is_iteration(draft: Draft, at: int) -> bool:
    """`for_each_x(a, b);` with nothing to do: a loop macro, by its first words."""
    return draft.tokens.texts[at].startswith(b"for_each_")


def _loop(draft: Draft, at: int, closing: int) -> None:
    """A macro with a body becomes `while`, or `if` where its name is too short."""
    tokens = draft.tokens
    word = tokens.texts[at]
    name = word.decode("utf-8", "replace")
    arguments = tokens.arguments(at + 1)
    failure = _failure(draft, arguments)
    if word in GUARDED or (failure and SCOPED.search(word)):
        draft.mark(at, "guarded", name, failure)
    else:
        draft.mark(at, "loop" if LOOP.search(word) else "block", name)
    if not arguments:
        draft.mark(at, draft.marks[tokens.starts[at]].kind, name, "empty")
        draft.replace(at, closing, b"while(0)")
        return
    draft.replace(at, at, b"while" if len(word) >= 5 else b"if")
    rewrite_arguments(draft, at + 1)


def _failure(draft: Draft, arguments: list[tuple[int, int]]) -> str:
    """Which argument is a statement, and its keyword: "1 return" of scoped_cond_guard."""
    for number, (first, end) in enumerate(arguments):
        word = draft.tokens.texts[first]
        if word in JUMPS:
            alone = word == b"return" and end - first == 1
            return f"{number} bare-return" if alone else f"{number} {word.decode()}"
    return ""


def _end_statement(draft: Draft, at: int, closing: int) -> bool:
    """`MACRO(x)` on a line of its own, without a semicolon: put one at the line's end.

    Where the next line stands further right, that is its body: True, and nothing is done.
    """
    tokens = draft.tokens
    after, end = tokens.texts[closing + 1], tokens.ends[closing]
    if after != b"}" and (not is_word(after) or after in ATTRIBUTES):
        return False
    line_end = draft.text.find(b"\n", end, tokens.starts[closing + 1])
    if line_end >= 0:
        if after != b"}" and draft.column(closing + 1) > draft.column(at):
            return True
        draft.put(line_end, b";")
    elif after == b"}" and end < tokens.starts[closing + 1]:
        draft.put(end, b";")
    return False

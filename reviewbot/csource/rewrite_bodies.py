"""Macros that are handed statements: `poll(dev, 20, if (ready(dev)) break;);`."""

from __future__ import annotations

from reviewbot.csource.draft import Draft
from reviewbot.csource.rewrite_types import rewrite_arguments
from reviewbot.csource.vocabulary import JUMPS, KEYWORDS


def rewrite_body(draft: Draft, at: int, closing: int) -> bool:
    """Turn `MACRO(a, b, statements);` into `while (a, b) statements`, a block that may run."""
    tokens = draft.tokens
    statements = _first_statement(draft, at, closing)
    if statements is None or tokens.texts[statements - 1] != b",":
        return False
    comma, first = tokens.ends[statements - 1] - 1, tokens.starts[statements]
    several = tokens.texts[closing - 1] in (b";", b"}")
    if several and first == comma + 1:
        return False
    draft.mark(at, "block", tokens.texts[at].decode("utf-8", "replace"))
    draft.replace(at, at, b"while" if len(tokens.texts[at]) >= 5 else b"if")
    rewrite_arguments(draft, at + 1, statements - 1)
    draft.put(comma, b")")
    if several:
        draft.put(comma + 1, b"{")
    draft.put(tokens.starts[closing], b"}" if several else b";")
    return True


def _first_statement(draft: Draft, at: int, closing: int) -> int | None:
    """The first token of the first argument that is a statement."""
    tokens = draft.tokens
    for first, end in tokens.arguments(at + 1):
        lead = tokens.texts[first]
        if first == end or first == at + 2:
            continue
        if lead in JUMPS or (lead in KEYWORDS and lead in (b"if", b"for", b"while", b"do")):
            return first
        if any(tokens.texts[each] == b";" for each in _outside_braces(draft, first, end)):
            return first
    return None


def _outside_braces(draft: Draft, first: int, end: int) -> list[int]:
    found, at = [], first
    while at < end:
        found.append(at)
        at = max(at, draft.tokens.match[at]) + 1
    return found

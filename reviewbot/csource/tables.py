"""Variables of struct types with their initialisers: device tables, sets of operations."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from reviewbot.csource.bare import Run
from reviewbot.csource.tokens import Tokens, tokenise

_HEAD = re.compile(
    rb"\bstruct\s+(?P<type>\w+)\s+(?:const\s+)?(?P<name>\w+)\s*"
    rb"(?P<array>\[(?P<size>[^\]\n]*)\])?\s*(?:__\w+(?:\([^)\n]*\))?\s*)*=\s*\{"
)
_COLUMN0 = re.compile(rb"^[^\s]", re.MULTILINE)
_CLOSERS = frozenset({b")", b"]", b"}"})
_BRACKETS = _CLOSERS | {b"(", b"[", b"{"}
_BRACE = re.compile(rb"[{}]")
_INCLUDE = re.compile(rb"^[ \t]*#[ \t]*include\b", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of an initialiser: its tokens with single blanks between them."""

    text: str
    line: int
    end_line: int


@dataclass(frozen=True, slots=True)
class Table:
    """`struct TYPE name[] = { entries };`, as much of it as is in sight.

    `size` is what stands between the brackets, None where the variable is no array. `closed`
    says that the last of `entries` is the last of the table; `whole` that all are here, which
    is not so either where an #include stands among them.
    """

    type: str
    name: str
    size: str | None
    entries: tuple[Entry, ...]
    line: int
    end_line: int
    closed: bool
    whole: bool


def tables_in(run: Run, types: frozenset[str]) -> Iterator[Table]:
    """Those of one piece of text, in its order. One whose head is only named by the hunk's
    header comes first; its first entries are not in sight."""
    head = _HEAD.search(run.section.rstrip() + b"{" * (not run.section.rstrip().endswith(b"{")))
    if head is not None and _text(head["type"]) in types:
        yield from _tail(run, head)
    for found in _HEAD.finditer(run.code):
        if _text(found["type"]) in types:
            yield _table(run, found, found.start(), found.end() - 1)


@cache
def heads(types: frozenset[str]) -> re.Pattern[bytes]:
    """Finds in any text where tables of these types may begin."""
    names = "|".join(sorted(re.escape(name) for name in types))
    return re.compile(rf"\bstruct\s+(?:{names})\s[^;(){{}}]*=\s*\{{".encode())


def _table(run: Run, head: re.Match[bytes], start: int, brace: int) -> Table:
    end = _closing(run.code, brace)
    closed = end is not None
    stop = len(run.code) if end is None else end
    included = _INCLUDE.search(run.bare, brace, stop) is not None
    return Table(
        type=_text(head["type"]),
        name=_text(head["name"]),
        size=_text(head["size"]).strip() if head["array"] else None,
        entries=_entries(run, brace + 1, stop),
        line=run.line(start),
        end_line=run.line(stop),
        closed=closed and not included,
        whole=closed and not included,
    )


def _tail(run: Run, head: re.Match[bytes]) -> Iterator[Table]:
    """The end of a table that began above the hunk: down to its brace in column 0."""
    first = _COLUMN0.search(run.code)
    end = first.start() if first is not None and first.group() == b"}" else None
    if end is not None:
        yield Table(
            type=_text(head["type"]),
            name=_text(head["name"]),
            size=_text(head["size"]).strip() if head["array"] else None,
            entries=_entries(run, 0, end),
            line=run.first,
            end_line=run.line(end),
            closed=_INCLUDE.search(run.bare, 0, end) is None,
            whole=False,
        )


def _closing(code: bytes, brace: int) -> int | None:
    """Where the brace is that closes the one at `brace`."""
    depth = 0
    for found in _BRACE.finditer(code, brace):
        depth += 1 if found.group() == b"{" else -1
        if depth == 0:
            return found.start()
    return None


def _entries(run: Run, start: int, end: int) -> tuple[Entry, ...]:
    """What commas part; an entry whose beginning or end is out of sight is left out."""
    tokens = tokenise(run.code[start:end])
    lone = [
        at for at in range(len(tokens)) if tokens.texts[at] in _BRACKETS and tokens.match[at] < 0
    ]
    begins = [at for at in lone if tokens.texts[at] in _CLOSERS]
    first = begins[-1] if begins else -1
    stop = next((at for at in lone if at > first), len(tokens))
    spans = tokens.arguments(first, stop)[bool(begins) :]
    if stop < len(tokens):
        spans = spans[:-1]
    found = (_entry(run, tokens, start, *span) for span in spans)
    return tuple(entry for entry in found if entry is not None)


def _entry(run: Run, tokens: Tokens, start: int, first: int, past: int) -> Entry | None:
    """None for what stands behind a last comma."""
    words = [at for at in range(first, past) if tokens.texts[at]]
    if not words:
        return None
    text = b" ".join(tokens.texts[at] for at in words)
    line = run.line(start + tokens.starts[words[0]])
    return Entry(_text(text), line, run.line(start + tokens.ends[words[-1]] - 1))


def _text(text: bytes) -> str:
    return text.decode("latin-1")

"""What a person should know of a mail before it goes out: where it breaks the manners of lists."""

from __future__ import annotations

import re
from collections.abc import Iterator

WIDTH = 76
_TRAILER = re.compile(
    r"^(?:[A-Z][a-z]+(?:-[a-z]+)*-by|Fixes|Link|Closes|Cc|Message-ID|Change-Id):\s", re.IGNORECASE
)
_DIFF = re.compile(r"^(?:diff --git |--- [^ ]|\+\+\+ [^ ]|@@ -)")
_ODD = re.compile("[\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")


def cautions(body: str, quotes: bool = True) -> tuple[str, ...]:
    """One sentence for each thing, none for a mail as it should be.

    `quotes` is False for an answer to a cover, which need not quote anything.
    """
    return tuple(dict.fromkeys(_found(body, quotes)))


def _found(body: str, quotes: bool) -> Iterator[str]:
    text, signature, _ = body.partition("\n-- \n")
    lines = text.split("\n")
    own = [line for line in lines if not line.startswith(">")]
    for line in own:
        if _TRAILER.match(line):
            yield f"b4 takes '{line.strip()}' into the commit; put '| ' before it if it should not"
        if _DIFF.match(line):
            yield "a diff at the start of a line is taken for a patch by b4; indent or quote it"
        if len(line) > WIDTH and " " in line.strip():
            yield f"a line of ours is longer than {WIDTH} columns"
    if quotes and not any(line.startswith(">") for line in lines):
        yield "nothing of the patch is quoted"
    if _last(lines).startswith(">"):
        yield "something is quoted after the last comment"
    if not signature:
        yield "the signature is gone: it says that a program wrote this, and how to answer"
    if _ODD.search(body):
        yield "there are characters that cannot be seen or that turn text about"


def _last(lines: list[str]) -> str:
    return next((line for line in reversed(lines) if line.strip()), "")

"""A commit message as git keeps it: its lines and its trailers, each with its number."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from reviewbot.model import Patch

FIRST = 3
"""The first line of a message below its title (line 1) and the blank line after that."""

_TAGS = re.compile(r"^(?:\s*(?:re|fwd?):)*(?:\s*\[[^\]]*\])*\s*", re.IGNORECASE)
_TRAILER = re.compile(r"(?P<name>[A-Za-z][A-Za-z-]*):(?:[ \t]+(?P<value>.*)|$)")


@dataclass(frozen=True, slots=True)
class Trailer:
    """`Fixes: ...` in column 0, wherever in the message. `value` is the rest of its line, and
    `wrapped` the lines below it down to the next blank line or trailer."""

    name: str
    value: str
    line: int
    wrapped: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Message:
    """`title` is the subject without its tags; `body` the lines from `FIRST` on."""

    title: str
    body: tuple[str, ...]

    def trailers(self, name: str) -> Iterator[Trailer]:
        """Those of this name, in any case of its letters."""
        for at, line in enumerate(self.body):
            found = _TRAILER.match(line)
            if found and found["name"].lower() == name.lower():
                value = (found["value"] or "").strip()
                yield Trailer(found["name"], value, FIRST + at, tuple(self._below(at + 1)))

    def _below(self, at: int) -> Iterator[str]:
        for line in self.body[at:]:
            if not line.strip() or _TRAILER.match(line):
                return
            yield line.strip()


def message_of(patch: Patch) -> Message:
    return Message(_TAGS.sub("", patch.mail.subject).strip(), tuple(patch.message.split("\n")))

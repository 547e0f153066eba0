"""ANSI colours and plain text for a terminal; importing rich would cost more than the review."""

from __future__ import annotations

import re
from dataclasses import dataclass

from reviewbot.model import Severity

CODES = {
    "bold": "1",
    "dim": "2",
    "red": "31",
    "green": "32",
    "yellow": "33",
    "cyan": "36",
}
SHADES = {
    Severity.CRITICAL: "red",
    Severity.HIGH: "red",
    Severity.MEDIUM: "yellow",
    Severity.LOW: "cyan",
}
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]+")


@dataclass(frozen=True, slots=True)
class Paint:
    """Colours text, or leaves it as it is where `on` is False."""

    on: bool

    def __call__(self, shade: str, text: str) -> str:
        return f"\x1b[{CODES[shade]}m{text}\x1b[0m" if self.on else text


def plain(text: str) -> str:
    """Text from a mail without what would steer the terminal (escapes, bidirectional marks)."""
    return CONTROL.sub(" ", text).strip()

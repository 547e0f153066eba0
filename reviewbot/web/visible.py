"""Text from mails, safe to look at: what is invisible, or turns text about, is shown by name."""

from __future__ import annotations

import re

ODD = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f"  # control characters but for tab and newline
    "\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\ud800-\udfff\U000e0000-\U000e007f]"
)
"""Control and format characters: they hide text, or show it in another order than it is in."""


def visible(text: str) -> str:
    """The text with each odd character named in its place, as ⟨U+202E⟩."""
    return ODD.sub(lambda found: f"⟨U+{ord(found[0]):04X}⟩", text)

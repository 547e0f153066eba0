"""The words of a text, to tell at once which of many names are nowhere in it."""

from __future__ import annotations

import re
from functools import lru_cache

_WORD = re.compile(rb"[A-Za-z_]\w*")


@lru_cache(maxsize=16)
def words_of(text: bytes) -> frozenset[bytes]:
    """All words of a file's text, those of comments and strings included."""
    return frozenset(_WORD.findall(text))

"""Which functions of a file a bus calls to begin with a device, and to end with it."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from functools import lru_cache
from typing import Literal

from reviewbot.csource.sight import Sight
from reviewbot.csource.words import beginning_word

Role = Literal["probe", "remove"]

_DRIVER = re.compile(rb"struct\s+(\w+_driver)\s+\w+\s*=\s*\{(.*?)\n\};", re.S)
_MEMBER = re.compile(rb"\.(probe|remove)(?:_new)?\s*=\s*(?:__exit_p\()?(\w+)")


def callbacks(sight: Sight, buses: Collection[str]) -> Mapping[str, Role]:
    """By function, what the drivers of these types (`platform_driver`) that the file defines use
    it for. Nothing where the file is not there whole."""
    if not sight.file.whole or b"_driver" not in sight.file.text:
        return {}
    return {name: role for type, name, role in _in_text(sight.file.text) if type in buses}


@lru_cache(maxsize=16)
def _in_text(text: bytes) -> tuple[tuple[str, str, Role], ...]:
    return tuple(
        (type.decode(), name.decode(), "probe" if member == b"probe" else "remove")
        for type, body in (match.groups() for match in beginning_word(_DRIVER, text))
        for member, name in _MEMBER.findall(body)
    )

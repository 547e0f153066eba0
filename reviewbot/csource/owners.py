"""Members that lead to what their own struct lies in: priv->netdev, for netdev_priv(netdev)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from reviewbot.csource.words import beginning_word, places

_TARGET = re.compile(rb"\b(\w+)\s*=\s*\Z")
_ARGUMENT = re.compile(rb"\s*\(\s*(\w+)\s*\)")
_NEAR = 100
"""So far in front of a call the name is looked for that gets its value, bytes."""


def owners(text: bytes, insiders: frozenset[str]) -> frozenset[str]:
    """The members that a file sets so: `priv = netdev_priv(ndev); priv->ndev = ndev;`.

    `insiders` are the functions, of those that the file may name, which return a pointer into
    the memory of their argument.
    """
    found: set[str] = set()
    for private, whole in {pair for name in insiders for pair in _made(text, name.encode())}:
        back = re.compile(rb"%s->(\w+)\s*=\s*%s\s*;" % (private, whole))
        found |= {match[1].decode() for match in beginning_word(back, text)}
    return frozenset(found)


def _made(text: bytes, name: bytes) -> Iterator[tuple[bytes, bytes]]:
    """What a function makes of what: `priv`, `ndev`."""
    for at in places(text, name):
        target = _TARGET.search(text[max(0, at - _NEAR) : at])
        argument = _ARGUMENT.match(text, at + len(name))
        if target is not None and argument is not None:
            yield target[1], argument[1]

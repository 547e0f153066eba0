"""Members that lead to what their own struct lies in: priv->netdev, for netdev_priv(netdev)."""

from __future__ import annotations

import re


def owners(text: bytes, insiders: frozenset[str]) -> frozenset[str]:
    """The members that a file sets so: `priv = netdev_priv(ndev); priv->ndev = ndev;`.

    `insiders` are the functions that return a pointer into the memory of their argument.
    """
    there = [name for name in (name.encode() for name in sorted(insiders)) if name in text]
    if not there:
        return frozenset()  # most files have none: much faster than the pattern
    calls = b"|".join(re.escape(name) for name in there)
    lies = re.compile(rb"\b(\w+)\s*=\s*(?:%s)\s*\(\s*(\w+)\s*\)" % calls)
    found: set[str] = set()
    for private, whole in {match.groups() for match in lies.finditer(text)}:
        back = re.compile(rb"\b%s->(\w+)\s*=\s*%s\s*;" % (private, whole))
        found |= {match[1].decode() for match in back.finditer(text)}
    return frozenset(found)

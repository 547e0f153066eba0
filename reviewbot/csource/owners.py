"""Members that lead to what their own struct lies in: priv->netdev, for netdev_priv(netdev)."""

from __future__ import annotations

import re


def owners(text: bytes, insiders: frozenset[str]) -> frozenset[str]:
    """The members that a file sets so: `priv = netdev_priv(ndev); priv->ndev = ndev;`.

    `insiders` are the functions, of those that the file may name, which return a pointer into
    the memory of their argument.
    """
    if not insiders:
        return frozenset()  # so it is with most files
    calls = b"|".join(re.escape(name.encode()) for name in sorted(insiders))
    lies = re.compile(rb"\b(\w+)\s*=\s*(?:%s)\s*\(\s*(\w+)\s*\)" % calls)
    found: set[str] = set()
    for private, whole in {match.groups() for match in lies.finditer(text)}:
        back = re.compile(rb"\b%s->(\w+)\s*=\s*%s\s*;" % (private, whole))
        found |= {match[1].decode() for match in back.finditer(text)}
    return frozenset(found)

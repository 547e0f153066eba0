"""What is known on one path: the sign of values, what is held, and how the path came here."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from reviewbot.csource.cfg import Edge, Node
from reviewbot.csource.facts import Failure

NEG, ZERO, POS, ERR = 1, 2, 4, 8
"""A value is negative, zero or NULL, positive or a real pointer, an error pointer."""
ANY = NEG | ZERO | POS | ERR
TRUE = ANY & ~ZERO
UNSET = 16
"""Declared, and nothing written yet."""

FAILED = {
    Failure.NEVER: 0,
    Failure.NULL: ZERO,
    Failure.ERR_PTR: ERR,
    Failure.NULL_OR_ERR_PTR: ZERO | ERR,
    Failure.NEGATIVE: NEG,
    Failure.NONZERO: NEG | POS,
    Failure.NOT_POSITIVE: NEG | ZERO,
    Failure.FALSE: ZERO,
    Failure.POSITIVE: POS,
}
"""What the returned value is when the function failed."""

POSSIBLE = {
    Failure.NEVER: ANY,
    Failure.NULL: ZERO | POS,
    Failure.ERR_PTR: ERR | POS,
    Failure.NULL_OR_ERR_PTR: ZERO | ERR | POS,
    Failure.NEGATIVE: NEG | ZERO | POS,
    Failure.NONZERO: NEG | ZERO | POS,
    Failure.NOT_POSITIVE: NEG | ZERO | POS,
    Failure.FALSE: ZERO | POS,
    Failure.POSITIVE: ZERO | POS,
}
"""All that the returned value can be."""


class Val(NamedTuple):
    """What is known of one expression.

    `inst` is the held thing that this value stands for ("" for none). `origin` is the call
    site that gave the value and was not looked at since (0 for none). `tested` is the node
    where the path last compared it; `freed` the site that released what it points to; `used`
    the line where it was first dereferenced. `stale`: a call may have changed it since.
    """

    mask: int = ANY
    inst: str = ""
    origin: int = 0
    tested: int = -1
    freed: int = 0
    used: int = 0
    stale: bool = False


NOTHING = Val()


class Held(NamedTuple):
    """One thing that the path has taken and not given back.

    `site` is the call that took it. `ok` are the values of the call for which it really was
    taken. `doubts` are the calls that may have taken it over. `text` is what names it; `scoped`
    says that a clean-up node gives it back; `stored` that it hangs on a longer-lived object;
    `again` that the path had given it back before it took it: so the caller holds it.
    """

    resource: str
    site: int
    text: str
    ok: int = ANY
    doubts: frozenset[int] = frozenset()
    scoped: bool = False
    stored: bool = False
    again: bool = False


class Trail(NamedTuple):
    """The way a path came: a list linked from the end. `what` names an event at the node."""

    before: Trail | None
    node: Node
    edge: Edge
    what: str
    site: int

    def back(self) -> Iterator[Trail]:
        """From here to the function's entry."""
        at: Trail | None = self
        while at is not None:
            yield at
            at = at.before


class State:
    """What one path knows at one node. Copied, never shared, while it is changed."""

    __slots__ = ("vals", "held", "trail")

    def __init__(
        self,
        vals: dict[str, Val] | None = None,
        held: dict[str, Held] | None = None,
        trail: Trail | None = None,
    ) -> None:
        self.vals = {} if vals is None else vals
        self.held = {} if held is None else held
        self.trail = trail

    def copy(self) -> State:
        return State(self.vals.copy(), self.held.copy(), self.trail)

    def key(self) -> tuple[frozenset[tuple[str, Val]], frozenset[tuple[str, Held]]]:
        """Equal keys mean that nothing that follows can tell the paths apart."""
        return frozenset(self.vals.items()), frozenset(self.held.items())

    def get(self, text: str) -> Val:
        return self.vals.get(text, NOTHING)

    def lost(self) -> bool:
        """Whether anything that is known of was given back."""
        return any(val.freed for val in self.vals.values())

    def set(self, text: str, val: Val) -> None:
        if val == NOTHING:
            self.vals.pop(text, None)
        else:
            self.vals[text] = val

    def forget(self, text: str) -> None:
        """`text` was written: drop what was known of it and of all that is built on it."""
        for key in [k for k in self.vals if text in k and (k == text or mentions(k, text))]:
            del self.vals[key]
        for key in [k for k, h in self.held.items() if text in h.text and mentions(h.text, text)]:
            if key.startswith(KEYED):
                del self.held[key]

    def note(self, node: Node, edge: Edge = None, what: str = "", site: int = 0) -> None:
        self.trail = Trail(self.trail, node, edge, what, site)


LENT = "^"
"""`^key` is set once a path gave back a lock that it had not taken: the caller's."""

KEYED = "@"
"""Held things that an argument names start with this; those that a value stands for do not."""


def keyed(resource: str, text: str) -> str:
    return f"{KEYED}{resource}:{text}"


OUT = "?"
"""`?x` is the call that was handed &x to fill it; `tested` once it is known to have failed,
`used` where nobody takes its value."""

_NAME = re.compile(r"(?<![\w.])(?<!->)[A-Za-z_]\w*")


@lru_cache(maxsize=20000)
def roots(text: str) -> frozenset[str]:
    """The variables that an expression's text reads (members are not variables)."""
    return frozenset(_NAME.findall(text))


@lru_cache(maxsize=50000)
def mentions(text: str, part: str) -> bool:
    """Whether changing `part` (a variable, or a path like a->b) changes what `text` means."""
    if part.isidentifier():
        return part in roots(text)
    at = text.find(part)
    while at >= 0:
        end = at + len(part)
        before, after = text[at - 1 : at], text[end : end + 1]
        if not (before.isalnum() or before in ("_", ".", ">")) and not (
            after.isalnum() or after == "_"
        ):
            return True
        at = text.find(part, at + 1)
    return False

"""How much two texts that are mostly the same have in common at their ends."""

from __future__ import annotations

from collections.abc import Callable


def same_start(one: bytes, other: bytes) -> int:
    """With how many bytes both begin."""
    return _longest(one, other, lambda text, first, last: text[first:last])


def same_end(one: bytes, other: bytes) -> int:
    """With how many bytes both end."""
    return _longest(
        one, other, lambda text, first, last: text[len(text) - last : len(text) - first]
    )


def _longest(one: bytes, other: bytes, part: Callable[[bytes, int, int], bytes]) -> int:
    """By halves, for slices are compared faster than bytes; each piece is compared once."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        if part(one, low, middle) == part(other, low, middle):
            low = middle
        else:
            high = middle - 1
    return low

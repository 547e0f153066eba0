"""What two texts have in common at their beginning and at their end."""

from __future__ import annotations

import pytest

from reviewbot.csource.alike import same_end, same_start


@pytest.mark.parametrize(
    ("one", "other", "start", "end"),
    [
        (b"brisk", b"brisk", 5, 5),
        (b"brisk", b"brink", 3, 1),
        (b"brisk", b"", 0, 0),
        (b"aa", b"aaa", 2, 2),  # counted from both ends it would be more than there is
        (b"up", b"down", 0, 0),
    ],
)
def test_texts_are_compared_from_both_ends(one: bytes, other: bytes, start: int, end: int) -> None:
    assert same_start(one, other) == same_start(other, one) == start
    assert same_end(one, other) == same_end(other, one) == end

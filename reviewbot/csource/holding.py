"""Which functions of a file have a word in their text: asked before any of them is read."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator

from reviewbot.csource.sight import CFile


def functions_at(file: CFile, offsets: Iterable[int]) -> Iterator[str]:
    """The functions on whose lines these offsets of the file's text lie, in the file's order.

    The offsets ascend; those in what stands above a function or between two are nobody's.
    """
    lines = list(_lines(file.text, offsets))
    for name, first, last in file.spans() if lines else ():
        at = bisect_left(lines, first)
        if at < len(lines) and lines[at] <= last:
            yield name


def _lines(text: bytes, offsets: Iterable[int]) -> Iterator[int]:
    line, above = 1, 0
    for offset in offsets:
        line += text.count(b"\n", above, offset)
        above = offset
        yield line

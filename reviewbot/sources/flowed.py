"""Undo format=flowed (RFC 3676) where a mailer wrapped and stuffed a patch."""

from __future__ import annotations

from reviewbot.sources.patchtext import whole_hunks


def undone(text: str, delsp: bool) -> str:
    """`text` as it was before it was flowed, as far as the hunks' own counts prove it.

    Mailers that label a mail flowed do not always flow it, and some only stuff or only
    wrap, so the reading that makes most hunks whole is taken. Where several do, the one that
    undoes most: a context line that loses its blank would break the hunk, so that it still
    counts when unstuffed proves that it was stuffed.
    """
    joined = _joined(text, delsp)
    readings = (_unstuffed(joined), _unstuffed(text), joined, text)
    return max(readings, key=whole_hunks)


def _unstuffed(text: str) -> str:
    return "\n".join(line[1:] if line.startswith(" ") else line for line in text.split("\n"))


def _joined(text: str, delsp: bool) -> str:
    """Lines that end in a blank are one with the next; `-- ` is a signature, not a wrap."""
    lines: list[str] = []
    open_line = False
    for line in text.split("\n"):
        if open_line and line != "-- ":
            lines[-1] += line[1:] if line.startswith(" ") else line
        else:
            lines.append(line)
        open_line = line.endswith(" ") and line != "-- " and line.strip() != ""
        if open_line and delsp:
            lines[-1] = lines[-1][:-1]
    return "\n".join(lines)

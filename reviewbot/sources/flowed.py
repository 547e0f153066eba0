"""Undo format=flowed (RFC 3676) where a mailer wrapped and stuffed a patch."""

from __future__ import annotations

from reviewbot.sources.patchtext import whole_hunks


def undone(text: str, delsp: bool) -> str:
    """`text` as it was before it was flowed, as far as the hunks' own counts prove it.

    Mailers that label a mail flowed do not always flow it, and some only stuff or only
    wrap, so the reading that makes most hunks whole is taken, the mail as it is first.
    """
    readings = (text, _unstuffed(text), _joined(text, delsp), _unstuffed(_joined(text, delsp)))
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

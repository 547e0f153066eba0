"""Wraps what we say at 72 columns and keeps tools from taking it for more than words."""

from __future__ import annotations

import re
import textwrap

WIDTH = 72

# Lines that git, b4, patchwork or a mail reader would act upon at column 0.
_ACTED_UPON = re.compile(
    r"""  [><]                               # a quote; an address that joins a trailer above it
        | diff\ --git\ | Index:\ | ---     # a patch
        | \+\+\+\ | @@
        | --\ ?$ | -+\ *(?:>8|8<)          # a signature; scissors
        | From\                            # an mbox
        | \d+\ files?\ changed             # a diffstat
    """,
    re.VERBOSE,
)
# b4 harvests `Name: value` at any indentation: people, and these without one.
_TRAILER = re.compile(r"\s*(?P<name>\w\S+):\s+(?P<value>\S.*)")
_PLAIN_START = re.compile(r"(?:an?|each|every|neither|no|nothing|one|the|this|two|what) ")
_WITHOUT_PERSON = frozenset(
    ["base-commit", "buglink", "change-id", "closes", "fixes", "link", "obsoleted-by"]
)


def wrap(text: str) -> str:
    """Paragraphs refilled to 72 columns; indented lines (code, diffs) stay as they are.

    The result is safe to stand in a reply, see `harmless`.
    """
    blocks = re.split(r"\n[ \t]*\n", text.strip("\n"))
    filled = [_fill(block) for block in blocks if block.strip()]
    return harmless("\n\n".join(filled))


def harmless(text: str) -> str:
    """The same text, with no line that a tool would take for a patch, a quote or a trailer."""
    return "\n".join(_disarm(line) for line in text.split("\n"))


def plain(text: str) -> str:
    """A finding's sentence as it stands within another: no full stop, no marks around code."""
    return " ".join(text.replace("`", "").split()).rstrip(".")


def sentence(text: str) -> str:
    """The same words as a sentence begins: names of the code keep their case."""
    return text[:1].upper() + text[1:] if _PLAIN_START.match(text) else text


def _fill(block: str) -> str:
    out: list[str] = []
    run: list[str] = []
    for line in block.split("\n"):
        starts_item = line.startswith(("- ", "* "))
        if line[:1] in (" ", "\t", "|") and not (run and run[0].startswith(("- ", "* "))):
            out += [*_fill_run(run), line.rstrip()]
            run = []
        elif starts_item:
            out += _fill_run(run)
            run = [line]
        else:
            run.append(line)
    return "\n".join([*out, *_fill_run(run)])


def _fill_run(lines: list[str]) -> list[str]:
    """One paragraph or list item as lines; an item's further lines hang below its text."""
    text = " ".join(line.strip() for line in lines)
    return textwrap.wrap(
        text,
        WIDTH,
        subsequent_indent="  " if text.startswith(("- ", "* ")) else "",
        break_long_words=False,
        break_on_hyphens=False,
    )


def _disarm(line: str) -> str:
    if _ACTED_UPON.match(line):
        return " " + line
    trailer = _TRAILER.match(line)
    if trailer and _is_harvested(trailer["name"].lower(), trailer["value"]):
        return "| " + line.lstrip()
    return line


def _is_harvested(name: str, value: str) -> bool:
    return name in _WITHOUT_PERSON or name == "cc" or name.endswith("-by") or "@" in value

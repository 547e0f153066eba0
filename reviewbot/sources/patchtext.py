"""The text of a mail, taken apart: commit message, diff, and what stands after it."""

from __future__ import annotations

import re
from dataclasses import dataclass

_GIT = re.compile(r'diff --git "?[^\s/]+/.+')
_HUNK = re.compile(r"@@ -\d+(?:,(\d+))? \+\d+(?:,(\d+))? @@")
_HEADER = re.compile(
    r"diff |index [0-9a-f]+\.\.|old mode \d|new mode \d|deleted file mode \d|new file mode \d"
    r"|copy (?:from|to) |rename (?:from|to) |(?:dis)?similarity index \d|Binary files .* differ$"
    r"|Index: |={60,}$"
)
_BINARY = re.compile(r"(?:literal|delta) \d+$")
_SEPARATOR = re.compile(r"---\s*$")
_SCISSORS = re.compile(r"\s*[-=~*%<>8 ]*(?:8<|<8|>8|8>|%<|<%|>%|%>)[-=~*%<>8 ]*\s*$")
_IN_BODY = re.compile(r"(?:From|Subject|Date|To|Cc|Message-ID):\s", re.IGNORECASE)
_SIGNATURES = ("-- ", "--")  # some mailers strip the blank


@dataclass(frozen=True, slots=True)
class PatchText:
    """`diff` is "" where the text holds none; `rest` is what stands around the diff."""

    message: str
    diff: str
    rest: str


def split(text: str) -> PatchText:
    """Take `text` (with `\\n` line ends) apart.

    The diff starts at the first `diff --git` or real `---`/`+++`/`@@` triple; a diff that is
    quoted in the commit message, above the `---` line, is not taken for the patch. It ends
    after the last line that belongs to it: signatures and list footers are left out.
    """
    lines = text.split("\n")
    start = _start(lines)
    if start is None:
        return PatchText(_message(lines), "", text)
    end = _end(lines, start)
    diff = "\n".join(lines[start:end]) + "\n"
    return PatchText(_message(lines[:start]), diff, "\n".join(lines[:start] + lines[end:]))


def whole_hunks(text: str) -> int:
    """How many hunks of `text` have just the lines that their header promises."""
    lines = text.split("\n")
    heads = [at for at, line in enumerate(lines) if _HUNK.match(line)]
    return sum(_hunk_end(lines, at)[1] for at in heads)


def _start(lines: list[str]) -> int | None:
    """The diff's first line; a `---` line below a diff tells that it was only quoted."""
    first = _first_diff(lines, 0)
    if first is None or any(map(_SEPARATOR.match, lines[:first])):
        return first
    below = range(_end(lines, first, unbroken=True), len(lines))
    separator = next((at for at in below if _SEPARATOR.match(lines[at])), None)
    return first if separator is None else _first_diff(lines, separator) or first


def _first_diff(lines: list[str], start: int) -> int | None:
    for at in range(start, len(lines)):
        if (_GIT.match(lines[at]) and _goes_on(lines, at)) or _is_triple(lines, at):
            return at
    return None


def _goes_on(lines: list[str], at: int) -> bool:
    """A `diff --git` line is followed by another header of the same diff, or wrapped."""
    following = [line for line in lines[at + 1 : at + 3] if line.strip()]
    return any(_HEADER.match(line) or line.startswith("--- ") for line in following)


def _is_triple(lines: list[str], at: int) -> bool:
    three = lines[at : at + 3]
    return (
        len(three) == 3
        and three[0].startswith("--- ")
        and three[1].startswith("+++ ")
        and _HUNK.match(three[2]) is not None
    )


def _end(lines: list[str], start: int, *, unbroken: bool = False) -> int:
    """The line after the diff's last one; `unbroken`: before the first that is not of it.

    A hunk that is cut or wrapped cannot say where it ends; the text up to the signature is
    then kept, so that whoever reads the diff sees the damage and can name it.
    """
    end = at = start
    while at < len(lines):
        if _HUNK.match(lines[at]):
            at, whole = _hunk_end(lines, at)
            if not whole and not _diff_follows(lines, at):
                at = _signature(lines, at)
            end = at
        elif _HEADER.match(lines[at]) or _is_triple(lines, at):
            at += 2 if _is_triple(lines, at) else 1
            end = at
        elif _BINARY.match(lines[at]) or lines[at] == "GIT binary patch":
            at = end = _binary_end(lines, at)
        elif unbroken:
            break
        else:
            at += 1
    return end


def _hunk_end(lines: list[str], head: int) -> tuple[int, bool]:
    """The line after the hunk, and whether all the lines that it promises are there.

    An empty line counts as context: mailers strip the blank of an empty context line.
    """
    match = _HUNK.match(lines[head])
    old, new = (int(n) if n is not None else 1 for n in match.groups()) if match else (0, 0)
    at = head + 1
    while at < len(lines) and (old > 0 or new > 0):
        kind = lines[at][:1]
        if kind not in ("", " ", "+", "-", "\\"):
            return at, False
        old -= kind in ("", " ", "-")
        new -= kind in ("", " ", "+")
        at += 1
    while at < len(lines) and lines[at].startswith("\\ "):
        at += 1
    return at, old == 0 and new == 0


def _diff_follows(lines: list[str], at: int) -> bool:
    return any(_HUNK.match(line) or _GIT.match(line) for line in lines[at:])


def _signature(lines: list[str], start: int) -> int:
    ends = [at for at in range(start, len(lines)) if lines[at] in _SIGNATURES]
    end = ends[-1] if ends else len(lines)
    while end > start and not lines[end - 1].strip():
        end -= 1
    return end


def _binary_end(lines: list[str], at: int) -> int:
    """The line after a block of base85 lines; a blank line closes each block."""
    at += 1
    while at < len(lines) and (_BINARY.match(lines[at]) or _is_base85(lines[at])):
        at += 1
    return at + 1 if at < len(lines) and not lines[at] else at


def _is_base85(line: str) -> bool:
    return len(line) % 5 == 1 and line[:1].isalpha() and " " not in line


def _message(lines: list[str]) -> str:
    """The commit message: below scissors and in-body headers, above the `---` line."""
    lines = lines[_after_scissors(lines) :]
    start = 0
    while start < len(lines) and (not lines[start].strip() or _IN_BODY.match(lines[start])):
        start += 1
        while start and start < len(lines) and _folded(lines, start):
            start += 1
    body = lines[start:]
    end = next((at for at, line in enumerate(body) if _SEPARATOR.match(line)), len(body))
    return "\n".join(body[:end]).strip("\n")


def _folded(lines: list[str], at: int) -> bool:
    return bool(_IN_BODY.match(lines[at - 1])) and lines[at].startswith((" ", "\t"))


def _after_scissors(lines: list[str]) -> int:
    """Scissors cut only where a mail's own header or the end of the text follows them.

    Authors also frame quoted output with `--- 8< ---`, which is part of their message.
    """
    for at in range(len(lines) - 1, -1, -1):
        if _SCISSORS.match(lines[at]):
            following = [line for line in lines[at + 1 :] if line.strip()]
            if not following or _IN_BODY.match(following[0]):
                return at + 1
    return 0

"""Which lines of a diff belong to which function, where there is no file to look into."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from reviewbot.csource.bare import Run
from reviewbot.csource.locate import functions_in
from reviewbot.csource.piece import line_starts
from reviewbot.csource.preprocessor import blank, live
from reviewbot.csource.signature import read_signature
from reviewbot.model import FileDiff, Hunk

SideName = Literal["before", "after"]

_LABEL = re.compile(rb"\w+\s*:(?!:)")
_COLUMN0_CLOSE = re.compile(rb"^\}[ \t]*$", re.M)
_STATEMENT = re.compile(rb"^[ \t]+(?:return|goto|if \(|for \(|while \(|\w+\([^;]*;)", re.M)
_COLUMN0 = re.compile(rb"^[A-Za-z_]", re.M)
_COMMENT_LINE = re.compile(rb"[ \t]*\*(?:[ \t/].*)?$")
_NAMED = re.compile(rb"(?:\w|\s|\*)*\w\s*\(")


@dataclass(frozen=True, slots=True)
class Line:
    """One line in sight: its number in the file, and its text without comments."""

    number: int
    text: bytes


@dataclass(slots=True)
class Fragment:
    """What the hunks show of one function: `segments` of lines that follow each other.

    `head` is a signature to put in front where none is in sight; `opens` and `closes` say
    whether the first segment begins with the signature and the last ends with the body.
    """

    name: str
    head: bytes
    segments: list[list[Line]] = field(default_factory=list)
    opens: bool = False
    closes: bool = False

    @property
    def whole(self) -> bool:
        return self.opens and self.closes and len(self.segments) == 1


def visible(hunk: Hunk, side: SideName) -> list[tuple[int, str, bool]]:
    """The lines of a hunk on one side: (number, text, touched by the patch)."""
    found = []
    for line in hunk.lines:
        number = line.old if side == "before" else line.new
        if number is not None:
            found.append((number, line.text, line.kind != " "))
    return found


def fragments(diff: FileDiff, side: SideName) -> list[Fragment]:
    """The functions that the hunks show on one side, in the order of the file."""
    found: list[Fragment] = []
    for section, lines in _runs(diff, side):
        for part in _split(section, _live_lines(lines)):
            last = found[-1] if found else None
            if last and not part.opens and not last.closes and _same(last, part):
                last.segments.extend(part.segments)
                last.closes = part.closes
            else:
                found.append(part)
    return found


def _same(last: Fragment, part: Fragment) -> bool:
    """The next hunk goes on with this function: same name, or a label hides the name."""
    return part.name in (last.name, "")


def runs(diff: FileDiff, side: SideName) -> Iterator[Run]:
    """The lines of the hunks, without the rest of a comment that began above."""
    for section, lines in _runs(diff, side):
        text = "".join(f"{text}\n" for _, text, _ in lines).encode("utf-8", "surrogateescape")
        yield Run(lines[0][0], without_lead_comment(text), section.encode("utf-8", "replace"))


def _runs(diff: FileDiff, side: SideName) -> Iterator[tuple[str, list[tuple[int, str, bool]]]]:
    """The hunks' lines; hunks that touch each other are one run."""
    section = ""
    run: list[tuple[int, str, bool]] = []
    for hunk in diff.hunks:
        lines = visible(hunk, side)
        if run and lines and lines[0][0] == run[-1][0] + 1:
            run.extend(lines)
            continue
        if run:
            yield section, run
        section, run = hunk.section, lines
    if run:
        yield section, run


def _live_lines(run: list[tuple[int, str, bool]]) -> list[Line]:
    text = "\n".join([text for _, text, _ in run]).encode("utf-8", "surrogateescape")
    touched = frozenset(at for at, (_, _, changed) in enumerate(run, 1) if changed)
    lines = live(without_lead_comment(text), touched).text.split(b"\n")
    return [Line(number, text) for (number, _, _), text in zip(run, lines, strict=False)]


def without_lead_comment(text: bytes) -> bytes:
    """Blank the rest of a comment that began above the hunk."""
    close, opening = text.find(b"*/"), text.find(b"/*")
    if close >= 0 and (opening < 0 or close < opening):
        return blank(text[: close + 2]) + text[close + 2 :]
    end = 0
    for start in line_starts(text):
        line_end = text.find(b"\n", start)
        line = text[start : line_end if line_end >= 0 else len(text)]
        if not _COMMENT_LINE.match(line):
            break
        end = start + len(line)
    return blank(text[:end]) + text[end:]


def _split(section: str, lines: list[Line]) -> Iterator[Fragment]:
    """The parts of one run of lines: the end of a function, then whole and cut ones."""
    text = b"\n".join([line.text for line in lines])
    name, head = _section(section.encode("utf-8", "surrogateescape").strip())
    if not section.strip() and _STATEMENT.search(text):
        head = b":"
    position = 0
    if head and _begins_inside(lines):
        close = _COLUMN0_CLOSE.search(text)
        position = close.end() if close else len(text)
        inside = lines[: text.count(b"\n", 0, position) + 1]
        yield Fragment(name, head, [_past_brace(inside)], closes=close is not None)
    else:
        column0 = _COLUMN0.search(text)
        position = column0.start() if column0 else len(text)
    for place in functions_in(text[position:]):
        start, end = position + place.start, position + place.end
        first, last = text.count(b"\n", 0, start), text.count(b"\n", 0, end)
        body = text[position + place.brace : end]
        closes = body.endswith(b"\n}") or (b"\n" not in body and body.endswith(b"}"))
        yield Fragment(place.name, b"", [lines[first : last + 1]], opens=True, closes=closes)


def _past_brace(lines: list[Line]) -> list[Line]:
    """Without the function's own opening brace, which the made-up head has."""
    for at, line in enumerate(lines):
        if line.text.startswith(b"{"):
            return [Line(line.number, b" " + line.text[1:]), *lines[at + 1 :]]
        if line.text.strip() and line.text[:1] not in b" \t":
            break
    return lines


def _begins_inside(lines: list[Line]) -> bool:
    """Is the first line part of a function's body? The first line in column 0 tells."""
    indented = False
    for line in lines:
        text = line.text.rstrip()
        if not text:
            continue
        if text[:1] in (b" ", b"\t"):
            indented = True
        else:
            return text == b"}" or text[:1] == b"{" or _LABEL.match(text) is not None
    return indented


def _section(section: bytes) -> tuple[str, bytes]:
    """The name and a signature from what stands after the second @@; head b"" where that is
    no function, b":" where it is hidden: a label, which git takes for a function's name, or a
    macro's arguments that are cut off."""
    if _LABEL.fullmatch(section):
        return "", b":"
    if section.endswith((b";", b"{", b"}")) and not section.endswith(b") {"):
        return "", b""
    section = section.removesuffix(b"{").rstrip()
    if not _NAMED.match(section):
        return "", b""
    missing = section.count(b"(") - section.count(b")")
    signature = read_signature(section + b")" * max(missing, 0))
    if signature is None:
        return "", b""
    if missing <= 0:
        return signature.name, section
    if signature.macro:
        return signature.name, b":"
    return signature.name, section[: section.index(b"(")] + b"()"

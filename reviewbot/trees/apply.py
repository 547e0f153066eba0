"""A file's hunks applied to its text: found where they fit, and renumbered to where that is."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from reviewbot.model import FileDiff, Hunk

_NOT_ASCII = re.compile(rb"[\x80-\xff]+")


@dataclass(frozen=True, slots=True)
class Applied:
    """`diff` has the numbers of the lines as they really are on both sides."""

    diff: FileDiff
    before: bytes
    after: bytes


@dataclass(frozen=True, slots=True)
class Misfit:
    """The hunk (from 1) that does not apply, and what is wrong with it, to follow its name."""

    hunk: int
    why: str


class _Text:
    """A file as lines with their ends, and as lines in which damage by mail does not show."""

    def __init__(self, data: bytes) -> None:
        self.lines = io.BytesIO(data).readlines()
        self._loose: list[bytes] | None = None
        self.crlf = bool(self.lines) and self.lines[0].endswith(b"\r\n")
        self.latin = not data.isascii() and not _is_utf8(data)

    @property
    def loose(self) -> list[bytes]:
        if self._loose is None:
            self._loose = [_loosened(line) for line in self.lines]
        return self._loose


def apply(diff: FileDiff, before: bytes) -> Applied | Misfit:
    """Apply all hunks, in order, each at the place nearest to the one it names.

    Every context and removed line must be there: no fuzz. Only what mail does to a line is
    overlooked (white space at its end, the encoding of what is not ASCII), and the result
    keeps the file's own bytes, charset and line ends.
    """
    text = _Text(before)
    out: list[bytes] = []
    hunks: list[Hunk] = []
    done = drift = shift = 0
    for number, hunk in enumerate(diff.hunks, 1):
        place = _find(text, hunk, drift, done)
        if isinstance(place, str):
            return Misfit(number, place)
        at = place.at
        drift = at - _index(hunk)
        out += text.lines[done:at]
        out += _result(text, hunk, place)
        hunks.append(_moved(hunk, at, at + shift))
        done = at + hunk.old_length
        shift += hunk.new_length - hunk.old_length
    out += text.lines[done:]
    return Applied(replace(diff, hunks=tuple(hunks)), before, _joined(out))


def backwards(diff: FileDiff) -> FileDiff:
    """The diff that takes this one back: both sides of its hunks change places."""
    return replace(diff, hunks=tuple(_backwards(hunk) for hunk in diff.hunks))


def _backwards(hunk: Hunk) -> Hunk:
    kinds = {" ": " ", "+": "-", "-": "+"}
    lines = tuple(
        replace(line, kind=kinds[line.kind], old=line.new, new=line.old) for line in hunk.lines
    )
    return replace(hunk, old_start=hunk.new_start, new_start=hunk.old_start, lines=lines)


def _index(hunk: Hunk) -> int:
    """Where the hunk says it starts, from 0; one without old lines stands after its number."""
    return hunk.old_start - (hunk.old_length > 0)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a hunk fits, from 0; `exact` says that it does byte for byte."""

    at: int
    exact: bool


def _find(text: _Text, hunk: Hunk, drift: int, low: int) -> _Place | str:
    """The hunk's place at or after line `low`, or why there is none."""
    guess = _index(hunk) + drift
    want = [_encoded(line.text, line.ends) for line in hunk.lines if line.kind != "+"]
    if not want:
        inside = low <= guess <= len(text.lines)
        return _Place(guess, True) if inside else "starts beyond the end of the file"
    if guess >= low and text.lines[guess : guess + len(want)] == want:
        return _Place(guess, True)
    places = _anchored(hunk, _places(text.lines, want, low), len(text.lines))
    exact = bool(places)
    if not exact:
        loose = _places(text.loose, [_loosened(line) for line in want], low)
        places = _anchored(hunk, loose, len(text.lines))
    if not places:
        return "does not apply"
    first, *others = sorted(places, key=lambda at: abs(at - guess))
    if others and abs(first - guess) == abs(others[0] - guess):
        return "fits equally well in two places"
    return _Place(first, exact)


def _places(lines: Sequence[bytes], want: Sequence[bytes], low: int) -> list[int]:
    """Where the lines stand one after the other. The rarest of them is looked up, not each."""
    count = len(want)
    rarest = max(range(count), key=lambda i: len(want[i]))
    found: list[int] = []
    at = low + rarest - 1
    while True:
        try:
            at = lines.index(want[rarest], at + 1)
        except ValueError:
            return found
        start = at - rarest
        if lines[start : start + count] == want:
            found.append(start)


def _anchored(hunk: Hunk, places: list[int], total: int) -> list[int]:
    """Only the file's start or end, where the hunk's lack of context says that it was there."""
    changes = [i for i, line in enumerate(hunk.lines) if line.kind != " "]
    if not changes:
        return places
    lead, trail = changes[0], len(hunk.lines) - 1 - changes[-1]
    if lead < trail and hunk.old_start <= 1:
        places = [at for at in places if at == 0]
    if trail == 0 < lead:
        places = [at for at in places if at + hunk.old_length == total]
    return places


def _encoded(text: str, ends: bool) -> bytes:
    try:
        data = text.encode(errors="surrogateescape")
    except UnicodeEncodeError:
        data = text.encode(errors="replace")
    return data + (b"\n" if ends else b"")


def _loosened(line: bytes) -> bytes:
    return _NOT_ASCII.sub(b"?", line.rstrip())


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def _result(text: _Text, hunk: Hunk, place: _Place) -> list[bytes]:
    """The hunk's lines after the patch: context from the file, the others in its manner."""
    out: list[bytes] = []
    at = place.at
    for line in hunk.lines:
        if line.kind == "+":
            data = _added(text, line.text, line.ends)
            out.append(data if place.exact else _ended(text, data))
        else:
            if line.kind == " ":
                out.append(text.lines[at])
            at += 1
    return out


def _added(text: _Text, line: str, ends: bool) -> bytes:
    if text.latin:
        try:
            return line.encode("latin-1") + (b"\n" if ends else b"")
        except UnicodeEncodeError:
            pass
    return _encoded(line, ends)


def _ended(text: _Text, line: bytes) -> bytes:
    """The line with the file's own line end, where mail has changed the others as well."""
    if not line.endswith(b"\n"):
        return line
    return line.removesuffix(b"\n").removesuffix(b"\r") + (b"\r\n" if text.crlf else b"\n")


def _moved(hunk: Hunk, old: int, new: int) -> Hunk:
    """The hunk with its lines numbered for where it starts on both sides, from 0."""
    old_start, new_start = old + (hunk.old_length > 0), new + (hunk.new_length > 0)
    by_old, by_new = old_start - hunk.old_start, new_start - hunk.new_start
    if not by_old and not by_new:
        return hunk
    lines = tuple(
        replace(
            line,
            old=None if line.old is None else line.old + by_old,
            new=None if line.new is None else line.new + by_new,
        )
        for line in hunk.lines
    )
    return replace(hunk, old_start=old_start, new_start=new_start, lines=lines)


def _joined(lines: list[bytes]) -> bytes:
    """The lines as one text; only the last may lack its end."""
    text = b"".join(lines)
    if text.count(b"\n") + (not text.endswith(b"\n")) >= len(lines):
        return text
    whole = [line if line.endswith(b"\n") else line + b"\n" for line in lines[:-1]]
    return b"".join(whole + lines[-1:])

"""A Fixes: tag that tools cannot follow: no commit's name, too short a one, or the wrong one.

Source: Documentation/process/submitting-patches.rst: at least the first 12 characters of the
SHA-1 ID, and the one line summary.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from difflib import SequenceMatcher
from typing import NamedTuple

from reviewbot.rule import (
    Claim,
    Commit,
    Confidence,
    Need,
    Note,
    PatchSight,
    Rule,
    Severity,
    Trailer,
)

SHORTEST = 9
"""Hexadecimal digits. The kernel has some 12 million objects: one name of eight digits in 360 is
that of several, one of nine in 6,000. Twelve are asked for, and checkpatch asks for them."""
_LONGEST = 40
_SHA256 = 64
_ALIKE = 0.8

_NAME = re.compile(r"(?:commit\s+)?(?P<name>[0-9a-f]{5,})(?![\w.])\s*(?P<title>.*)", re.IGNORECASE)
_NAMELESS = re.compile(
    r"(?:commit|[xX?]+|[<{][^>}]*[>}]|[^\s(]*\d[^\s(]*)?\s*(?:\(\s*[\"“].*[\"”]\s*\)|[\"“][^\"”]*[\"”])$"
)
_OTHER_FORM = re.compile(r"v?\d+\.\d|https?:|#|\[", re.IGNORECASE)
_OPENERS = ("(", '"', "“")
_CLOSERS = (")", '"', "”")
_CUT = ("...", "…")
_BACKPORT = re.compile(r"\bupstream\b", re.IGNORECASE)
_FOR_OLD = re.compile(r"\[[^\]]*\d\.\d+[^\]]*\]")
_NO_LETTER = re.compile(r"[\W_]+")


class Tag(NamedTuple):
    """`name` is as written, "" where nothing can be read as one; so is `title`."""

    name: str
    title: str
    line: int


def check(sight: PatchSight) -> Iterable[Claim]:
    for trailer in sight.message.trailers("Fixes"):
        tag = _read(trailer)
        if tag is None:
            continue
        digits = len(tag.name)
        if not digits:
            yield _claim(tag, "nameless", "the Fixes: tag has no name of a commit")
        elif digits > _LONGEST and digits != _SHA256:
            yield _claim(tag, "long", f"{digits} digits are more than the name of a commit has")
        else:
            yield from _looked_up(sight, tag)


def _read(trailer: Trailer) -> Tag | None:
    """None for what is no such tag: a version, an address, the number of a report, prose."""
    text = trailer.value
    named = _NAME.match(text)
    if named is None:
        tagged = _NAMELESS.match(text) and not _OTHER_FORM.match(text)
        return Tag("", text, trailer.line) if tagged else None
    name, title = named["name"], named["title"]
    if not title.startswith(_OPENERS) and (name.isalpha() or (name.isdecimal() and not title)):
        return None
    if title.startswith(_OPENERS) and not title.endswith(_CLOSERS):
        title = " ".join((title, *trailer.wrapped))
    return Tag(name, title, trailer.line)


def _looked_up(sight: PatchSight, tag: Tag) -> Iterator[Claim]:
    found = sight.around.commit(tag.name.lower())
    if isinstance(found, Commit):
        if not _fits(tag.title, found.title):
            alike = SequenceMatcher(None, tag.title, found.title).ratio() > _ALIKE
            severity = Severity.LOW if alike else Severity.MEDIUM
            message = f"the title of commit {tag.name} is another"
            yield _claim(tag, "title", message, severity, found)
            return
    elif found == "ambiguous":
        yield _claim(tag, "ambiguous", f"{tag.name} is the name of several objects")
        return
    elif found == "missing" and not _from_elsewhere(sight):
        yield _claim(tag, "missing", f"there is no commit {tag.name} below the base of the patch")
        return
    if len(tag.name) < SHORTEST:
        yield _claim(tag, "short", f"{tag.name} is too short to name one commit")


def _fits(title: str, real: str) -> bool:
    """Quotes, white space and case are style, and a title may be cut short."""
    return _letters(real).startswith(_letters(title))


def _letters(text: str) -> str:
    return _NO_LETTER.sub("", text).casefold()


def _from_elsewhere(sight: PatchSight) -> bool:
    """A backport names commits of mainline, which a stable branch has under other names."""
    subject = sight.images.patch.mail.subject
    return any(map(_BACKPORT.search, sight.message.body)) or bool(_FOR_OLD.match(subject))


def _claim(
    tag: Tag,
    kind: str,
    message: str,
    severity: Severity = Severity.MEDIUM,
    real: Commit | None = None,
) -> Claim:
    step = f'commit {real.name[:12]} is "{real.title}"' if real is not None else message
    return Claim(
        line=tag.line,
        end_line=tag.line,
        message=message,
        shape=(kind, tag.name or tag.title),
        trace=(Note(tag.line, step),),
        severity=severity,
        words=(
            ("kind", kind),
            ("name", tag.name),
            ("real", real.title if real is not None else ""),
            ("right", f'{real.name[:12]} ("{real.title}")' if real is not None else ""),
        ),
    )


RULE = Rule(
    title="Fixes: tag that names no commit, or not the one it says",
    category="mail",
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    needs=Need.DIFF,
    source="Documentation/process/submitting-patches.rst, Describe your changes",
    check_patch=check,
)

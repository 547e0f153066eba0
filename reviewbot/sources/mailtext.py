"""A raw mail to what a person reads: decoded headers, and the text parts in Unicode."""

from __future__ import annotations

import email.errors
import email.header
import email.message
import email.parser
import email.policy
import email.utils
import re
from collections.abc import Iterator
from dataclasses import dataclass

from reviewbot.model import Address
from reviewbot.sources import charset

_FOLD = re.compile(r"\r?\n(?=[ \t])")
_LINE_END = re.compile(r"\r+\n|\r\n")
_LOOSE = re.compile(
    r"""(?P<name>"[^"]*"|[^<>"]*?)\s*<(?P<email>[^<>\s]+@[^<>\s]+)>|(?P<bare>[^<>\s,;]+@[^<>\s,;]+)"""
)
_PATCH_TYPES = ("text/x-patch", "text/x-diff", "application/x-patch", "application/octet-stream")

Raw = email.message.Message


@dataclass(frozen=True, slots=True)
class Part:
    """One text part. `flowed` and `delsp` are as its Content-Type states them (RFC 3676)."""

    text: str
    attached: bool = False
    name: str = ""
    flowed: bool = False
    delsp: bool = False


def parse(raw: bytes) -> Raw:
    """Python's parser in its lenient mode: it records what is wrong and never raises."""
    return email.parser.BytesParser(policy=email.policy.compat32).parsebytes(raw)


def header(mail: Raw, name: str) -> str:
    """The header's text, decoded (RFC 2047) and on one line; "" where it is missing."""
    return " ".join(decoded(unfolded(mail, name)).split())


def unfolded(mail: Raw, name: str) -> str:
    """The header as it stands in the mail, on one line; several of a name are joined."""
    wanted = name.lower()
    values = [str(value) for key, value in mail.raw_items() if key.lower() == wanted]
    return _FOLD.sub("", ", ".join(values)).strip()


def decoded(value: str) -> str:
    """Encoded words and raw 8-bit bytes of a header value to text."""
    try:
        chunks = email.header.decode_header(_plain(value))
    except (email.errors.HeaderParseError, ValueError):
        return _plain(value)
    return "".join(
        chunk if isinstance(chunk, str) else charset.decode(chunk, name or "")
        for chunk, name in chunks
    )


def addresses(mail: Raw, *names: str) -> tuple[Address, ...]:
    """The mailboxes of these headers, display names decoded; groups and junk left out."""
    values = [unfolded(mail, name) for name in names]
    found: list[Address] = []
    for value in filter(None, values):
        pairs = email.utils.getaddresses([_plain(value)])
        good = [Address(_name(name), spec) for name, spec in pairs if "@" in spec]
        found += good if len(good) == len(pairs) else _salvaged(value)
    return tuple(dict.fromkeys(found))


def parts(mail: Raw) -> Iterator[Part]:
    """The text parts and the attachments that may be patches, in order, line ends `\\n`."""
    for part in _leaves(mail):
        kind = part.get_content_type()
        attached = "attachment" in unfolded(part, "Content-Disposition").lower()
        name = decoded(part.get_filename() or "")
        is_patch = kind in _PATCH_TYPES or name.lower().endswith((".patch", ".diff", ".txt"))
        if kind != "text/plain" and not is_patch:
            continue
        flowed = str(part.get_param("format") or "").lower() == "flowed"
        delsp = str(part.get_param("delsp") or "").lower() == "yes"
        attached = attached or kind != "text/plain"
        yield Part(_text(part), attached, name, flowed and not attached, delsp)


def _leaves(mail: Raw) -> Iterator[Raw]:
    """The parts that hold no others; mail that is attached to this mail is not its text."""
    content = mail.get_payload()
    if mail.get_content_maintype() == "message":
        return
    if not isinstance(content, list):
        yield mail
        return
    for part in content:
        if isinstance(part, email.message.Message):
            yield from _leaves(part)


def _text(part: Raw) -> str:
    payload = part.get_payload(decode=True)
    raw = payload if isinstance(payload, bytes) else b""
    name = part.get_param("charset") or ""
    text = charset.decode(raw, name[2] if isinstance(name, tuple) else str(name))
    return _LINE_END.sub("\n", text.removeprefix("\ufeff"))


def _plain(value: str) -> str:
    """Raw 8-bit bytes, which the parser keeps as surrogates, to text."""
    try:
        return charset.decode(value.encode("utf-8", "surrogateescape"))
    except UnicodeEncodeError:
        return value.encode("utf-8", "replace").decode("utf-8")


def _name(name: str) -> str:
    return " ".join(decoded(name).split())


def _salvaged(value: str) -> list[Address]:
    """The addresses of a header that breaks the grammar: an unquoted comma, a stray bracket."""
    return [
        Address(" ".join((match["name"] or "").strip(' ",;').split()), match["email"] or match[3])
        for match in _LOOSE.finditer(decoded(value))
    ]

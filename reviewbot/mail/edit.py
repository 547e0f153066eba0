"""A drafted mail taken apart for a person to edit, and put together again as it was made."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.utils import getaddresses, quote

from reviewbot.errors import BadUsage
from reviewbot.mail import wire
from reviewbot.model import Address

_MIME = frozenset({"mime-version", "content-type", "content-transfer-encoding"})
_HEADER = re.compile(r"^([!-9;-~]+): ?(.*(?:\n[ \t].*)*)", re.MULTILINE)
_ADDRESS = re.compile(r"[^\s@<>,;:\"()\[\]\\]+@[^\s@<>,;:\"()\[\]\\]+")


@dataclass(frozen=True, slots=True)
class Written:
    """A mail as a person reads it. `head` is its headers as they go out, without a line end."""

    head: str
    subject: str
    to: tuple[Address, ...]
    cc: tuple[Address, ...]
    body: str


def read(message: bytes) -> Written:
    """One of our own drafts: a single part of plain text."""
    head, _ = _halves(message)
    parsed = message_from_bytes(message, policy=policy.default)
    payload = parsed.get_payload(decode=True)
    body = payload if isinstance(payload, bytes) else b""
    return Written(
        head=head,
        subject=str(parsed.get("Subject", "")),
        to=_people(head, "To"),
        cc=_people(head, "Cc"),
        body=body.decode("utf-8", "replace"),
    )


def rewrite(message: bytes, to: str, cc: str, body: str) -> bytes:
    """The mail with other recipients and another body; all else stays as it was, byte for byte.

    `to` and `cc` are as people write them, with commas between. Raises BadUsage.
    """
    people = {"To": addresses("To", to), "Cc": addresses("Cc", cc)}
    if not people["To"]:
        raise BadUsage("To: nobody is named; a mail needs somebody to go to")
    head, _ = _halves(message)
    headers = [(found[1], found[2]) for found in _HEADER.finditer(head)]
    kept = [(name, _value(name, value, people)) for name, value in headers]
    if "Cc" not in dict(kept):
        after_to = [name for name, _ in kept].index("To") + 1
        kept.insert(after_to, ("Cc", wire.mailboxes("Cc", people["Cc"])))
    text = "\n".join(body.replace("\r\n", "\n").rstrip("\n").split("\n")) + "\n"
    return wire.serialize([pair for pair in kept if pair[1] and pair[0].lower() not in _MIME], text)


def addresses(name: str, text: str) -> tuple[Address, ...]:
    """Raises BadUsage for what is no mail address."""
    if not text.isprintable():
        raise BadUsage(f"{name}: give the addresses on one line, with commas between")
    found = [pair for pair in getaddresses([text]) if any(pair)]
    for _, email in found:
        if not email.isascii() or not _ADDRESS.fullmatch(email):
            raise BadUsage(f"{name}: '{email or text.strip()}' is no mail address")
    if text.strip() and not found:
        raise BadUsage(f"{name}: '{text.strip()}' is no mail address")
    return tuple(Address(person, email) for person, email in found)


def as_text(people: Iterable[Address]) -> str:
    """Addresses as people write them."""
    return ", ".join(
        f"{_quoted(one.name)} <{one.email}>" if one.name else one.email for one in people
    )


def _quoted(name: str) -> str:
    """What is more than letters, spaces and dashes stands in quotes."""
    plain = all(c.isalnum() or c in " '-_" for c in name)
    return name if plain else f'"{quote(name)}"'


def _value(name: str, value: str, people: dict[str, tuple[Address, ...]]) -> str:
    return wire.mailboxes(name, people[name]) if name in people else value


def _halves(message: bytes) -> tuple[str, bytes]:
    head, _, body = message.partition(b"\n\n")
    return head.decode("ascii", "replace"), body


def _people(head: str, header: str) -> tuple[Address, ...]:
    """The email package's own reading puts blanks between encoded words of one name."""
    values = [found[2] for found in _HEADER.finditer(head) if found[1] == header]
    pairs = getaddresses([" ".join(value.split()) for value in values])
    return tuple(Address(str(make_header(decode_header(name))), email) for name, email in pairs)

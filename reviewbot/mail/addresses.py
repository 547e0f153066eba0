"""Whom a reply goes to: the person behind a patch mail, everybody on it, and never a program."""

from __future__ import annotations

import re
from collections.abc import Iterable
from email.utils import parseaddr
from fnmatch import fnmatchcase

from reviewbot.mail.settings import ReplySettings
from reviewbot.model import Address, Mail

# b4's web endpoint sends for its users as `NAME via B4 Relay <devnull+USER.HOST@kernel.org>`.
_RELAY = re.compile(r"devnull\+[^@]+@kernel\.org", re.IGNORECASE)
_VIA_RELAY = re.compile(r"\s+via B4 Relay$", re.IGNORECASE)
_MAILABLE = re.compile(r"[!-;=?A-Z\[-~]+@[!-;=?A-Z\[-~]+")


def is_answerable(mail: Mail, settings: ReplySettings) -> bool:
    """Whether a person wrote the mail and may be answered (RFC 3834, section 2)."""
    if mail.auto_submitted not in ("", "no"):
        return False
    sender = mail.author.email.lower()
    return not settings.is_own(sender) and not any(
        fnmatchcase(sender, pattern) for pattern in settings.bots
    )


def author_of(mail: Mail) -> Address:
    """The person who sent a mail, with the relay that some send through taken off."""
    if not _RELAY.fullmatch(mail.author.email):
        return mail.author
    name = _VIA_RELAY.sub("", mail.author.name)
    stated = _stated_in_body(mail.body)
    for real in (*mail.reply_to, *([stated] if stated else [])):
        if not _RELAY.fullmatch(real.email):
            return Address(real.name or name, real.email)
    return Address(name, mail.author.email)


def recipients(
    mail: Mail, settings: ReplySettings
) -> tuple[tuple[Address, ...], tuple[Address, ...]]:
    """(To, Cc) of a reply to everybody, each address once, ours never.

    A Reply-To is followed, unless it names only addresses that the mail went to anyway: that
    is a list's doing and would leave the author out.
    """
    author = author_of(mail)
    was_sent_to = {address.email.lower() for address in (*mail.to, *mail.cc)}
    asked_for = [address for address in mail.reply_to if not _RELAY.fullmatch(address.email)]
    if not {address.email.lower() for address in asked_for} - was_sent_to - {author.email.lower()}:
        asked_for = [author]
    seen: set[str] = set()
    to = _each_once(asked_for, settings, seen)
    cc = _each_once((*mail.to, *mail.cc), settings, seen)
    return (to, cc) if to else (cc, ())


def _each_once(
    addresses: Iterable[Address], settings: ReplySettings, seen: set[str]
) -> tuple[Address, ...]:
    kept = []
    for address in addresses:
        key = address.email.lower()
        # What no mail server would take must not break the whole mail's header.
        if key in seen or settings.is_own(key) or not _MAILABLE.fullmatch(address.email):
            continue
        if _RELAY.fullmatch(key):
            continue
        seen.add(key)
        kept.append(address)
    return tuple(kept)


def _stated_in_body(body: str) -> Address | None:
    """The `From:` line that git puts above a commit message sent by somebody else."""
    first = body.lstrip("\n").partition("\n")[0]
    if not first.startswith("From: "):
        return None
    name, email = parseaddr(first.removeprefix("From: "))
    return Address(name, email) if "@" in email else None

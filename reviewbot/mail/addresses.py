"""Whom a reply goes to: the person behind a patch mail, everybody on it, and never a program."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from fnmatch import fnmatchcase

from reviewbot.config.lists import Audience
from reviewbot.mail.audience import audience_of, author_of, is_relay
from reviewbot.mail.settings import ReplySettings
from reviewbot.model import Address, Mail

_MAILABLE = re.compile(r"[!-;=?A-Z\[-~]+@[!-;=?A-Z\[-~]+")


def is_answerable(mail: Mail, settings: ReplySettings) -> bool:
    """Whether a person wrote the mail (RFC 3834, section 2) who does not mind an answer."""
    return is_from_a_person(mail, settings) and not any(
        settings.wants_no_mail(address.email) for address in (mail.author, author_of(mail))
    )


def is_from_a_person(mail: Mail, settings: ReplySettings) -> bool:
    """Whether neither we nor another program wrote the mail, as far as it shows."""
    if mail.auto_submitted not in ("", "no"):
        return False
    sender = mail.author.email.lower()
    return not settings.is_own(sender) and not any(
        fnmatchcase(sender, pattern) for pattern in settings.bots
    )


def recipients(
    mail: Mail, settings: ReplySettings
) -> tuple[tuple[Address, ...], tuple[Address, ...]]:
    """(To, Cc) of a reply to everybody who is to be written to, each once, ourselves never.

    A Reply-To is followed, unless it names only addresses that the mail went to anyway: that
    is a list's doing and would leave the author out.
    """
    author = author_of(mail)
    was_sent_to = {address.email.lower() for address in (*mail.to, *mail.cc)}
    asked_for = [address for address in mail.reply_to if not is_relay(address.email)]
    if not {address.email.lower() for address in asked_for} - was_sent_to - {author.email.lower()}:
        asked_for = [author]
    seen: set[str] = set()
    to = _each_once(asked_for, settings, seen)
    cc = _each_once((*mail.to, *mail.cc), settings, seen)
    to, cc = (_only(settings.write_to, each, mail, settings) for each in (to, cc))
    return (to, cc) if to else (cc, ())


def _only(
    wanted: Collection[Audience], addresses: Iterable[Address], mail: Mail, settings: ReplySettings
) -> tuple[Address, ...]:
    kinds = [(address, audience_of(address, mail, settings.lists)) for address in addresses]
    return tuple(address for address, kind in kinds if kind in wanted)


def _each_once(
    addresses: Iterable[Address], settings: ReplySettings, seen: set[str]
) -> tuple[Address, ...]:
    kept = []
    for address in addresses:
        key = address.email.lower()
        # What no mail server would take must not break the whole mail's header.
        if key in seen or settings.is_own(key) or not _MAILABLE.fullmatch(address.email):
            continue
        if is_relay(key) or settings.wants_no_mail(key):
            continue
        seen.add(key)
        kept.append(address)
    return tuple(kept)

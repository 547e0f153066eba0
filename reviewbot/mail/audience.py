"""Who somebody is on a mail: its author, a list, or one of the other people.

An address is a list's where the settings know it as one, where the mail came by it (List-Id,
RFC 2919), or where it looks like the lists that kernel people use. The last is a guess, and made
so that it errs on one side: a person who is taken for a list gets no mail where only people
are written to, but what was meant for a few does not become public.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from email.utils import parseaddr

from reviewbot.config.lists import Audience
from reviewbot.model import Address, Mail

# b4's web endpoint sends for its users as `NAME via B4 Relay <devnull+USER.HOST@kernel.org>`.
_RELAY = re.compile(r"devnull\+[^@]+@kernel\.org", re.IGNORECASE)
_VIA_RELAY = re.compile(r"\s+via B4 Relay$", re.IGNORECASE)
_LISTS_ONLY = re.compile(r"(?:.*[.-])?(?:vger|lists?|mailman|groups|googlegroups)\..+")
"""Hosts where nobody has a mailbox of his own."""
_LISTS_TOO = re.compile(r"(?:.*\.)?(?:kvack|nongnu|gnu|alsa-project|sourceware)\.org")
_LIST_NAME = re.compile(
    r"linux-.+|.+[-.](?:devel|dev|list|lists|users|announce|commits|patches|discuss)|patches|stable"
)
_LIST_ID = re.compile(r"<([^<>]+)>")


def audience_of(address: Address, mail: Mail, lists: Collection[str]) -> Audience:
    """What this address is on the mail that is answered; `lists` are addresses of known lists."""
    email = address.email.lower()
    name, _, host = email.partition("@")
    # First of all: some lists put themselves into From, for DMARC's sake.
    if _is_known_list(email, mail, lists) or _LISTS_ONLY.fullmatch(host):
        return Audience.LIST
    if email in _authors(mail):
        return Audience.AUTHOR
    if _LISTS_TOO.fullmatch(host) or _LIST_NAME.fullmatch(name):
        return Audience.LIST
    return Audience.MAINTAINERS


def author_of(mail: Mail) -> Address:
    """The person who sent a mail, with the relay that some send through taken off."""
    if not is_relay(mail.author.email):
        return mail.author
    name = _VIA_RELAY.sub("", mail.author.name)
    stated = _stated_in_body(mail.body)
    for real in (*mail.reply_to, *([stated] if stated else [])):
        if not is_relay(real.email):
            return Address(real.name or name, real.email)
    return Address(name, mail.author.email)


def is_relay(email: str) -> bool:
    """Whether nobody reads what is sent to this address, though a person's name stands there."""
    return _RELAY.fullmatch(email) is not None


def _authors(mail: Mail) -> set[str]:
    """The author's addresses: where he wrote from, and where he wants the answer."""
    was_sent_to = {address.email.lower() for address in (*mail.to, *mail.cc)}
    asked_for = {address.email.lower() for address in mail.reply_to} - was_sent_to
    return {author_of(mail).email.lower(), mail.author.email.lower(), *asked_for}


def _is_known_list(email: str, mail: Mail, lists: Collection[str]) -> bool:
    stated = _LIST_ID.search(mail.list_id)
    list_id = (stated[1] if stated else mail.list_id).strip().lower()
    return email in {each.lower() for each in lists} or list_id == email.replace("@", ".")


def _stated_in_body(body: str) -> Address | None:
    """The `From:` line that git puts above a commit message sent by somebody else."""
    first = body.lstrip("\n").partition("\n")[0]
    if not first.startswith("From: "):
        return None
    name, email = parseaddr(first.removeprefix("From: "))
    return Address(name, email) if "@" in email else None

"""Settings of the outbox: where approved drafts go, and how it is reached."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from reviewbot.errors import BadSetting

_SLUG = re.compile(r"[A-Za-z0-9_-]+")


class Channel(StrEnum):
    """Where an approved draft goes."""

    MAILDIR = "maildir"
    MBOX = "mbox"
    IMAP = "imap"
    SMTP = "smtp"


class Security(StrEnum):
    """How a mail server is spoken to."""

    TLS = "tls"
    STARTTLS = "starttls"
    PLAIN = "plain"


@dataclass(frozen=True, slots=True)
class MailServer:
    """One account on a mail server.

    `folder` is where an IMAP server keeps drafts, "" for the one that it marks as such.
    """

    __pydantic_config__: ClassVar[dict[str, str]] = {"extra": "forbid"}

    host: str = ""
    port: int = 0
    security: Security = Security.TLS
    user: str = ""
    password: str = ""
    folder: str = ""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """Where drafts go once a person has approved them, and where results are shown else.

    `path` is the maildir's folder or the mbox file. A delivery that failed is tried again up
    to `tries` times, first after `retry_seconds`, then twice as long each time. With
    `patchwork_url` and `patchwork_token` each patch also gets a check there, under the name
    `patchwork_context`.
    """

    __pydantic_config__: ClassVar[dict[str, str]] = {"extra": "forbid"}

    channel: Channel = Channel.MAILDIR
    path: str = ""
    imap: MailServer = MailServer()
    smtp: MailServer = MailServer()
    tries: int = 5
    retry_seconds: float = 60.0
    patchwork_url: str = ""
    patchwork_token: str = ""
    patchwork_context: str = "reviewbot"

    def __post_init__(self) -> None:
        needs = {
            Channel.IMAP: ("outbox.imap.host", self.imap.host),
            Channel.SMTP: ("outbox.smtp.host", self.smtp.host),
            Channel.MBOX: ("outbox.path", self.path),
        }
        name, value = needs.get(self.channel, ("", "given"))
        if not value:
            raise BadSetting(f"{name}: missing; outbox.channel = '{self.channel}' needs it")
        if self.patchwork_url and not self.patchwork_token:
            raise BadSetting(
                "outbox.patchwork_token: missing; patchwork takes checks with one only"
            )
        if not _SLUG.fullmatch(self.patchwork_context):
            raise BadSetting("outbox.patchwork_context: letters, digits, - and _ only, please")

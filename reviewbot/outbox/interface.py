"""What every outbox can do: take a draft, once, or say why not.

OutboxUnusable    nothing was taken; later it may be
MailRefused       nothing was taken, and nothing will be
DeliveryUnclear   the mail was handed over, and it was not heard whether it was taken
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from enum import StrEnum
from typing import Protocol

from reviewbot.model import Draft

Brink = Callable[[], None]
"""Called just before a mail can no longer be held back; if it raises, nothing goes out."""


class Whereabouts(StrEnum):
    """Where a mail is that was perhaps delivered."""

    THERE = "there"
    ABSENT = "absent"
    UNKNOWN = "unknown"  # the place takes mail, but does not say what it has


class Outbox(Protocol):
    """A place for drafts. Nothing is sent by an outbox that only keeps them."""

    def deliver(self, draft: Draft) -> None:
        """Puts the draft there; raises OutboxUnusable where that is impossible.

        An outbox that remembers (a maildir) leaves alone a draft with the same Message-ID.
        """


class Channel(Protocol):
    """A place that approved drafts go to. All methods raise leaves of DeliveryFailed."""

    @property
    def name(self) -> str:
        """The place in words, for people: `smtp.example.org`, a folder."""
        ...

    def find(self, draft: Draft) -> Whereabouts:
        """Whether the place has a mail with the draft's Message-ID.

        `draft` is the mail as it was handed over; what was written of it in part is cleared away.
        """
        ...

    def send(self, draft: Draft, brink: Brink) -> str:
        """Hands the draft over; what a person should know of how it went, or ""."""
        ...


def deliver_all(outbox: Outbox, drafts: Iterable[Draft]) -> None:
    """Delivers in order; the first that fails raises, those before it are delivered."""
    for draft in drafts:
        outbox.deliver(draft)

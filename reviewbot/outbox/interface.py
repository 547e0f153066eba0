"""What every outbox can do: take a draft, once, or say why not."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from reviewbot.model import Draft


class Outbox(Protocol):
    """A place for drafts. Nothing is sent by an outbox that only keeps them."""

    def deliver(self, draft: Draft) -> None:
        """Puts the draft there; raises OutboxUnusable where that is impossible.

        An outbox that remembers (a maildir) leaves alone a draft with the same Message-ID.
        """


def deliver_all(outbox: Outbox, drafts: Iterable[Draft]) -> None:
    """Delivers in order; the first that fails raises, those before it are delivered."""
    for draft in drafts:
        outbox.deliver(draft)

"""A draft in the store and a place that mail goes to, for tests of the way out."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime

from reviewbot.config import Settings
from reviewbot.config.lists import EVERY_LIST, Audience, ListPolicy
from reviewbot.config.outgoing import Outgoing
from reviewbot.errors import DeliveryFailed
from reviewbot.model import Draft
from reviewbot.outbox.interface import Brink, Whereabouts
from reviewbot.store.records import DraftState, StoredDraft
from reviewbot.store.store import Store
from tests.mail import invented

LIST = "linux-demo@lists.example.org"
OPEN = ListPolicy(muted=False, write_to=tuple(Audience))


class Killed(BaseException):
    """What kill -9 does to a try, as far as one process can show it."""


@dataclass
class Place:
    """A channel that fails, or dies, `before` the brink, `after` it, or when the mail is `done`."""

    knows: bool = True
    before: list[BaseException] = field(default_factory=list)
    after: list[BaseException] = field(default_factory=list)
    done: list[BaseException] = field(default_factory=list)
    mails: list[Draft] = field(default_factory=list)
    lost: list[DeliveryFailed] = field(default_factory=list)
    name: str = "the place"

    def find(self, draft: Draft) -> Whereabouts:
        _next(self.lost)
        if not self.knows:
            return Whereabouts.UNKNOWN
        there = any(mail.message_id == draft.message_id for mail in self.mails)
        return Whereabouts.THERE if there else Whereabouts.ABSENT

    def send(self, draft: Draft, brink: Brink) -> str:
        _next(self.before)
        brink()
        _next(self.after)
        self.mails.append(draft)
        _next(self.done)
        return ""


def _next(errors: list[BaseException] | list[DeliveryFailed]) -> None:
    if errors:
        raise errors.pop(0)


def settings(policy: ListPolicy = OPEN, tries: int = 3, retry_seconds: float = 60.0) -> Settings:
    outbox = Outgoing(tries=tries, retry_seconds=retry_seconds)
    return Settings(lists={EVERY_LIST: policy}, outbox=outbox)


def filed(store: Store, case: str = "single", now: datetime | None = None) -> list[StoredDraft]:
    """The drafts of an invented thread, filed now and due at once."""
    now = now or datetime.now(UTC)
    review = invented.CASES[case]()
    revision_id = store.series.save(review.series, LIST).revision_id
    review_id = store.reviews.save(revision_id, review, 0.1)
    ids = store.drafts.add(review_id, invented.drafts(case), LIST, DraftState.DRAFT, now, now=now)
    return [seen(store, draft_id) for draft_id in ids]


def approved(store: Store, case: str = "single", now: datetime | None = None) -> StoredDraft:
    """The first draft of the thread, let go by a person; nothing is put into a queue."""
    draft = filed(store, case, now)[0]
    store.drafts.approve(draft.id, "ada", lambda session, draft: None)
    return seen(store, draft.id)


def seen(store: Store, draft_id: int) -> StoredDraft:
    draft = store.drafts.get(draft_id)
    assert draft is not None
    return draft

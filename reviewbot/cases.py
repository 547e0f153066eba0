"""What the policy asks about a draft, gathered from the store, and what it says: to the worker
that sends, and to a person who decides."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from reviewbot.config import Settings
from reviewbot.mail.audience import audience_of, author_of
from reviewbot.mail.stamp import stamped
from reviewbot.model import Address, Confidence, Mail, Series, Severity
from reviewbot.outbox.policy import Case, Recipient, Sent, Verdict, judge, readers
from reviewbot.store.records import StoredDraft, Traffic
from reviewbot.store.store import Store


class Cases:
    """Makes the case of each draft that wants to go out."""

    def __init__(self, settings: Settings, store: Store) -> None:
        self._settings = settings
        self._store = store

    def of(self, draft: StoredDraft) -> Case:
        series = self._store.series.load(draft.revision_id)
        mail = _answered(series, draft)
        return Case(
            to=self._recipients(draft.to, mail),
            cc=self._recipients(draft.cc, mail),
            author=frozenset(each.email.lower() for each in (mail.author, author_of(mail))),
            made_at=draft.made_at,
            due_at=draft.due_at,
            weights=self._weights(draft, series),
            opted_out=self._store.answers.opted_out(),
        )

    def verdict(self, draft: StoredDraft, now: datetime) -> Verdict:
        """Whether the draft may go out now, by what has gone out until now."""
        policy = self._settings.policy(draft.mailing_list)
        traffic = self._store.deliveries.traffic(draft.id)
        return judge(self.of(draft), beside(traffic), policy, now)

    def letter(self, draft: StoredDraft, now: datetime) -> bytes:
        """The mail as it would go out now: to nobody where the policy leaves nobody."""
        to, cc = readers(self.of(draft), self._settings.policy(draft.mailing_list))
        return stamped(draft.message, message_id=draft.message_id, to=to, cc=cc, now=now)

    def recipients(self, draft: StoredDraft) -> tuple[Recipient, ...]:
        mail = _answered(self._store.series.load(draft.revision_id), draft)
        return self._recipients((*draft.to, *draft.cc), mail)

    def _recipients(self, addresses: Iterable[Address], mail: Mail) -> tuple[Recipient, ...]:
        lists = tuple(self._settings.lists)
        return tuple(Recipient(each, audience_of(each, mail, lists)) for each in addresses)

    def _weights(
        self, draft: StoredDraft, series: Series
    ) -> tuple[tuple[Severity, Confidence], ...]:
        review = self._store.reviews.load(draft.review_id, series)
        return tuple(
            (finding.severity, finding.confidence)
            for part in review.patches
            for finding in part.findings
            if finding.fingerprint in draft.fingerprints
        )


def beside(traffic: Traffic) -> Sent:
    return Sent(traffic.of_revision, traffic.of_day)


def _answered(series: Series, draft: StoredDraft) -> Mail:
    """The patch's or the cover's mail."""
    mails = [patch.mail for patch in series.patches]
    mails += [series.cover] if series.cover else []
    return next((mail for mail in mails if mail.message_id == draft.in_reply_to), mails[0])

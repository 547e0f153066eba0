"""Hears what people answer: takes the commands in a mail to where they have an effect.

A refused finding is not said again in any revision of its series; the rest of what its rule
says there neither, where the author of the series has refused it, or where the mail does not
show which finding is meant.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from reviewbot.config import Settings
from reviewbot.mail.audience import author_of
from reviewbot.mail.commands import Command, Wish, answered, commands_in
from reviewbot.model import Mail, Series
from reviewbot.pipeline import reply_settings
from reviewbot.store.records import Answer, StoredDraft, Verdict
from reviewbot.store.store import Store

log = logging.getLogger(__name__)

LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class _About:
    """What a mail answers: a series, and the mail of ours, if it answers one."""

    series: Series
    series_id: int
    draft: StoredDraft | None


class Hearing:
    """Reads answers; the same mail may be read as often as one likes."""

    def __init__(self, settings: Settings, store: Store, rules: Iterable[str]) -> None:
        self._reply = reply_settings(settings)
        self._store = store
        self._rules = frozenset(rules)

    def hear(self, mail: Mail) -> int:
        """How many new things the mail says to us."""
        news = sum(self._obey(command, mail) for command in commands_in(mail, self._reply))
        if news:
            log.info("answer heard", extra={"mail": mail.message_id, "news": news})
        return news

    def _obey(self, command: Command, mail: Mail) -> int:
        if command.wish is Wish.NOT_A_BUG:
            about = self._about(mail)
            answers = list(self._answers(command, mail, about)) if about else []
            return sum(self._store.answers.add(answer) for answer in answers)
        out = command.wish is Wish.NO_MORE_MAIL
        sender = author_of(mail).email
        return self._store.answers.opt_out(sender, out, _said_at(mail), mail.message_id)

    def _about(self, mail: Mail) -> _About | None:
        for message_id in answered(mail, self._reply):
            draft = self._store.drafts.with_message_id(message_id)
            if draft is not None:
                return self._series(draft.revision_id, draft)
        for message_id in (mail.in_reply_to, *reversed(mail.references)):
            revision_id = self._store.series.revision_of(message_id)
            if revision_id is not None:
                return self._series(revision_id, None)
        return None

    def _series(self, revision_id: int, draft: StoredDraft | None) -> _About:
        series_id = self._store.series.series_of(revision_id)
        return _About(self._store.series.load(revision_id), series_id, draft)

    def _answers(self, command: Command, mail: Mail, about: _About) -> Iterator[Answer]:
        sender = author_of(mail).email.lower()
        is_author = sender == author_of(_first(about.series)).email.lower()
        for rule in command.rules:
            if rule not in self._rules:
                continue
            marks = self._marks(rule, about)
            for mark in [*marks, *([""] if is_author or not marks else [])]:
                yield Answer(
                    series_id=about.series_id,
                    author=sender,
                    verdict=Verdict.NOT_A_BUG,
                    rule=rule,
                    fingerprint=mark,
                    said_at=_said_at(mail),
                    message_id=mail.message_id,
                    in_reply_to=mail.in_reply_to,
                )

    def _marks(self, rule: str, about: _About) -> list[str]:
        """The fingerprints of what this rule says in the mail of ours."""
        draft = about.draft
        if draft is None:
            return []
        review = self._store.reviews.load(draft.review_id, about.series)
        return [
            finding.fingerprint
            for part in review.patches
            for finding in part.findings
            if finding.rule == rule and finding.fingerprint in draft.fingerprints
        ]


def _first(series: Series) -> Mail:
    return series.cover or series.patches[0].mail


def _said_at(mail: Mail) -> datetime:
    """The mail's date, which must be the same whenever it is read, but none that is to come."""
    try:
        stated = parsedate_to_datetime(mail.date)
    except (ValueError, OverflowError):
        return LONG_AGO
    return min(stated if stated.tzinfo else stated.replace(tzinfo=UTC), datetime.now(UTC))

"""Answers: what people said of findings, by mail or on the web, and who wants no more mail."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from reviewbot.model import DraftKind
from reviewbot.store.records import Answer, DraftState, Refusals, RuleFigures, Verdict
from reviewbot.store.sessions import Sessions
from reviewbot.store.tables import (
    AnswerRow,
    DraftRow,
    FindingRow,
    OptOutRow,
    PatchReviewRow,
    RevisionRow,
)
from reviewbot.store.upsert import insert_new


class Answers:
    """All that people ever answered."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    def add(self, answer: Answer) -> bool:
        """Whether this is news: the same mail is read again whenever its thread is fetched.

        What is said again on the web, in no mail, is no news either, but the last word then.
        """
        values = {
            "series_id": answer.series_id,
            "message_id": answer.message_id,
            "in_reply_to": answer.in_reply_to,
            "author": answer.author,
            "verdict": answer.verdict,
            "rule": answer.rule,
            "fingerprint": _mark(answer.fingerprint),
            "said_at": answer.said_at,
        }
        with self._sessions.writing() as session:
            if insert_new(session, AnswerRow, values):
                return True
            if not answer.message_id:
                same = {name: value for name, value in values.items() if name != "said_at"}
                said_again = update(AnswerRow).filter_by(**same).values(said_at=answer.said_at)
                session.execute(said_again)
            return False

    def of(self, series_id: int) -> tuple[Answer, ...]:
        """What was said about a series, the first word first."""
        with self._sessions.reading() as session:
            mine = AnswerRow.series_id == series_id
            return _answers(session.scalars(select(AnswerRow).where(mine).order_by(*_ORDER)))

    def refusals(self, revision_id: int) -> Refusals:
        """What somebody called no bug in any revision of the same series, and did not take back."""
        with self._sessions.reading() as session:
            here = session.get_one(RevisionRow, revision_id)
            series_id = here.series_id
        refused = [each for each in _last_words(self.of(series_id)) if each.refuses]
        return Refusals(
            fingerprints=frozenset(each.fingerprint for each in refused if each.fingerprint),
            rules=frozenset(each.rule for each in refused if not each.fingerprint),
        )

    def figures(self, since: datetime | None = None) -> tuple[RuleFigures, ...]:
        """How each rule has fared with its readers, by its name; rules nobody heard of lack."""
        with self._sessions.reading() as session:
            mailed = Counter(_mailed(session, since))
            spoken = select(AnswerRow).order_by(*_ORDER)
            said = _answers(session.scalars(spoken.where(AnswerRow.said_at >= (since or _EVER))))
        words = _last_words(said)
        refused = Counter(each.rule for each in words if each.refuses)
        confirmed = Counter(each.rule for each in words if not each.refuses)
        rules = sorted({*mailed, *refused, *confirmed})
        return tuple(
            RuleFigures(rule, mailed[rule], refused[rule], confirmed[rule]) for rule in rules
        )

    def opt_out(self, email: str, out: bool, said_at: datetime, message_id: str = "") -> bool:
        """Somebody wants no more mail, or (`out` is False) wants it again; whether that is news.

        The newest word counts: an older mail that is read again changes nothing.
        """
        email = email.lower()
        values = {"email": email, "out": out, "message_id": message_id, "since": said_at}
        with self._sessions.writing() as session:
            if insert_new(session, OptOutRow, values):
                return out
            row = session.scalars(
                select(OptOutRow).where(OptOutRow.email == email).with_for_update()
            ).one()
            if row.since >= said_at:
                return False
            news = row.out != out
            row.out, row.message_id, row.since = out, message_id, said_at
            return news

    def opted_out(self) -> frozenset[str]:
        """The addresses, in lower case, that get no mail."""
        with self._sessions.reading() as session:
            return frozenset(session.scalars(select(OptOutRow.email).where(OptOutRow.out)))


_ORDER = (AnswerRow.said_at, AnswerRow.id)
_EVER = datetime(1970, 1, 1, tzinfo=UTC)


def _mark(fingerprint: str) -> str:
    """Equal faults of one patch are told apart by a number; whoever refuses one means all."""
    return fingerprint.partition("-")[0]


def _last_words(said: Sequence[Answer]) -> tuple[Answer, ...]:
    """Of what one person said of the same thing, the last."""
    words = {(each.series_id, each.author, each.rule, each.fingerprint): each for each in said}
    return tuple(words.values())


def _mailed(session: Session, since: datetime | None) -> Iterable[str]:
    """The rule of each finding that went out; the summary only repeats what the others say."""
    sent = session.execute(
        select(DraftRow.review_id, DraftRow.fingerprints).where(
            DraftRow.state == DraftState.SENT,
            DraftRow.kind == DraftKind.PATCH,
            DraftRow.due_at >= (since or _EVER),
        )
    )
    wanted = {(review_id, mark) for review_id, marks in sent for mark in marks}
    reviews = {review_id for review_id, _ in wanted}
    found = session.execute(
        select(PatchReviewRow.review_id, FindingRow.fingerprint, FindingRow.rule)
        .join(PatchReviewRow, PatchReviewRow.id == FindingRow.patch_review_id)
        .where(PatchReviewRow.review_id.in_(reviews))
    )
    rules = {(review_id, mark): rule for review_id, mark, rule in found}
    return (rules[each] for each in wanted if each in rules)


def _answers(rows: Iterable[AnswerRow]) -> tuple[Answer, ...]:
    return tuple(
        Answer(
            series_id=row.series_id,
            author=row.author,
            verdict=Verdict(row.verdict),
            rule=row.rule,
            fingerprint=row.fingerprint,
            said_at=row.said_at,
            message_id=row.message_id,
            in_reply_to=row.in_reply_to,
        )
        for row in rows
    )

"""Deliveries: each try to hand a draft over, noted before it begins, at the brink, and after.

    begun -> handing over -> sent, failed or unclear
          -> failed

Up to the brink a try can be called off, and whoever calls it off may begin another; beyond it
the mail may be out, and nothing is tried again before somebody has looked. Each step is taken
only by whoever finds the one before: a worker that was taken for dead comes to nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from reviewbot.model import Draft
from reviewbot.store import codec
from reviewbot.store.records import Delivery, DraftState, Outcome, Traffic
from reviewbot.store.sessions import Sessions, alone
from reviewbot.store.tables import DeliveryRow, DraftRow, ReviewRow

DAY = timedelta(hours=24)
_MAY_BE_OUT = [outcome for outcome in Outcome if outcome is not Outcome.FAILED]

Judge = Callable[[Traffic], Draft | None]
"""The mail as it goes out now, or None where it must not go out now."""


class Deliveries:
    """All tries that were ever made."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    def begin(
        self, draft_id: int, turn: int, channel: str, judge: Judge, now: datetime | None = None
    ) -> tuple[int, Draft] | None:
        """Takes an approved draft on its way: the try's id, and the mail as `judge` gives it.

        None where the draft is not at `turn` any more, or the judge says no. Drafts of one
        list are judged one after the other, so that no limit is passed by two at once.
        """
        now = now or datetime.now(UTC)
        with self._sessions.writing() as session:
            row = session.get(DraftRow, draft_id)
            alone(session, f"outbox of {row.mailing_list if row else ''}")
            if row is None or not _is_ready(session, row, turn):
                return None
            mail = judge(_traffic(session, row, now))
            if mail is None:
                return None
            _take(row, mail)
            delivery = DeliveryRow(
                draft_id=draft_id,
                channel=channel,
                begun_at=now,
                ended_at=None,
                outcome=Outcome.BEGUN,
                detail="",
            )
            session.add(delivery)
            session.flush()
            return delivery.id, mail

    def traffic(self, draft_id: int, now: datetime | None = None) -> Traffic:
        """What went out beside this draft."""
        with self._sessions.reading() as session:
            row = session.get_one(DraftRow, draft_id)
            return _traffic(session, row, now or datetime.now(UTC))

    def hand_over(self, delivery_id: int) -> bool:
        """The last moment to hold the mail back: False where the try was called off."""
        return self._step(delivery_id, Outcome.BEGUN, Outcome.HANDING)

    def call_off(self, delivery_id: int) -> bool:
        """Ends a try of a worker that is gone; False where the mail may be out already."""
        return self._step(delivery_id, Outcome.BEGUN, Outcome.FAILED)

    def end(
        self,
        delivery_id: int,
        outcome: Outcome,
        detail: str,
        state: DraftState,
        due_at: datetime | None = None,
        now: datetime | None = None,
    ) -> None:
        """Notes how the try ended, and what that makes of the draft.

        What was noted as sent stays so, whoever comes later.
        """
        now = now or datetime.now(UTC)
        with self._sessions.writing() as session:
            row = session.get_one(DeliveryRow, delivery_id)
            draft = session.get_one(DraftRow, row.draft_id)
            if row.outcome == Outcome.SENT:
                return
            row.outcome, row.detail, row.ended_at = outcome, detail, now
            draft.state, draft.note = state, detail
            draft.due_at = due_at or draft.due_at

    def wait(self, delivery_id: int, detail: str, due_at: datetime) -> None:
        """Nobody knows yet whether the mail is out; it is looked for again then."""
        with self._sessions.writing() as session:
            row = session.get_one(DeliveryRow, delivery_id)
            draft = session.get_one(DraftRow, row.draft_id)
            draft.note, draft.due_at = detail, due_at

    def of(self, draft_id: int) -> tuple[Delivery, ...]:
        """All tries for this draft, the first one first."""
        with self._sessions.reading() as session:
            rows = session.scalars(
                select(DeliveryRow).where(DeliveryRow.draft_id == draft_id).order_by(DeliveryRow.id)
            )
            return tuple(_delivery(row) for row in rows)

    def _step(self, delivery_id: int, before: Outcome, after: Outcome) -> bool:
        mine = (DeliveryRow.id == delivery_id) & (DeliveryRow.outcome == before)
        with self._sessions.writing() as session:
            changed = session.execute(
                update(DeliveryRow).where(mine).values(outcome=after).returning(DeliveryRow.id)
            )
            return bool(changed.all())


def _is_ready(session: Session, row: DraftRow, turn: int) -> bool:
    session.refresh(row, with_for_update=True)
    return row.state == DraftState.APPROVED and row.turn == turn


def _take(row: DraftRow, mail: Draft) -> None:
    row.state, row.tries = DraftState.SENDING, row.tries + 1
    row.message = mail.message
    row.to = [codec.packed(address) for address in mail.to]
    row.cc = [codec.packed(address) for address in mail.cc]


def _traffic(session: Session, row: DraftRow, now: datetime) -> Traffic:
    others = (
        select(DeliveryRow)
        .join(DraftRow, DraftRow.id == DeliveryRow.draft_id)
        .where(DeliveryRow.draft_id != row.id, DeliveryRow.outcome.in_(_MAY_BE_OUT))
    )
    about = others.join(ReviewRow, ReviewRow.id == DraftRow.review_id).where(
        ReviewRow.revision_id == row.review.revision_id
    )
    mails = about.with_only_columns(func.count(DeliveryRow.draft_id.distinct()))
    moments = others.where(
        DraftRow.mailing_list == row.mailing_list, DeliveryRow.begun_at > now - DAY
    ).with_only_columns(DeliveryRow.begun_at)
    return Traffic(
        of_revision=session.scalar(mails) or 0,
        of_day=tuple(session.scalars(moments.order_by(DeliveryRow.begun_at))),
    )


def _delivery(row: DeliveryRow) -> Delivery:
    return Delivery(
        id=row.id,
        draft_id=row.draft_id,
        channel=row.channel,
        begun_at=row.begun_at,
        ended_at=row.ended_at,
        outcome=Outcome(row.outcome),
        detail=row.detail,
    )

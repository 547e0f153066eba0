"""What is not kept any longer: series with all that hangs on them, jobs, logins."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, delete, exists, or_, select

from reviewbot.store.records import DraftState, JobState
from reviewbot.store.sessions import Sessions
from reviewbot.store.tables import (
    AnswerRow,
    CheckRow,
    DeliveryRow,
    DraftRow,
    JobRow,
    ReviewRow,
    RevisionRow,
    SeriesRow,
    SessionRow,
)

_ENDS = [state for state in JobState if state.ended]
_ON_THEIR_WAY = [DraftState.APPROVED, DraftState.SENDING]


class Retention:
    """Takes away what is old, a little at a time, so that nobody waits long for it."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    def forget_series(self, before: datetime, most: int) -> int:
        """Series that nothing has happened to since, oldest first, and all that belongs to them.

        Mails and patches, reviews, findings, drafts, deliveries and answers go with them. A
        series stays that was read, answered or written about since, or that work is done for.
        """
        idle = select(SeriesRow.id).where(SeriesRow.seen_at < before, ~_busy(before))
        some = idle.order_by(SeriesRow.seen_at).limit(most)
        with self._sessions.writing() as session:
            gone = session.scalars(
                delete(SeriesRow).where(SeriesRow.id.in_(some)).returning(SeriesRow.id)
            ).all()
            lost = CheckRow.review_id.is_(None) & (CheckRow.set_at < before)
            session.execute(delete(CheckRow).where(lost))
            return len(gone)

    def forget_jobs(self, before: datetime, most: int) -> int:
        """Jobs that ended before that moment, and the deliveries of the webhook that asked."""
        old = JobRow.state.in_(_ENDS) & (JobRow.ended_at < before)
        some = select(JobRow.id).where(old).order_by(JobRow.ended_at).limit(most)
        with self._sessions.writing() as session:
            gone = session.scalars(delete(JobRow).where(JobRow.id.in_(some)).returning(JobRow.id))
            return len(gone.all())

    def forget_logins(self, now: datetime) -> int:
        """Sessions of the web that are over."""
        with self._sessions.writing() as session:
            over = delete(SessionRow).where(SessionRow.ends_at < now)
            return len(session.scalars(over.returning(SessionRow.hash)).all())


def _busy(since: datetime) -> ColumnElement[bool]:
    """Whether anything has happened to a series since, or is still to happen."""
    revisions = RevisionRow.series_id == SeriesRow.id
    drafts = (
        select(DraftRow.id)
        .join(ReviewRow, ReviewRow.id == DraftRow.review_id)
        .join(RevisionRow, RevisionRow.id == ReviewRow.revision_id)
        .where(revisions)
    )
    ours = DraftRow.decided_at >= since, DraftRow.state.in_(_ON_THEIR_WAY)
    tried = drafts.join(DeliveryRow, DeliveryRow.draft_id == DraftRow.id)
    jobs = select(JobRow.id).join(RevisionRow, RevisionRow.id == JobRow.revision_id)
    late = JobRow.ended_at.is_(None) | (JobRow.ended_at >= since)
    answered = (AnswerRow.series_id == SeriesRow.id) & (AnswerRow.said_at >= since)
    return or_(
        exists(drafts.where(or_(*ours)).correlate(SeriesRow)),
        exists(tried.where(DeliveryRow.begun_at >= since).correlate(SeriesRow)),
        exists(jobs.where(revisions, late).correlate(SeriesRow)),
        exists(select(AnswerRow.id).where(answered).correlate(SeriesRow)),
    )

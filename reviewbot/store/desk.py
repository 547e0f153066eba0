"""What lies on the desk: drafts to decide on, and jobs to look after, a page at a time."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select

from reviewbot.model import Address, DraftKind
from reviewbot.store.jobs import stored
from reviewbot.store.paging import Ask, Page, read_page
from reviewbot.store.records import DraftState, Job, JobState
from reviewbot.store.sessions import Sessions
from reviewbot.store.shown import DraftLine, JobLine
from reviewbot.store.tables import (
    CursorRow,
    DraftRow,
    JobRow,
    PatchRow,
    ReviewRow,
    RevisionRow,
    SeriesRow,
)


class Desk:
    """Lists for people who look after the service."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    def drafts(
        self,
        states: Collection[DraftState],
        ask: Ask,
        mailing_list: str = "",
        series_id: int | None = None,
    ) -> Page[DraftLine]:
        """Drafts in these states, those made last first."""
        statement = _drafts().where(DraftRow.state.in_(states))
        if mailing_list:
            statement = statement.where(DraftRow.mailing_list == mailing_list)
        if series_id is not None:
            statement = statement.where(RevisionRow.series_id == series_id)
        with self._sessions.reading() as session:
            page = read_page(session, statement, [DraftRow.id], lambda row: (row.id,), ask)
        return Page(tuple(_draft_line(row) for row in page.items), page.older, page.newer)

    def waiting(self) -> int:
        """How many drafts wait for a person."""
        mine = DraftRow.state == DraftState.DRAFT
        with self._sessions.reading() as session:
            return session.scalars(select(func.count()).select_from(DraftRow).where(mine)).one()

    def jobs(self, states: Collection[JobState], ask: Ask) -> Page[JobLine]:
        """Jobs in these states, those taken last first."""
        statement = (
            select(JobRow, RevisionRow.number, SeriesRow.id, SeriesRow.title)
            .outerjoin(RevisionRow, RevisionRow.id == JobRow.revision_id)
            .outerjoin(SeriesRow, SeriesRow.id == RevisionRow.series_id)
            .where(JobRow.state.in_(states))
        )
        keys = [JobRow.accepted_at, JobRow.id]
        with self._sessions.reading() as session:
            page = read_page(session, statement, keys, _job_key, ask)
            lines = tuple(_job_line(row) for row in page.items)
            return Page(lines, page.older, page.newer)

    def job_about(self, message_id: str) -> Job | None:
        """The last job that was asked for by this Message-ID."""
        return self._last_job(JobRow.message_id == message_id)

    def job_of_revision(self, revision_id: int) -> Job | None:
        """The last job that is about this revision."""
        return self._last_job(JobRow.revision_id == revision_id)

    def _last_job(self, which: ColumnElement[bool]) -> Job | None:
        last = select(JobRow).where(which).order_by(JobRow.accepted_at.desc(), JobRow.id).limit(1)
        with self._sessions.reading() as session:
            row = session.scalars(last).first()
            return stored(row) if row is not None else None

    def followed(self) -> tuple[tuple[str, datetime], ...]:
        """What is followed (lists, a patchwork), by name, and when it last moved on."""
        with self._sessions.reading() as session:
            rows = session.execute(
                select(CursorRow.name, CursorRow.moved_at).order_by(CursorRow.name)
            )
            return tuple((name, moved_at) for name, moved_at in rows)


def _drafts() -> Select[*tuple[Any, ...]]:
    return (
        select(
            DraftRow.id,
            DraftRow.state,
            DraftRow.kind,
            DraftRow.in_reply_to,
            DraftRow.patch_id,
            DraftRow.review_id,
            DraftRow.mailing_list,
            DraftRow.fingerprints,
            DraftRow.note,
            DraftRow.made_at,
            DraftRow.due_at,
            DraftRow.decided_by,
            RevisionRow.number,
            RevisionRow.series_id,
            SeriesRow.title,
            SeriesRow.author_name,
            SeriesRow.author_email,
            func.coalesce(PatchRow.subject, RevisionRow.subject).label("subject"),
        )
        .join(ReviewRow, ReviewRow.id == DraftRow.review_id)
        .join(RevisionRow, RevisionRow.id == ReviewRow.revision_id)
        .join(SeriesRow, SeriesRow.id == RevisionRow.series_id)
        .outerjoin(PatchRow, PatchRow.id == DraftRow.patch_id)
    )


def _draft_line(row: Any) -> DraftLine:
    return DraftLine(
        id=row.id,
        state=DraftState(row.state),
        kind=DraftKind(row.kind),
        subject=row.subject,
        in_reply_to=row.in_reply_to,
        patch_id=row.patch_id,
        review_id=row.review_id,
        revision=row.number,
        series_id=row.series_id,
        title=row.title,
        author=Address(row.author_name, row.author_email),
        mailing_list=row.mailing_list,
        findings=len(row.fingerprints),
        note=row.note,
        made_at=row.made_at,
        due_at=row.due_at,
        decided_by=row.decided_by,
    )


def _job_key(row: Any) -> tuple[Any, ...]:
    return row.JobRow.accepted_at, row.JobRow.id


def _job_line(row: Any) -> JobLine:
    return JobLine(stored(row.JobRow), row.id, row.title or "", row.number)

"""Jobs: the series that were asked for, each once, and how far each has come."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from reviewbot.store.records import Job, JobState, Notice, Origin
from reviewbot.store.sessions import Sessions
from reviewbot.store.tables import HookRow, JobRow, PatchRow, ReviewRow, RevisionRow
from reviewbot.store.upsert import insert_new

_ENDS = [state for state in JobState if state.ended]

Enqueue = Callable[[Session, Job], None]
"""Puts a job into the queue, in the same transaction as the job itself."""


class Jobs:
    """All jobs that were ever taken."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    def accept(
        self,
        notice: Notice,
        rule_set: str,
        enqueue: Enqueue,
        hook_id: str = "",
        now: datetime | None = None,
    ) -> tuple[Job, bool]:
        """The job for this series, and whether it is new.

        The same delivery (`hook_id`) or the same series again, by whichever of its mails,
        gives the same job. One that ended without a review, or with patches missing, is
        opened again, under a new id. Once this returns, the job and its place in the queue
        are on the disk.
        """
        return self.accept_all([(notice, hook_id)], rule_set, enqueue, now)[0]

    def accept_all(
        self,
        asked: Sequence[tuple[Notice, str]],
        rule_set: str,
        enqueue: Enqueue,
        now: datetime | None = None,
    ) -> list[tuple[Job, bool]]:
        """The same for several, (notice, hook_id) each: all of them are taken, or none."""
        now = now or datetime.now(UTC)
        with self._sessions.writing() as session:
            return [
                _accept(session, notice, rule_set, enqueue, hook_id, now)
                for notice, hook_id in asked
            ]

    def get(self, job_id: str) -> Job | None:
        with self._sessions.reading() as session:
            row = session.get(JobRow, job_id)
            return stored(row) if row is not None else None

    def file(self, job_id: str, revision_id: int, mailing_list: str) -> None:
        """Notes which revision the job is about, and the list that it was seen on."""
        with self._sessions.writing() as session:
            row = session.get_one(JobRow, job_id)
            row.revision_id, row.mailing_list = revision_id, mailing_list

    def move(
        self, job_id: str, state: JobState, detail: str = "", review_id: int | None = None
    ) -> None:
        """Notes how far the job has come, and the review where there is one now.

        One that has ended stays so: a worker that was taken for dead may come back and try.
        """
        with self._sessions.writing() as session:
            row = session.get_one(JobRow, job_id, with_for_update=True)
            if row.ended_at is not None:
                return
            row.state, row.detail = state, detail
            row.review_id = review_id or row.review_id
            row.ended_at = datetime.now(UTC) if state.ended else None

    def move_all(
        self, revision_id: int, rule_set: str, state: JobState, detail: str, review_id: int | None
    ) -> None:
        """The same for all jobs of a revision that have not ended."""
        with self._sessions.writing() as session:
            mine = (JobRow.revision_id == revision_id) & (JobRow.rule_set == rule_set)
            for row in session.scalars(select(JobRow).where(mine, JobRow.state.not_in(_ENDS))):
                row.state, row.detail = state, detail
                row.review_id = review_id or row.review_id
                row.ended_at = datetime.now(UTC) if state.ended else None

    def failed(self, revision_id: int, rule_set: str) -> int:
        """How many jobs of this revision have failed by these rules."""
        with self._sessions.reading() as session:
            mine = {"revision_id": revision_id, "rule_set": rule_set, "state": JobState.FAILED}
            return session.scalar(select(func.count()).select_from(JobRow).filter_by(**mine)) or 0

    def reviewed(self, revision_id: int, rule_set: str, patches: str) -> int | None:
        """The review of these patches that a job has finished with, drafts and all."""
        with self._sessions.reading() as session:
            mine = {"revision_id": revision_id, "rule_set": rule_set, "patches": patches}
            return session.scalars(
                select(ReviewRow.id)
                .filter_by(**mine)
                .join(JobRow, JobRow.review_id == ReviewRow.id)
                .where(JobRow.state == JobState.REVIEWED)
                .limit(1)
            ).first()

    def counts(self) -> dict[JobState, int]:
        """How many jobs are in each state; states with none are left out."""
        with self._sessions.reading() as session:
            found = session.execute(select(JobRow.state, func.count()).group_by(JobRow.state))
            return {JobState(state): number for state, number in found}


def job_id(message_id: str, rule_set: str, attempt: int = 1) -> str:
    """Made from what is asked for and by which rules, so that asking twice is one job."""
    parts = f"{message_id}\0{rule_set}\0{attempt}"
    return f"review-{hashlib.sha256(parts.encode('utf-8', 'replace')).hexdigest()[:24]}"


def _accept(
    session: Session, notice: Notice, rule_set: str, enqueue: Enqueue, hook_id: str, now: datetime
) -> tuple[Job, bool]:
    taken = session.get(HookRow, hook_id) if hook_id else None
    if taken is not None:
        return stored(session.get_one(JobRow, taken.job_id)), False
    known = _known(session, notice.message_id, rule_set)
    row, new = (known, False) if known else _row(session, notice, rule_set, now)
    job = stored(row)
    if new:
        enqueue(session, job)
    if hook_id:
        insert_new(session, HookRow, {"id": hook_id, "job_id": job.id, "taken_at": now})
    return job, new


def _known(session: Session, message_id: str, rule_set: str) -> JobRow | None:
    """The job that has found the series that this mail is a part of."""
    patch = select(PatchRow.revision_id).where(PatchRow.message_id == message_id)
    cover = select(RevisionRow.id).where(RevisionRow.message_id == message_id)
    mine = (JobRow.revision_id.in_(patch) | JobRow.revision_id.in_(cover)) & (
        JobRow.rule_set == rule_set
    )
    found = session.scalars(select(JobRow).where(mine).order_by(JobRow.accepted_at.desc()))
    return next((row for row in found if _stands(session, row)), None)


def _stands(session: Session, row: JobRow) -> bool:
    """Whether there is nothing to gain by doing the job again."""
    if row.state in (JobState.FAILED, JobState.REFUSED):
        return False
    revision = session.get(RevisionRow, row.revision_id) if row.revision_id else None
    return row.state != JobState.REVIEWED or revision is None or not revision.missing


def _row(session: Session, notice: Notice, rule_set: str, now: datetime) -> tuple[JobRow, bool]:
    """The job's row; the first attempt that stands."""
    for attempt in range(1, 1000):
        key = job_id(notice.message_id, rule_set, attempt)
        values = {
            "id": key,
            "message_id": notice.message_id,
            "mailing_list": notice.mailing_list,
            "origin": notice.origin,
            "rule_set": rule_set,
            "state": JobState.WAITING,
            "detail": "",
            "accepted_at": now,
        }
        new = insert_new(session, JobRow, values)
        row = session.get_one(JobRow, key)
        if new or _stands(session, row):
            return row, new
    raise AssertionError(f"{notice.message_id} was tried a thousand times")


def stored(row: JobRow) -> Job:
    return Job(
        id=row.id,
        message_id=row.message_id,
        mailing_list=row.mailing_list,
        origin=Origin(row.origin),
        rule_set=row.rule_set,
        state=JobState(row.state),
        detail=row.detail,
        accepted_at=row.accepted_at,
        ended_at=row.ended_at,
        revision_id=row.revision_id,
        review_id=row.review_id,
    )

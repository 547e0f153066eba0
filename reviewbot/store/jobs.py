"""Jobs: the series that were asked for, each once, and how far each has come."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from reviewbot.store.records import Job, JobState, Notice, Origin
from reviewbot.store.sessions import Sessions
from reviewbot.store.tables import HookRow, JobRow
from reviewbot.store.upsert import insert_new

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

        The same delivery (`hook_id`) or the same series again gives the same job. One that
        ended without a review is opened again, under a new id. Once this returns, the job
        and its place in the queue are on the disk.
        """
        now = now or datetime.now(UTC)
        with self._sessions.writing() as session:
            taken = session.get(HookRow, hook_id) if hook_id else None
            if taken is not None:
                return _job(session.get_one(JobRow, taken.job_id)), False
            row, new = _row(session, notice, rule_set, now)
            job = _job(row)
            if new:
                enqueue(session, job)
            if hook_id:
                insert_new(session, HookRow, {"id": hook_id, "job_id": job.id, "taken_at": now})
            return job, new

    def get(self, job_id: str) -> Job | None:
        with self._sessions.reading() as session:
            row = session.get(JobRow, job_id)
            return _job(row) if row is not None else None

    def file(self, job_id: str, revision_id: int, mailing_list: str) -> None:
        """Notes which revision the job is about, and the list that it was seen on."""
        with self._sessions.writing() as session:
            row = session.get_one(JobRow, job_id)
            row.revision_id, row.mailing_list = revision_id, mailing_list

    def move(
        self, job_id: str, state: JobState, detail: str = "", review_id: int | None = None
    ) -> None:
        """Notes how far the job has come, and the review where there is one now."""
        with self._sessions.writing() as session:
            row = session.get_one(JobRow, job_id)
            row.state, row.detail = state, detail
            row.review_id = review_id or row.review_id
            row.ended_at = datetime.now(UTC) if state.ended else None

    def counts(self) -> dict[JobState, int]:
        """How many jobs are in each state; states with none are left out."""
        with self._sessions.reading() as session:
            found = session.execute(select(JobRow.state, func.count()).group_by(JobRow.state))
            return {JobState(state): number for state, number in found}


def job_id(message_id: str, rule_set: str, attempt: int = 1) -> str:
    """Made from what is asked for and by which rules, so that asking twice is one job."""
    parts = f"{message_id}\0{rule_set}\0{attempt}"
    return f"review-{hashlib.sha256(parts.encode('utf-8', 'replace')).hexdigest()[:24]}"


def _row(session: Session, notice: Notice, rule_set: str, now: datetime) -> tuple[JobRow, bool]:
    """The job's row; the first attempt that has not ended without a review."""
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
        if new or row.state not in (JobState.FAILED, JobState.REFUSED):
            return row, new
    raise AssertionError(f"{notice.message_id} was tried a thousand times")


def _job(row: JobRow) -> Job:
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

"""Who does reviews, and who was not heard of for too long."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import delete, select

from reviewbot.store.records import Worker
from reviewbot.store.sessions import Sessions
from reviewbot.store.tables import WorkerRow
from reviewbot.store.upsert import insert_new

LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


class Workers:
    """The heartbeats of all workers."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    def beat(self, worker_id: str, place: str, now: datetime | None = None) -> None:
        """This worker is alive; `place` is its host and process, for people."""
        now = now or datetime.now(UTC)
        values = {"id": worker_id, "place": place, "started_at": now, "seen_at": now}
        with self._sessions.writing() as session:
            if not insert_new(session, WorkerRow, values):
                session.get_one(WorkerRow, worker_id).seen_at = now

    def lost(self, after: timedelta, now: datetime | None = None) -> tuple[str, ...]:
        """The workers that were not heard of for this long."""
        limit = (now or datetime.now(UTC)) - after
        with self._sessions.reading() as session:
            ids = session.scalars(select(WorkerRow.id).where(WorkerRow.seen_at < limit))
            return tuple(sorted(ids))

    def leave(self, worker_id: str) -> None:
        """The worker ends, and others may take over at once what it had begun."""
        with self._sessions.writing() as session:
            row = session.get(WorkerRow, worker_id)
            if row is not None:
                row.seen_at = LONG_AGO

    def forget(self, worker_id: str) -> None:
        """The worker's work is in other hands."""
        with self._sessions.writing() as session:
            session.execute(delete(WorkerRow).where(WorkerRow.id == worker_id))

    def all(self) -> tuple[Worker, ...]:
        with self._sessions.reading() as session:
            rows = session.scalars(select(WorkerRow).order_by(WorkerRow.started_at))
            return tuple(Worker(row.id, row.place, row.started_at, row.seen_at) for row in rows)

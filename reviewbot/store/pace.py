"""One pace for all workers together: who may call a host next, and when."""

from __future__ import annotations

import time

from sqlalchemy import select

from reviewbot.store.sessions import Sessions
from reviewbot.store.tables import PaceRow
from reviewbot.store.upsert import insert_new


class Pace:
    """Hands out turns; whoever has one waits until it has come, and then calls."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    def turn(self, host: str, pause: float, now: float | None = None) -> float:
        """Seconds to wait before this call, so that calls to the host lie `pause` apart.

        Clocks of several machines may differ; what counts is that turns are handed out one
        by one, each at least `pause` after the one before.
        """
        now = time.time() if now is None else now
        with self._sessions.writing() as session:
            insert_new(session, PaceRow, {"host": host, "free_at": 0.0})
            row = session.scalars(
                select(PaceRow).where(PaceRow.host == host).with_for_update()
            ).one()
            turn = max(row.free_at, now)
            row.free_at = turn + pause
        return turn - now

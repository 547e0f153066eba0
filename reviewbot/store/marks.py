"""How far the things that are followed have been read: lists, feeds, a patchwork."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select

from reviewbot.store.sessions import Sessions
from reviewbot.store.tables import CursorRow
from reviewbot.store.upsert import insert_new, insert_or_update


class Marks:
    """A bookmark for each thing that is followed."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    def get(self, name: str) -> Mapping[str, Any]:
        """Where reading stopped; empty for something new. What stands in it is the reader's."""
        with self._sessions.reading() as session:
            row = session.get(CursorRow, name)
            return dict(row.place) if row is not None else {}

    def put(self, name: str, place: Mapping[str, Any], now: datetime | None = None) -> None:
        values = {"name": name, "place": dict(place), "moved_at": now or datetime.now(UTC)}
        with self._sessions.writing() as session:
            insert_or_update(session, CursorRow, "name", values)

    def take(self, name: str, held_for: timedelta, now: datetime | None = None) -> bool:
        """Whether this is the caller's turn at something that one process does at a time.

        Nobody else has a turn for so long, or until it is given `back`.
        """
        now = now or datetime.now(UTC)
        free = (now + held_for).timestamp()
        with self._sessions.writing() as session:
            values = {"name": name, "place": {"free": free}, "moved_at": now}
            if insert_new(session, CursorRow, values):
                return True
            mine = select(CursorRow).where(CursorRow.name == name).with_for_update()
            row = session.scalars(mine).one()
            if float(row.place["free"]) > now.timestamp():
                return False
            row.place, row.moved_at = {"free": free}, now
            return True

    def back(self, name: str, pause: timedelta, now: datetime | None = None) -> None:
        """The turn is over; the next begins after a pause."""
        now = now or datetime.now(UTC)
        self.put(name, {"free": (now + pause).timestamp()}, now)

"""How far the things that are followed have been read: lists, feeds, a patchwork."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from reviewbot.store.sessions import Sessions
from reviewbot.store.tables import CursorRow
from reviewbot.store.upsert import insert_or_update


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

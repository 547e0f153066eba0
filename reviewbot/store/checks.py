"""Checks: what was last set on each patch in a patchwork, and what there is to be set."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import func, select, update

from reviewbot.store.sessions import Sessions
from reviewbot.store.tables import CheckRow, PatchRow, ReviewRow
from reviewbot.store.upsert import insert_new


@dataclass(frozen=True, slots=True)
class Judged:
    """A review, the revision that it is of, and the ids of its patches by their Message-IDs."""

    review_id: int
    revision_id: int
    patch_ids: Mapping[str, int]


class Checks:
    """One row a patch and server."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    def judged(self, review_id: int) -> Judged | None:
        """What the review is of; None where it is gone, or a newer one of the same is there."""
        with self._sessions.reading() as session:
            here = session.get(ReviewRow, review_id)
            if here is None:
                return None
            same = ReviewRow.revision_id == here.revision_id
            if session.scalars(select(func.max(ReviewRow.id)).where(same)).one() != review_id:
                return None
            mine = PatchRow.revision_id == here.revision_id
            found = session.execute(select(PatchRow.message_id, PatchRow.id).where(mine))
            patch_ids = {row.message_id: row.id for row in found}
            return Judged(review_id, here.revision_id, patch_ids)

    def said(self, server: str, message_id: str) -> tuple[str, str] | None:
        """(state, description) of the check that we set last, None where we set none."""
        with self._sessions.reading() as session:
            mine = (CheckRow.server == server) & (CheckRow.message_id == message_id)
            row = session.scalars(select(CheckRow).where(mine)).one_or_none()
            return (row.state, row.description) if row is not None else None

    def note(
        self, server: str, message_id: str, state: str, description: str, review_id: int
    ) -> None:
        """A check was set."""
        key = {"server": server, "message_id": message_id}
        said = {
            "state": state,
            "description": description,
            "review_id": review_id,
            "set_at": datetime.now(UTC),
        }
        with self._sessions.writing() as session:
            if not insert_new(session, CheckRow, {**key, **said}):
                session.execute(update(CheckRow).filter_by(**key).values(said))

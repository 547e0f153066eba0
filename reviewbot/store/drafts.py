"""Drafts: replies on their way from the review, past a person, to the outbox."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session, selectinload

from reviewbot.errors import DraftClosed
from reviewbot.model import Draft, DraftKind
from reviewbot.store import codec
from reviewbot.store.records import DraftState, StoredDraft
from reviewbot.store.sessions import Sessions
from reviewbot.store.tables import DraftRow, PatchRow, ReviewRow, RevisionRow
from reviewbot.store.upsert import insert_new

_OPEN = [state for state in DraftState if state.open]
_GONE_OUT = [DraftState.SENDING, DraftState.SENT]


class Drafts:
    """All drafts that were ever made."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    def add(
        self,
        review_id: int,
        drafts: Iterable[Draft],
        mailing_list: str,
        state: DraftState,
        due_at: datetime,
        note: str = "",
        now: datetime | None = None,
    ) -> tuple[int, ...]:
        """Files the drafts of a review, in their order; one that is there already stays.

        Message-IDs are made from what is answered, so a second run adds nothing.
        """
        now = now or datetime.now(UTC)
        with self._sessions.writing() as session:
            ids = []
            for draft in drafts:
                values = {
                    "review_id": review_id,
                    "patch_id": _answered(session, review_id, draft),
                    "mailing_list": mailing_list,
                    "state": state,
                    "note": note,
                    "made_at": now,
                    "due_at": due_at,
                    **_columns(draft),
                }
                insert_new(session, DraftRow, values)
                mine = DraftRow.message_id == draft.message_id
                ids.append(session.scalars(select(DraftRow.id).where(mine)).one())
            return tuple(ids)

    def get(self, draft_id: int) -> StoredDraft | None:
        with self._sessions.reading() as session:
            row = session.get(DraftRow, draft_id, options=[selectinload(DraftRow.review)])
            return stored(row) if row is not None else None

    def in_state(self, states: Sequence[DraftState], limit: int = 1000) -> list[StoredDraft]:
        """The drafts in these states, the oldest first."""
        with self._sessions.reading() as session:
            rows = session.scalars(
                select(DraftRow)
                .where(DraftRow.state.in_(states))
                .order_by(DraftRow.due_at, DraftRow.id)
                .limit(limit)
                .options(selectinload(DraftRow.review))
            )
            return [stored(row) for row in rows]

    def decide(
        self, draft_id: int, state: DraftState, by: str, note: str = "", now: datetime | None = None
    ) -> None:
        """A person approves or discards a draft; raises DraftClosed where that is too late."""
        now = now or datetime.now(UTC)
        values = {"state": state, "decided_by": by, "decided_at": now, "note": note, "tries": 0}
        with self._sessions.writing() as session:
            _change_open(session, draft_id, values)

    def edit(self, draft_id: int, message: bytes, by: str) -> None:
        """A person's own words for the mail; raises DraftClosed where that is too late."""
        with self._sessions.writing() as session:
            _change_open(session, draft_id, {"message": message, "decided_by": by})

    def supersede(self, review_ids: Iterable[int], note: str) -> int:
        """Closes what was not sent yet of these reviews; the number of drafts closed."""
        with self._sessions.writing() as session:
            result = session.execute(
                update(DraftRow)
                .where(DraftRow.review_id.in_(list(review_ids)), DraftRow.state.in_(_OPEN))
                .values(state=DraftState.SUPERSEDED, note=note)
                .returning(DraftRow.id)
            )
            return len(result.all())

    def said(self, revision_id: int) -> frozenset[str]:
        """Fingerprints that mails about this series have gone out with, whatever the revision."""
        with self._sessions.reading() as session:
            here = session.get_one(RevisionRow, revision_id)
            found = session.scalars(
                select(DraftRow.fingerprints)
                .join(DraftRow.review)
                .join(ReviewRow.revision)
                .where(RevisionRow.series_id == here.series_id, DraftRow.state.in_(_GONE_OUT))
            )
            return frozenset(mark.partition("-")[0] for marks in found for mark in marks)

    def older_reviews(self, revision_id: int) -> tuple[int, ...]:
        """The reviews of earlier revisions of the same series."""
        with self._sessions.reading() as session:
            here = session.get_one(RevisionRow, revision_id)
            older = (RevisionRow.series_id == here.series_id) & (RevisionRow.number < here.number)
            found = session.scalars(
                select(ReviewRow.id).join(ReviewRow.revision).where(older).order_by(ReviewRow.id)
            )
            return tuple(found)


def _change_open(session: Session, draft_id: int, values: dict[str, object]) -> None:
    mine = (DraftRow.id == draft_id) & DraftRow.state.in_(_OPEN)
    changed = session.execute(update(DraftRow).where(mine).values(values).returning(DraftRow.id))
    if not changed.all():
        row = session.get(DraftRow, draft_id)
        state = f"is {row.state} already" if row is not None else "does not exist"
        raise DraftClosed(f"draft {draft_id} {state}; only an open draft can be changed")


def _answered(session: Session, review_id: int, draft: Draft) -> int | None:
    """The patch that the draft answers; None for a cover."""
    review = session.get_one(ReviewRow, review_id)
    mine = (PatchRow.revision_id == review.revision_id) & (PatchRow.message_id == draft.in_reply_to)
    return session.scalars(select(PatchRow.id).where(mine)).first()


def _columns(draft: Draft) -> dict[str, object]:
    return {
        "kind": draft.kind,
        "message_id": draft.message_id,
        "in_reply_to": draft.in_reply_to,
        "to": [codec.packed(address) for address in draft.to],
        "cc": [codec.packed(address) for address in draft.cc],
        "message": draft.message,
        "fingerprints": [finding.fingerprint for finding in draft.findings],
        "decided_by": "",
        "tries": 0,
    }


def stored(row: DraftRow) -> StoredDraft:
    return StoredDraft(
        id=row.id,
        review_id=row.review_id,
        revision_id=row.review.revision_id,
        patch_id=row.patch_id,
        mailing_list=row.mailing_list,
        kind=DraftKind(row.kind),
        message_id=row.message_id,
        in_reply_to=row.in_reply_to,
        to=codec.addresses(row.to),
        cc=codec.addresses(row.cc),
        message=row.message,
        fingerprints=tuple(row.fingerprints),
        state=DraftState(row.state),
        note=row.note,
        made_at=row.made_at,
        due_at=row.due_at,
        decided_by=row.decided_by,
        decided_at=row.decided_at,
        tries=row.tries,
    )

"""Drafts: replies on their way from the review, past a person, to the outbox."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from email import policy
from email.parser import BytesParser
from email.utils import getaddresses

from sqlalchemy import select, update
from sqlalchemy.orm import Session, selectinload

from reviewbot.errors import DraftClosed
from reviewbot.model import Address, Draft, DraftKind
from reviewbot.store import codec
from reviewbot.store.records import DraftState, Outcome, StoredDraft
from reviewbot.store.sessions import Sessions
from reviewbot.store.tables import DeliveryRow, DraftRow, PatchRow, ReviewRow, RevisionRow
from reviewbot.store.upsert import insert_new

_OPEN = [state for state in DraftState if state.open]
_ON_THEIR_WAY = [DraftState.APPROVED, DraftState.SENDING]
_GONE_OUT = [DraftState.SENDING, DraftState.SENT]

Enqueue = Callable[[Session, StoredDraft], None]
"""Puts a draft into the queue, in the same transaction as the word that lets it go."""


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

    def with_message_id(self, message_id: str) -> StoredDraft | None:
        with self._sessions.reading() as session:
            mine = select(DraftRow).where(DraftRow.message_id == message_id)
            row = session.scalars(mine.options(selectinload(DraftRow.review))).one_or_none()
            return stored(row) if row is not None else None

    def sent_about(self, revision_id: int) -> list[StoredDraft]:
        """What has gone out about earlier revisions of the same series, the newest first."""
        with self._sessions.reading() as session:
            here = session.get_one(RevisionRow, revision_id)
            older = (RevisionRow.series_id == here.series_id) & (RevisionRow.number < here.number)
            rows = session.scalars(
                select(DraftRow)
                .join(DraftRow.review)
                .join(ReviewRow.revision)
                .where(older, DraftRow.state == DraftState.SENT)
                .order_by(RevisionRow.number.desc(), DraftRow.id)
                .options(selectinload(DraftRow.review))
            )
            return [stored(row) for row in rows]

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

    def approve(
        self, draft_id: int, by: str, enqueue: Enqueue, now: datetime | None = None
    ) -> None:
        """A person lets a draft go out; once this returns, its place in the queue is on the disk.

        Raises DraftClosed where that is too late.
        """
        now = now or datetime.now(UTC)
        values = {
            "state": DraftState.APPROVED,
            "decided_by": by,
            "decided_at": now,
            "note": "",
            "tries": 0,
            "turn": DraftRow.turn + 1,
        }
        with self._sessions.writing() as session:
            _change_open(session, draft_id, values)
            enqueue(session, stored(session.get_one(DraftRow, draft_id)))

    def requeue(self, draft_id: int, turn: int, enqueue: Enqueue) -> bool:
        """Puts a draft into the queue anew, unless somebody has done so since it was at `turn`."""
        with self._sessions.writing() as session:
            mine = (DraftRow.id == draft_id) & (DraftRow.turn == turn)
            waiting = DraftRow.state.in_(_ON_THEIR_WAY)
            changed = session.execute(
                update(DraftRow).where(mine, waiting).values(turn=turn + 1).returning(DraftRow.id)
            ).all()
            if changed:
                enqueue(session, stored(session.get_one(DraftRow, draft_id)))
            return bool(changed)

    def overdue(self, before: datetime, limit: int = 1000) -> list[StoredDraft]:
        """Drafts on their way out that were due before then, the oldest first."""
        with self._sessions.reading() as session:
            rows = session.scalars(
                select(DraftRow)
                .where(DraftRow.state.in_(_ON_THEIR_WAY), DraftRow.due_at < before)
                .order_by(DraftRow.due_at, DraftRow.id)
                .limit(limit)
                .options(selectinload(DraftRow.review))
            )
            return [stored(row) for row in rows]

    def close(self, draft_id: int, turn: int, state: DraftState, note: str) -> None:
        """Ends an approved draft without a mail, unless it has moved on since `turn`."""
        self._note(draft_id, turn, {"state": state, "note": note})

    def hold(self, draft_id: int, turn: int, note: str, due_at: datetime | None = None) -> None:
        """Says why an approved draft does not go out now, and when it is looked at again."""
        self._note(draft_id, turn, {"note": note, **({"due_at": due_at} if due_at else {})})

    def _note(self, draft_id: int, turn: int, values: dict[str, object]) -> None:
        mine = (DraftRow.id == draft_id) & (DraftRow.turn == turn)
        approved = DraftRow.state == DraftState.APPROVED
        with self._sessions.writing() as session:
            session.execute(update(DraftRow).where(mine, approved).values(values))

    def edit(self, draft_id: int, message: bytes, by: str) -> None:
        """A person's own words for the mail; it then waits to be approved, again if it was.

        Raises DraftClosed where that is too late. Whom the mail goes to is what its To and Cc
        say then.
        """
        message = message.replace(b"\r\n", b"\n")
        people = {name: _people(message, name) for name in ("to", "cc")}
        state = DraftState.DRAFT
        values = {"message": message, "decided_by": by, "state": state, **people}
        with self._sessions.writing() as session:
            _change_open(session, draft_id, values)

    def supersede(self, review_ids: Iterable[int], note: str, keep: Collection[str] = ()) -> int:
        """Closes what was not sent yet of these reviews; the number of drafts closed.

        Those with the Message-IDs in `keep` stay.
        """
        mine = DraftRow.review_id.in_(list(review_ids)) & DraftRow.message_id.not_in(list(keep))
        with self._sessions.writing() as session:
            result = session.execute(
                update(DraftRow)
                .where(mine, DraftRow.state.in_(_OPEN))
                .values(state=DraftState.SUPERSEDED, note=note)
                .returning(DraftRow.id)
            )
            return len(result.all())

    def said(self, revision_id: int) -> frozenset[str]:
        """Fingerprints that mails about this series have gone out with, whatever the revision.

        A summary says nothing that is not asked below a patch.
        """
        return self._marks(revision_id, _GONE_OUT)

    def discarded(self, revision_id: int) -> frozenset[str]:
        """Fingerprints that a person threw away a draft about, whatever the revision."""
        return self._marks(revision_id, [DraftState.DISCARDED])

    def _marks(self, revision_id: int, states: Sequence[DraftState]) -> frozenset[str]:
        with self._sessions.reading() as session:
            here = session.get_one(RevisionRow, revision_id)
            found = session.scalars(
                select(DraftRow.fingerprints)
                .join(DraftRow.review)
                .join(ReviewRow.revision)
                .where(RevisionRow.series_id == here.series_id)
                .where(DraftRow.state.in_(states), DraftRow.kind == DraftKind.PATCH)
            )
            return frozenset(mark.partition("-")[0] for marks in found for mark in marks)

    def answered(self, review_id: int) -> frozenset[str]:
        """The mails of the revision that were answered, or perhaps were: they get no second one."""
        unclear = DraftRow.deliveries.any(DeliveryRow.outcome == Outcome.UNCLEAR)
        with self._sessions.reading() as session:
            here = session.get_one(ReviewRow, review_id)
            found = session.scalars(
                select(DraftRow.in_reply_to)
                .join(DraftRow.review)
                .where(ReviewRow.revision_id == here.revision_id)
                .where(DraftRow.state.in_(_GONE_OUT) | unclear)
            )
            return frozenset(found)

    def other_reviews(self, review_id: int) -> tuple[int, ...]:
        """The other reviews of the same revision: by other rules, or of fewer patches."""
        with self._sessions.reading() as session:
            here = session.get_one(ReviewRow, review_id)
            mine = (ReviewRow.revision_id == here.revision_id) & (ReviewRow.id != review_id)
            return tuple(session.scalars(select(ReviewRow.id).where(mine).order_by(ReviewRow.id)))

    def older_reviews(self, revision_id: int) -> tuple[int, ...]:
        """The reviews of earlier revisions of the same series."""
        with self._sessions.reading() as session:
            here = session.get_one(RevisionRow, revision_id)
            older = (RevisionRow.series_id == here.series_id) & (RevisionRow.number < here.number)
            found = session.scalars(
                select(ReviewRow.id).join(ReviewRow.revision).where(older).order_by(ReviewRow.id)
            )
            return tuple(found)


def _change_open(session: Session, draft_id: int, values: Mapping[str, object]) -> None:
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
        "turn": 0,
    }


def _people(message: bytes, header: str) -> list[dict[str, object]]:
    mail = BytesParser(policy=policy.default).parsebytes(message, headersonly=True)
    pairs = getaddresses([str(value) for value in mail.get_all(header, [])])
    return [codec.packed(Address(name, email)) for name, email in pairs if "@" in email]


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
        turn=row.turn,
    )

"""One series, revision or patch, with all that is said of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypeVar

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from reviewbot.errors import NotKept
from reviewbot.model import Address, Context
from reviewbot.store import codec
from reviewbot.store.columns import Base
from reviewbot.store.heads import (
    findings,
    newest_reviews,
    review_head,
    revision_head,
    revision_heads,
)
from reviewbot.store.series import patch
from reviewbot.store.sessions import Sessions
from reviewbot.store.shown import PatchPage, ReviewHead, RevisionHead, SeriesPage, ShownFinding
from reviewbot.store.tables import (
    FindingRow,
    PatchReviewRow,
    PatchRow,
    ReviewRow,
    RevisionRow,
    SeriesRow,
)

Row = TypeVar("Row", bound=Base)


class Detail:
    """Shows one thing; every method raises NotKept where there is no such thing."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    def series(self, series_id: int) -> SeriesPage:
        with self._sessions.reading() as session:
            row = _get(session, SeriesRow, series_id, "series")
            change_ids = select(RevisionRow.change_id).where(RevisionRow.series_id == series_id)
            return SeriesPage(
                id=row.id,
                title=row.title,
                author=Address(row.author_name, row.author_email),
                mailing_list=row.mailing_list,
                change_id=max(session.scalars(change_ids), default=""),
                seen_at=row.seen_at,
                revisions=revision_heads(session, series_id),
            )

    def patch(self, patch_id: int, review_id: int | None = None) -> PatchPage:
        """A patch with what its newest review says of it, or the one that is named."""
        with self._sessions.reading() as session:
            row = _get(session, PatchRow, patch_id, "patch")
            home = row.revision
            review = _review(session, home.id, review_id)
            head = revision_head(session, home, review)
            part = _part(session, review, row.id) if review is not None else None
            return PatchPage(
                id=row.id,
                patch=patch(row),
                series_id=home.series_id,
                title=home.series.title,
                mailing_list=home.series.mailing_list,
                revision=head,
                review=head.review,
                context=Context(part.context) if part else None,
                note=part.note if part else "",
                skipped=codec.skipped(part.skipped) if part else (),
                failures=tuple(part.failures) if part else (),
                findings=_of_part(session, part.id) if part else (),
            )

    def review(self, review_id: int) -> tuple[ReviewHead, tuple[ShownFinding, ...]]:
        """A review, and its findings patch by patch."""
        with self._sessions.reading() as session:
            row = _get(session, ReviewRow, review_id, "review")
            return review_head(row), findings(session, _parts([row.id]))

    def revision(self, revision_id: int) -> tuple[int, RevisionHead]:
        """The series that a revision is of, and the revision."""
        with self._sessions.reading() as session:
            row = _get(session, RevisionRow, revision_id, "revision")
            review = newest_reviews(session, [row.id]).get(row.id)
            return row.series_id, revision_head(session, row, review)

    def findings(self, review_ids: Iterable[int]) -> Mapping[int, tuple[ShownFinding, ...]]:
        """The findings of these reviews, by review."""
        ids = list(review_ids)
        with self._sessions.reading() as session:
            found = findings(session, _parts(ids))
        return {key: tuple(each for each in found if each.review_id == key) for key in ids}

    def finding(self, finding_id: int) -> ShownFinding:
        with self._sessions.reading() as session:
            row = _get(session, FindingRow, finding_id, "finding")
            part = session.get_one(PatchReviewRow, row.patch_review_id)
            return ShownFinding(row.id, part.review_id, part.patch_id, codec.finding(row))


def _get(session: Session, table: type[Row], key: int, name: str) -> Row:
    row = session.get(table, key)
    if row is None:
        raise NotKept(f"there is no {name} {key}; it may have been too old to keep")
    return row


def _review(session: Session, revision_id: int, review_id: int | None) -> ReviewRow | None:
    """The review that is named, if it is one of this revision; else the newest."""
    if review_id is None:
        return newest_reviews(session, [revision_id]).get(revision_id)
    row = _get(session, ReviewRow, review_id, "review")
    if row.revision_id != revision_id:
        raise NotKept(f"review {review_id} is not of this patch; leave it out for the newest")
    return row


def _part(session: Session, review: ReviewRow, patch_id: int) -> PatchReviewRow | None:
    mine = (PatchReviewRow.review_id == review.id) & (PatchReviewRow.patch_id == patch_id)
    return session.scalars(select(PatchReviewRow).where(mine)).first()


def _parts(review_ids: Iterable[int]) -> Select[int]:
    return select(PatchReviewRow.id).where(PatchReviewRow.review_id.in_(list(review_ids)))


def _of_part(session: Session, part_id: int) -> tuple[ShownFinding, ...]:
    return findings(session, select(PatchReviewRow.id).where(PatchReviewRow.id == part_id))

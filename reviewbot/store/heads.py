"""Reviews and revisions as records, without what is not asked for: diffs above all."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from reviewbot.model import Status
from reviewbot.store import codec
from reviewbot.store.shown import Counts, PatchHead, ReviewHead, RevisionHead, ShownFinding
from reviewbot.store.tables import (
    FindingRow,
    PatchReviewRow,
    PatchRow,
    ReviewRow,
    RevisionRow,
)


def review_head(row: ReviewRow) -> ReviewHead:
    counts = Counts(row.critical, row.high, row.medium, row.low)
    return ReviewHead(row.id, row.revision_id, row.rule_set, row.made_at, row.seconds, counts)


def newest_reviews(session: Session, revision_ids: Collection[int]) -> Mapping[int, ReviewRow]:
    """The last review of each revision that has one."""
    last = (
        select(func.max(ReviewRow.id))
        .where(ReviewRow.revision_id.in_(revision_ids))
        .group_by(ReviewRow.revision_id)
    )
    rows = session.scalars(select(ReviewRow).where(ReviewRow.id.in_(last)))
    return {row.revision_id: row for row in rows}


def revision_heads(session: Session, series_id: int) -> tuple[RevisionHead, ...]:
    """All revisions of a series, the first first, each with its last review."""
    rows = session.scalars(
        select(RevisionRow).where(RevisionRow.series_id == series_id).order_by(RevisionRow.number)
    ).all()
    reviews = newest_reviews(session, [row.id for row in rows])
    return tuple(revision_head(session, row, reviews.get(row.id)) for row in rows)


def revision_head(session: Session, row: RevisionRow, review: ReviewRow | None) -> RevisionHead:
    return RevisionHead(
        id=row.id,
        number=row.number,
        message_id=row.message_id,
        subject=row.subject,
        url=row.url,
        expected=row.expected,
        missing=tuple(row.missing),
        base_commit=row.base_commit,
        read_at=row.read_at,
        patches=_patch_heads(session, row.id, review),
        review=review_head(review) if review is not None else None,
    )


def _patch_heads(
    session: Session, revision_id: int, review: ReviewRow | None
) -> tuple[PatchHead, ...]:
    found = session.execute(
        select(PatchRow.id, PatchRow.part, PatchRow.subject, PatchRow.message_id, PatchRow.patch_id)
        .where(PatchRow.revision_id == revision_id)
        .order_by(PatchRow.part)
    )
    counts = _counts(session, review.id) if review is not None else {}
    return tuple(PatchHead(*row, counts=counts.get(row.id)) for row in found)


def _counts(session: Session, review_id: int) -> Mapping[int, Counts]:
    """The new findings of each patch that the review speaks of."""
    rows = session.execute(
        select(PatchReviewRow.patch_id, FindingRow.severity, func.count(FindingRow.id))
        .outerjoin(
            FindingRow,
            (FindingRow.patch_review_id == PatchReviewRow.id) & (FindingRow.status == Status.NEW),
        )
        .where(PatchReviewRow.review_id == review_id)
        .group_by(PatchReviewRow.patch_id, FindingRow.severity)
    )
    found: dict[int, dict[str, int]] = {}
    for patch_id, severity, number in rows:
        found.setdefault(patch_id, {}).update({severity: number} if severity else {})
    return {patch_id: Counts(**numbers) for patch_id, numbers in found.items()}


def findings(session: Session, part: Select[int]) -> tuple[ShownFinding, ...]:
    """The findings of these parts of reviews (a statement that gives ids of patch_review)."""
    rows = session.execute(
        select(FindingRow, PatchReviewRow.review_id, PatchReviewRow.patch_id)
        .join(PatchReviewRow, PatchReviewRow.id == FindingRow.patch_review_id)
        .where(FindingRow.patch_review_id.in_(part))
        .order_by(FindingRow.id)
    )
    return tuple(
        ShownFinding(row.id, review_id, patch_id, codec.finding(row))
        for row, review_id, patch_id in rows
    )

"""Reviews: what a rule set found in a revision, kept once however often it is asked for."""

from __future__ import annotations

import hashlib
from collections import Counter
from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from reviewbot.model import Context, PatchReview, Review, Series, Severity
from reviewbot.store import codec
from reviewbot.store.series import patch
from reviewbot.store.sessions import Sessions
from reviewbot.store.tables import PatchReviewRow, PatchRow, ReviewRow, RevisionRow, SeriesRow
from reviewbot.store.upsert import insert_new


class Reviews:
    """All reviews that were ever made."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    def save(
        self, revision_id: int, review: Review, seconds: float, now: datetime | None = None
    ) -> int:
        """Files a review; the id of the one that is there, if this was done before.

        The same patches by the same rules give the same review, so it is not compared.
        """
        digest = patches_digest(review.series)
        key = {"revision_id": revision_id, "rule_set": review.rule_set, "patches": digest}
        counts = _counts(review)
        found = {"made_at": now or datetime.now(UTC), "seconds": seconds, **counts}
        with self._sessions.writing() as session:
            new = insert_new(session, ReviewRow, {**key, **found})
            row = session.scalars(select(ReviewRow).filter_by(**key)).one()
            if new:
                session.add_all(_part(session, row, part) for part in review.patches)
                _tell_series(session, revision_id, sum(counts.values()))
            return row.id

    def find(self, revision_id: int, rule_set: str, series: Series) -> int | None:
        """The review of exactly these patches by these rules."""
        key = {
            "revision_id": revision_id,
            "rule_set": rule_set,
            "patches": patches_digest(series),
        }
        with self._sessions.reading() as session:
            return session.scalars(select(ReviewRow.id).filter_by(**key)).one_or_none()

    def load(self, review_id: int, series: Series) -> Review:
        """The review as it was made of this series; KeyError where there is none."""
        with self._sessions.reading() as session:
            row = session.get(ReviewRow, review_id, options=[_WHOLE])
            if row is None:
                raise KeyError(review_id)
            return Review(series, row.rule_set, tuple(patch_review(part) for part in row.parts))


_WHOLE = selectinload(ReviewRow.parts).options(
    selectinload(PatchReviewRow.findings), selectinload(PatchReviewRow.patch)
)


def patches_digest(series: Series) -> str:
    """Which patches of the revision were there: it may be reviewed again when more have come."""
    parts = "\0".join(f"{patch.part} {patch.mail.message_id}" for patch in series.patches)
    return hashlib.sha256(parts.encode("utf-8", "replace")).hexdigest()[:16]


def patch_review(row: PatchReviewRow) -> PatchReview:
    return PatchReview(
        patch=patch(row.patch),
        context=Context(row.context),
        note=row.note,
        findings=tuple(codec.finding(finding) for finding in row.findings),
        skipped=codec.skipped(row.skipped),
        failures=tuple(row.failures),
    )


def _counts(review: Review) -> dict[str, int]:
    """How many findings are new, by severity: a column for each."""
    new = Counter(finding.severity for patch in review.patches for finding in patch.new)
    return {str(severity): new[severity] for severity in Severity}


def _tell_series(session: Session, revision_id: int, found: int) -> None:
    """A review of the newest revision is what the series is known by."""
    revision = session.get_one(RevisionRow, revision_id)
    later = (RevisionRow.series_id == revision.series_id) & (RevisionRow.number > revision.number)
    if session.scalars(select(RevisionRow.id).where(later)).first() is None:
        session.get_one(SeriesRow, revision.series_id).found = found


def _part(session: Session, review: ReviewRow, part: PatchReview) -> PatchReviewRow:
    mine = (PatchRow.revision_id == review.revision_id) & (PatchRow.part == part.patch.part)
    return PatchReviewRow(
        review_id=review.id,
        patch_id=session.scalars(select(PatchRow.id).where(mine)).one(),
        context=part.context,
        note=part.note,
        skipped=[codec.packed(each) for each in part.skipped],
        failures=list(part.failures),
        findings=[codec.finding_row(finding) for finding in part.findings],
    )

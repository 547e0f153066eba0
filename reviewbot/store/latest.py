"""Reviews and findings as they were made, the newest first: for feeds and programs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, select

from reviewbot.model import Address, Severity, Status
from reviewbot.store import codec
from reviewbot.store.heads import review_head
from reviewbot.store.paging import Ask, Page, read_page
from reviewbot.store.sessions import Sessions
from reviewbot.store.shown import ReviewLine, ShownFinding
from reviewbot.store.tables import (
    FindingRow,
    PatchReviewRow,
    ReviewRow,
    RevisionRow,
    SeriesRow,
)


@dataclass(frozen=True, slots=True)
class Sought:
    """Which findings are wanted; "" and None ask for nothing."""

    rule: str = ""
    severity: Severity | None = None
    status: Status | None = None
    mailing_list: str = ""


class Latest:
    """All reviews, whatever they are of."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    def reviews(self, ask: Ask, mailing_list: str = "") -> Page[ReviewLine]:
        statement = (
            select(ReviewRow, RevisionRow, SeriesRow)
            .join(RevisionRow, RevisionRow.id == ReviewRow.revision_id)
            .join(SeriesRow, SeriesRow.id == RevisionRow.series_id)
        )
        if mailing_list:
            statement = statement.where(SeriesRow.mailing_list == mailing_list)
        keys = [ReviewRow.made_at, ReviewRow.id]
        with self._sessions.reading() as session:
            page = read_page(session, statement, keys, _key, ask)
            return Page(tuple(_line(row) for row in page.items), page.older, page.newer)

    def findings(self, sought: Sought, ask: Ask) -> Page[ShownFinding]:
        statement = _findings().where(*_conditions(sought))
        with self._sessions.reading() as session:
            page = read_page(session, statement, [FindingRow.id], _finding_key, ask)
            items = tuple(
                ShownFinding(row.id, review_id, patch_id, codec.finding(row))
                for row, review_id, patch_id in page.items
            )
            return Page(items, page.older, page.newer)


def _key(row: Any) -> tuple[Any, ...]:
    return row.ReviewRow.made_at, row.ReviewRow.id


def _finding_key(row: Any) -> tuple[Any, ...]:
    return (row.FindingRow.id,)


def _line(row: Any) -> ReviewLine:
    review, revision, series = row
    return ReviewLine(
        review=review_head(review),
        series_id=series.id,
        mailing_list=series.mailing_list,
        author=Address(series.author_name, series.author_email),
        revision=revision.number,
        subject=revision.subject,
        message_id=revision.message_id,
        url=revision.url,
    )


def _findings() -> Select[*tuple[Any, ...]]:
    return select(FindingRow, PatchReviewRow.review_id, PatchReviewRow.patch_id).join(
        PatchReviewRow, PatchReviewRow.id == FindingRow.patch_review_id
    )


def _conditions(sought: Sought) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if sought.rule:
        found.append(FindingRow.rule == sought.rule)
    if sought.severity:
        found.append(FindingRow.severity == sought.severity)
    if sought.status:
        found.append(FindingRow.status == sought.status)
    if sought.mailing_list:
        found.append(PatchReviewRow.review_id.in_(_of_list(sought.mailing_list)))
    return found


def _of_list(mailing_list: str) -> Select[int]:
    return (
        select(ReviewRow.id)
        .join(RevisionRow, RevisionRow.id == ReviewRow.revision_id)
        .join(SeriesRow, SeriesRow.id == RevisionRow.series_id)
        .where(SeriesRow.mailing_list == mailing_list)
    )

"""The series that were seen, to be looked through: a page at a time, filtered and searched."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, CompoundSelect, Select, func, select
from sqlalchemy.orm import Session

from reviewbot.model import Address, Status
from reviewbot.store.heads import newest_reviews, review_head
from reviewbot.store.paging import Ask, Page, read_page
from reviewbot.store.records import DraftState, JobState
from reviewbot.store.sessions import Sessions
from reviewbot.store.shown import SeriesLine
from reviewbot.store.tables import (
    DraftRow,
    FindingRow,
    JobRow,
    PatchReviewRow,
    PatchRow,
    ReviewRow,
    RevisionRow,
    SeriesRow,
)


class Standing(StrEnum):
    """How a series stands: what is said of its newest revision, or what waits for a person."""

    FINDINGS = "findings"
    CLEAN = "clean"
    OPEN = "open"  # its newest revision was not reviewed
    DRAFTS = "drafts"  # a draft waits


@dataclass(frozen=True, slots=True)
class Filter:
    """Which series are wanted; "" and None ask for nothing.

    `author` is a mail address, or part of a name. `rule` is one that found something new in
    some revision. `words` must all be in the title; a Message-ID finds its series.
    """

    mailing_list: str = ""
    author: str = ""
    rule: str = ""
    standing: Standing | None = None
    words: str = ""


class Browse:
    """Looks through all series."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    def series(self, wanted: Filter, ask: Ask) -> Page[SeriesLine]:
        """Those that something happened to last come first."""
        statement = select(SeriesRow).where(*_conditions(wanted))
        keys = (SeriesRow.seen_at, SeriesRow.id)
        with self._sessions.reading() as session:
            page = read_page(session, statement, keys, lambda row: (row.seen_at, row.id), ask)
            return Page(tuple(_lines(session, page.items)), page.older, page.newer)

    def lists(self) -> tuple[str, ...]:
        """The mailing lists that series were seen on, by name."""
        with self._sessions.reading() as session:
            found = session.scalars(select(SeriesRow.mailing_list).distinct())
            return tuple(sorted(name for name in found if name))


def _conditions(wanted: Filter) -> Iterable[ColumnElement[bool]]:
    if wanted.mailing_list:
        yield SeriesRow.mailing_list == wanted.mailing_list
    if "@" in wanted.author:
        yield SeriesRow.author_email == wanted.author
    elif wanted.author:
        yield SeriesRow.author_name.icontains(wanted.author, autoescape=True)
    if wanted.rule:
        yield SeriesRow.id.in_(_with_rule(wanted.rule))
    if wanted.standing:
        yield _stands(wanted.standing)
    if "@" in wanted.words:
        yield SeriesRow.id.in_(_with_mail(wanted.words.strip().strip("<>")))
    else:
        for word in wanted.words.split():
            yield SeriesRow.title.icontains(word, autoescape=True)


def _with_rule(rule: str) -> Select[int]:
    return (
        select(RevisionRow.series_id)
        .join(ReviewRow, ReviewRow.revision_id == RevisionRow.id)
        .join(PatchReviewRow, PatchReviewRow.review_id == ReviewRow.id)
        .join(FindingRow, FindingRow.patch_review_id == PatchReviewRow.id)
        .where(FindingRow.rule == rule, FindingRow.status == Status.NEW)
    )


def _with_mail(message_id: str) -> CompoundSelect[int]:
    """The series that this mail is the cover or a patch of."""
    ours = select(RevisionRow.series_id)
    patch = ours.join(PatchRow, PatchRow.revision_id == RevisionRow.id)
    return ours.where(RevisionRow.message_id == message_id).union(
        patch.where(PatchRow.message_id == message_id)
    )


def _stands(standing: Standing) -> ColumnElement[bool]:
    match standing:
        case Standing.FINDINGS:
            return SeriesRow.found > 0
        case Standing.CLEAN:
            return SeriesRow.found == 0
        case Standing.OPEN:
            return SeriesRow.found.is_(None)
        case Standing.DRAFTS:
            return SeriesRow.id.in_(_with_draft())


def _with_draft() -> Select[int]:
    return (
        select(RevisionRow.series_id)
        .join(ReviewRow, ReviewRow.revision_id == RevisionRow.id)
        .join(DraftRow, DraftRow.review_id == ReviewRow.id)
        .where(DraftRow.state == DraftState.DRAFT)
    )


def _lines(session: Session, rows: Collection[SeriesRow]) -> Iterable[SeriesLine]:
    newest = _newest_revisions(session, [row.id for row in rows])
    ids = [revision.id for revision in newest.values()]
    reviews, jobs = newest_reviews(session, ids), _jobs(session, ids)
    drafts = _drafts(session, [row.id for row in rows])
    for row in rows:
        revision = newest[row.id]
        review = reviews.get(revision.id)
        yield SeriesLine(
            id=row.id,
            title=row.title,
            author=Address(row.author_name, row.author_email),
            mailing_list=row.mailing_list,
            seen_at=row.seen_at,
            revision=revision.number,
            patches=revision.expected,
            missing=tuple(revision.missing),
            review=review_head(review) if review is not None else None,
            job=jobs.get(revision.id),
            drafts=drafts.get(row.id, 0),
        )


def _newest_revisions(session: Session, series_ids: Collection[int]) -> Mapping[int, Any]:
    """(id, number, expected, missing) of the newest revision, by series."""
    found = session.execute(
        select(
            RevisionRow.series_id,
            RevisionRow.id,
            RevisionRow.number,
            RevisionRow.expected,
            RevisionRow.missing,
        )
        .where(RevisionRow.series_id.in_(series_ids))
        .order_by(RevisionRow.number)
    )
    return {row.series_id: row for row in found}


def _jobs(session: Session, revision_ids: Collection[int]) -> Mapping[int, JobState]:
    """How far the last job of each revision is."""
    found = session.execute(
        select(JobRow.revision_id, JobRow.state)
        .where(JobRow.revision_id.in_(revision_ids))
        .order_by(JobRow.accepted_at)
    )
    return {revision_id: JobState(state) for revision_id, state in found if revision_id}


def _drafts(session: Session, series_ids: Collection[int]) -> Mapping[int, int]:
    """How many drafts wait for a person, by series."""
    found = session.execute(
        select(RevisionRow.series_id, func.count())
        .join(ReviewRow, ReviewRow.revision_id == RevisionRow.id)
        .join(DraftRow, DraftRow.review_id == ReviewRow.id)
        .where(RevisionRow.series_id.in_(series_ids), DraftRow.state == DraftState.DRAFT)
        .group_by(RevisionRow.series_id)
    )
    return {row.series_id: row[1] for row in found}

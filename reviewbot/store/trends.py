"""How things went, week by week and rule by rule."""

from __future__ import annotations

import statistics
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from reviewbot.model import Status
from reviewbot.store.records import JobState
from reviewbot.store.sessions import Sessions
from reviewbot.store.shown import Counts
from reviewbot.store.tables import (
    AnswerRow,
    FindingRow,
    JobRow,
    PatchReviewRow,
    ReviewRow,
    RevisionRow,
)

WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Week:
    """What happened from one Monday (UTC) to the next.

    `answers` by verdict. `usual` and `slow` are seconds from a series' notice to its review:
    half of them took at most the first, nine of ten at most the second; None without any.
    """

    start: date
    reviews: int
    findings: Counts
    answers: Mapping[str, int]
    usual: float | None
    slow: float | None


@dataclass(frozen=True, slots=True)
class RuleCount:
    """How many findings of a rule are kept that patches brought in, and in how many series."""

    findings: int = 0
    series: int = 0


class Trends:
    """Reads figures over time."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    def weeks(self, number: int, now: datetime | None = None) -> tuple[Week, ...]:
        """The last so many weeks, the current one last."""
        today = (now or datetime.now(UTC)).astimezone(UTC).date()
        this = today - timedelta(days=today.weekday())
        starts = [this - WEEK * back for back in reversed(range(number))]
        since = datetime.combine(starts[0], datetime.min.time(), UTC)
        with self._sessions.reading() as session:
            reviews = _reviews(session, since)
            answers = _answers(session, since)
            waits = _waits(session, since)
        return tuple(
            Week(start, *_sum(reviews[start]), answers[start], *_quantiles(waits[start]))
            for start in starts
        )

    def rules(self) -> Mapping[str, RuleCount]:
        """All rules that found something."""
        statement = (
            select(
                FindingRow.rule,
                func.count(FindingRow.id),
                func.count(RevisionRow.series_id.distinct()),
            )
            .join(PatchReviewRow, PatchReviewRow.id == FindingRow.patch_review_id)
            .join(ReviewRow, ReviewRow.id == PatchReviewRow.review_id)
            .join(RevisionRow, RevisionRow.id == ReviewRow.revision_id)
            .where(FindingRow.status == Status.NEW)
            .group_by(FindingRow.rule)
        )
        with self._sessions.reading() as session:
            return {rule: RuleCount(*counts) for rule, *counts in session.execute(statement)}


def _day(session: Session, moment: Any) -> ColumnElement[str]:
    """The day of a moment as text, in UTC, in the words of each database."""
    if session.get_bind().dialect.name == "sqlite":
        return func.date(moment)
    return func.to_char(func.timezone("UTC", moment), "YYYY-MM-DD")


def _monday(day: str) -> date:
    found = date.fromisoformat(day)
    return found - timedelta(days=found.weekday())


def _reviews(session: Session, since: datetime) -> Mapping[date, list[tuple[int, ...]]]:
    """(reviews, critical, high, medium, low) of each day, by week."""
    day = _day(session, ReviewRow.made_at)
    sums = [func.sum(column) for column in _severities()]
    rows = session.execute(
        select(day, func.count(), *sums).where(ReviewRow.made_at >= since).group_by(day)
    )
    weeks: dict[date, list[tuple[int, ...]]] = defaultdict(list)
    for first, *numbers in rows:
        weeks[_monday(first)].append(tuple(numbers))
    return weeks


def _severities() -> Sequence[Any]:
    return ReviewRow.critical, ReviewRow.high, ReviewRow.medium, ReviewRow.low


def _sum(days: Iterable[tuple[int, ...]]) -> tuple[int, Counts]:
    reviews, *findings = (sum(column) for column in zip((0, 0, 0, 0, 0), *days, strict=True))
    return reviews, Counts(*findings)


def _answers(session: Session, since: datetime) -> Mapping[date, dict[str, int]]:
    day = _day(session, AnswerRow.said_at)
    rows = session.execute(
        select(day, AnswerRow.verdict, func.count())
        .where(AnswerRow.said_at >= since)
        .group_by(day, AnswerRow.verdict)
    )
    weeks: dict[date, dict[str, int]] = defaultdict(dict)
    for first, verdict, number in rows:
        week = weeks[_monday(first)]
        week[verdict] = week.get(verdict, 0) + number
    return weeks


def _waits(session: Session, since: datetime) -> Mapping[date, list[float]]:
    """Seconds from each notice to its review, by the week of the notice."""
    rows = session.execute(
        select(JobRow.accepted_at, JobRow.ended_at).where(
            JobRow.accepted_at >= since, JobRow.state == JobState.REVIEWED
        )
    )
    weeks: dict[date, list[float]] = defaultdict(list)
    for accepted, ended in rows:
        if ended is not None:
            weeks[_monday(accepted.date().isoformat())].append((ended - accepted).total_seconds())
    return weeks


def _quantiles(waits: Sequence[float]) -> tuple[float | None, float | None]:
    if not waits:
        return None, None
    slow = sorted(waits)[min(len(waits) - 1, int(len(waits) * 0.9))]
    return statistics.median(waits), slow

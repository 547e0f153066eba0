"""What is in the store, counted: for graphs and for people who look after the service."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from reviewbot.model import Severity, Status
from reviewbot.store.records import DraftState, JobState
from reviewbot.store.sessions import Sessions
from reviewbot.store.tables import (
    AnswerRow,
    DeliveryRow,
    DraftRow,
    FindingRow,
    JobRow,
    ReviewRow,
    SeriesRow,
    WorkerRow,
)


@dataclass(frozen=True, slots=True)
class Totals:
    """All that is kept at one moment; what is none is left out of a mapping.

    `findings` are those that a patch brought in, by rule and severity; `deliveries` by channel
    and outcome; `answers` by verdict. `oldest_wait` is how many seconds the job that waits
    longest has waited, 0.0 where none does.
    """

    series: int
    reviews: int
    jobs: Mapping[JobState, int]
    drafts: Mapping[DraftState, int]
    findings: Mapping[tuple[str, Severity], int]
    deliveries: Mapping[tuple[str, str], int]
    answers: Mapping[str, int]
    workers: int
    oldest_wait: float


class Figures:
    """Counts over all that is kept."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    def totals(self, lost_after: timedelta, now: datetime | None = None) -> Totals:
        """A worker counts that was heard of within `lost_after`."""
        now = now or datetime.now(UTC)
        alive = select(func.count()).where(WorkerRow.seen_at >= now - lost_after)
        with self._sessions.reading() as session:
            return Totals(
                series=_count(session, select(func.count()).select_from(SeriesRow)),
                reviews=_count(session, select(func.count()).select_from(ReviewRow)),
                jobs={JobState(one): n for (one,), n in _by(session, JobRow.state)},
                drafts={DraftState(one): n for (one,), n in _by(session, DraftRow.state)},
                findings=_findings(session),
                deliveries={
                    (channel, outcome): n
                    for (channel, outcome), n in _by(
                        session, DeliveryRow.channel, DeliveryRow.outcome
                    )
                },
                answers={one: n for (one,), n in _by(session, AnswerRow.verdict)},
                workers=_count(session, alive),
                oldest_wait=_oldest_wait(session, now),
            )


def _findings(session: Session) -> dict[tuple[str, Severity], int]:
    new = FindingRow.status == Status.NEW
    found = _by(session, FindingRow.rule, FindingRow.severity, where=new)
    return {(rule, Severity(severity)): n for (rule, severity), n in found}


def _by(session: Session, *columns: Any, where: Any = True) -> list[tuple[tuple[Any, ...], int]]:
    """(values of the columns, how many rows have them), in their order."""
    counted = select(*columns, func.count()).group_by(*columns).order_by(*columns)
    rows = session.execute(counted if where is True else counted.where(where))
    return [(tuple(row[:-1]), row[-1]) for row in rows]


def _count(session: Session, statement: Select[int]) -> int:
    return session.scalars(statement).one()


def _oldest_wait(session: Session, now: datetime) -> float:
    waiting = select(func.min(JobRow.accepted_at)).where(JobRow.state == JobState.WAITING)
    first = session.scalars(waiting).one()
    return max((now - first).total_seconds(), 0.0) if first is not None else 0.0

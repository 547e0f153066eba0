"""What is old goes with all that hangs on it; what something happened to stays whole."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select, update

from reviewbot.store.columns import Base
from reviewbot.store.records import (
    Answer,
    DraftState,
    Job,
    JobState,
    Notice,
    Origin,
    Outcome,
    StoredDraft,
    Verdict,
)
from reviewbot.store.store import Store
from reviewbot.store.tables import DeliveryRow, DraftRow, JobRow, SeriesRow
from reviewbot.store.tokens import Scope
from tests.jobs.posted import LIST, filed, seen

DAY = timedelta(days=1)
LONG_AGO = datetime(2024, 3, 1, tzinfo=UTC)
BEFORE = datetime(2025, 3, 1, tzinfo=UTC)
KEPT = {
    *("alembic_version", "opt_out", "job", "hook", "token", "session"),
    *("worker", "cursor", "pace", "patchwork_check"),
}


def old(store: Store, case: str = "single") -> list[StoredDraft]:
    """The drafts of a series that was read, reviewed and drafted for long ago."""
    drafts = filed(store, case, LONG_AGO)
    with store.sessions.writing() as session:
        session.execute(update(SeriesRow).values(seen_at=LONG_AGO))
    return drafts


def job(store: Store, name: str, revision_id: int | None = None, hook: str = "") -> Job:
    notice = Notice(f"{name}@example.com", LIST, Origin.HOOK)
    taken, _ = store.jobs.accept(notice, "rules", lambda session, job: None, hook, LONG_AGO)
    if revision_id is not None:
        store.jobs.file(taken.id, revision_id, LIST)
    return taken


def ended(store: Store, taken: Job, when: datetime) -> None:
    store.jobs.move(taken.id, JobState.REVIEWED)
    with store.sessions.writing() as session:
        session.execute(update(JobRow).where(JobRow.id == taken.id).values(ended_at=when))


def rows(store: Store) -> dict[str, int]:
    """How many rows each table has that has any."""
    with store.sessions.reading() as session:
        counts = {
            table.name: session.scalar(select(func.count()).select_from(table)) or 0
            for table in Base.metadata.sorted_tables
        }
    return {name: count for name, count in counts.items() if count}


def answer(series_id: int, when: datetime) -> Answer:
    return Answer(
        series_id=series_id,
        author="bo@example.net",
        verdict=Verdict.NOT_A_BUG,
        rule="ref-leak",
        fingerprint="",
        said_at=when,
        message_id="m@example.net",
        in_reply_to="",
    )


def delivered(store: Store, draft: StoredDraft, when: datetime) -> None:
    with store.sessions.writing() as session:
        session.add(
            DeliveryRow(
                draft_id=draft.id,
                channel="x",
                begun_at=when,
                ended_at=when,
                outcome=Outcome.SENT,
                detail="",
            )
        )


def test_a_series_goes_with_all_that_hangs_on_it(store: Store) -> None:
    [draft] = old(store)
    delivered(store, draft, LONG_AGO)
    store.answers.add(answer(1, LONG_AGO))
    store.answers.opt_out("bo@example.net", True, LONG_AGO)
    mine = job(store, "mine", draft.revision_id, "hook")
    ended(store, mine, LONG_AGO)
    assert {"series", "patch", "finding", "delivery", "answer"} <= set(rows(store))
    assert store.retention.forget_series(BEFORE, 10) == 1
    assert set(rows(store)) <= KEPT
    assert store.answers.opted_out() == {"bo@example.net"}
    left = store.jobs.get(mine.id)
    assert left is not None
    assert (left.revision_id, left.review_id) == (None, None)


def test_what_is_not_old_enough_stays(store: Store) -> None:
    filed(store, "single", LONG_AGO)  # read now
    assert store.retention.forget_series(BEFORE, 10) == 0
    assert rows(store)["series"] == 1


def test_so_many_at_a_time_the_oldest_first(store: Store) -> None:
    old(store, "series")
    filed(store, "single")
    moment = BEFORE - DAY
    with store.sessions.writing() as session:
        session.execute(update(SeriesRow).where(SeriesRow.id == 2).values(seen_at=moment))
    assert store.retention.forget_series(BEFORE, 1) == 1
    with store.sessions.reading() as session:
        assert session.scalars(select(SeriesRow.id)).all() == [2]
    assert store.retention.forget_series(BEFORE, 1) == 1
    assert store.retention.forget_series(BEFORE, 1) == 0


def _approve(store: Store, draft: StoredDraft) -> None:
    store.drafts.approve(draft.id, "ada", lambda session, draft: None)
    with store.sessions.writing() as session:
        session.execute(update(DraftRow).values(decided_at=LONG_AGO))


def _decide(store: Store, draft: StoredDraft) -> None:
    store.drafts.decide(draft.id, DraftState.DISCARDED, "ada")


def _open_job(store: Store, draft: StoredDraft) -> None:
    job(store, "open", draft.revision_id)


def _late_job(store: Store, draft: StoredDraft) -> None:
    ended(store, job(store, "late", draft.revision_id), BEFORE + DAY)


@pytest.mark.parametrize(
    "happens",
    [
        pytest.param(_approve, id="a draft is on its way"),
        pytest.param(_decide, id="a person decided"),
        pytest.param(lambda s, d: delivered(s, d, BEFORE + DAY), id="a mail was sent"),
        pytest.param(lambda s, d: s.answers.add(answer(1, BEFORE + DAY)), id="an answer"),
        pytest.param(_open_job, id="a job is open"),
        pytest.param(_late_job, id="a job ended"),
    ],
)
def test_a_series_that_something_happens_to_stays(
    store: Store, happens: Callable[[Store, StoredDraft], object]
) -> None:
    draft, *_ = old(store, "series")
    happens(store, draft)
    assert store.retention.forget_series(BEFORE, 10) == 0
    assert seen(store, draft.id)
    assert store.retention.forget_series(datetime.now(UTC) + DAY, 10) == (
        0 if happens in (_approve, _open_job) else 1
    )


def test_jobs_that_have_ended_go_with_their_hooks_and_others_stay(store: Store) -> None:
    gone, late = job(store, "gone", hook="one"), job(store, "late", hook="two")
    open_still = job(store, "open")
    ended(store, gone, LONG_AGO)
    ended(store, late, BEFORE + DAY)
    assert store.retention.forget_jobs(BEFORE, 10) == 1
    assert store.jobs.get(gone.id) is None
    assert store.jobs.get(late.id) is not None
    assert store.jobs.get(open_still.id) is not None
    assert rows(store)["hook"] == 1


def test_checks_go_when_their_review_has_gone(store: Store) -> None:
    [draft] = old(store)
    store.checks.note("https://patchwork.example", "a@example.com", "fail", "x", draft.review_id)
    store.retention.forget_series(BEFORE, 10)
    assert rows(store)["patchwork_check"] == 1, "it was set just now"
    store.retention.forget_series(datetime.now(UTC) + DAY, 10)
    assert "patchwork_check" not in rows(store)


def test_sessions_go_when_they_are_over(store: Store) -> None:
    store.tokens.add("ada", [Scope.DRAFTS])
    token = store.tokens.all()[0]
    store.tokens.log_in(token, DAY, BEFORE - 2 * DAY)
    late = store.tokens.log_in(token, 3 * DAY, BEFORE - 2 * DAY)
    assert store.retention.forget_logins(BEFORE) == 1
    assert store.tokens.logged_in(late, BEFORE) is not None

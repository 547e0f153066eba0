"""Figures are counted by weeks that begin on Monday, in UTC, on each database."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

from reviewbot.model import Severity, Status
from reviewbot.store.records import Answer, JobState, Notice, Origin, Verdict
from reviewbot.store.shown import Counts
from reviewbot.store.store import Store
from reviewbot.store.trends import RuleCount
from tests.store.kept import LIST, again, finding, keep_reviewed, series

SUNDAY = datetime(2026, 11, 8, 23, 59, tzinfo=UTC)
MONDAY = datetime(2026, 11, 9, 0, 1, tzinfo=UTC)
NOW = datetime(2026, 11, 12, 12, tzinfo=UTC)


def test_reviews_and_their_findings_by_week(store: Store) -> None:
    keep_reviewed(store, series("a"), (finding(), finding("uninit", Severity.LOW)), at=SUNDAY)
    keep_reviewed(store, series("b"), (finding(status=Status.FIXED),), at=MONDAY)
    # 02:00 on Monday in a zone that is two hours ahead is Monday 00:00 in UTC.
    ahead = MONDAY.astimezone(timezone(timedelta(hours=2)))
    keep_reviewed(store, series("c"), (finding(),), at=ahead)
    old, this = store.trends.weeks(2, NOW)
    assert (old.start, this.start) == (date(2026, 11, 2), date(2026, 11, 9))
    assert (old.reviews, old.findings) == (1, Counts(high=1, low=1))
    assert (this.reviews, this.findings) == (2, Counts(high=1))
    assert (old.usual, old.slow, dict(old.answers)) == (None, None, {})


def test_answers_by_week_and_verdict(store: Store) -> None:
    saved, _ = keep_reviewed(store, series("a"), (finding(),), at=SUNDAY)
    for at, who, verdict in [
        (SUNDAY, "ada", Verdict.NOT_A_BUG),
        (MONDAY, "ben", Verdict.NOT_A_BUG),
        (MONDAY + timedelta(days=2), "cleo", Verdict.NOT_A_BUG),
        (MONDAY, "ada", Verdict.A_BUG),
    ]:
        store.answers.add(Answer(saved.series_id, who, verdict, "null-lookup", "f1", at))
    old, this = store.trends.weeks(2, NOW)
    assert dict(old.answers) == {Verdict.NOT_A_BUG: 1}
    assert dict(this.answers) == {Verdict.NOT_A_BUG: 2, Verdict.A_BUG: 1}


def test_how_long_series_waited(store: Store) -> None:
    ids = []
    for number in range(3):
        notice = Notice(f"m{number}@x.example", LIST, Origin.WATCH)
        job, _ = store.jobs.accept(notice, "rules", lambda *_: None, now=MONDAY)
        ids.append(job.id)
    store.jobs.move(ids[0], JobState.REVIEWED)
    store.jobs.move(ids[1], JobState.FAILED)
    done = store.jobs.get(ids[0])
    assert done is not None and done.ended_at is not None
    waited = (done.ended_at - MONDAY).total_seconds()
    [this] = store.trends.weeks(1, NOW)
    assert (this.usual, this.slow) == (waited, waited)


def test_what_each_rule_found_and_in_how_many_series(store: Store) -> None:
    first = series("a")
    keep_reviewed(store, first, (finding(), finding("uninit")))
    keep_reviewed(store, again(first, 2), (finding(),))
    keep_reviewed(store, series("b"), (finding(), finding("uninit", status=Status.PRE_EXISTING)))
    assert dict(store.trends.rules()) == {
        "null-lookup": RuleCount(3, 2),
        "uninit": RuleCount(1, 1),
    }

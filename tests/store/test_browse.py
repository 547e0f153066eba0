"""Series are found by what they are, and by what is said of their newest revision."""

from __future__ import annotations

from itertools import chain

import pytest

from reviewbot.errors import BadUsage
from reviewbot.model import Address, DraftKind, Severity, Status
from reviewbot.store.browse import Filter, Standing
from reviewbot.store.paging import Ask
from reviewbot.store.records import DraftState, JobState, Notice, Origin
from reviewbot.store.shown import SeriesLine
from reviewbot.store.store import Store
from tests.mail import invented
from tests.store.kept import LIST, START, finding, hours, keep, keep_reviewed, series

ALL, FIRST = Filter(), Ask()
BEN = Address("Ben O'Brook 100%", "ben@moss.example")


def titles(store: Store, wanted: Filter = ALL, ask: Ask = FIRST) -> list[str]:
    return [line.title.partition(":")[0] for line in store.browse.series(wanted, ask).items]


def line(store: Store, words: str) -> SeriesLine:
    [only] = store.browse.series(Filter(words=words), Ask()).items
    return only


@pytest.fixture
def full(store: Store) -> Store:
    """Three series: clean, with findings, and one that nobody has reviewed yet."""
    keep_reviewed(store, series("clean", 2), at=hours(1))
    faults = (finding(), finding("uninit", Severity.LOW, mark="f2"))
    keep_reviewed(store, series("faulty", 2, author=BEN), (), faults, at=hours(2))
    keep(store, series("fresh"), "other@lists.example", hours(3))
    return store


def test_what_happened_last_comes_first(full: Store) -> None:
    assert titles(full) == ["fresh", "faulty", "clean"]
    keep(full, series("clean", 2), at=hours(4))
    assert titles(full)[0] == "clean"


def test_a_line_says_what_is_known_of_the_newest_revision(full: Store) -> None:
    found = line(full, "faulty")
    assert (found.author, found.mailing_list, found.seen_at) == (BEN, LIST, hours(2))
    assert (found.revision, found.patches, found.missing, found.drafts) == (1, 2, (), 0)
    assert found.review is not None
    assert found.review.counts.each == ((Severity.HIGH, 1), (Severity.LOW, 1))
    assert line(full, "fresh").review is None


def test_a_newer_revision_is_not_reviewed_until_it_is(full: Store) -> None:
    newer = series("faulty", 3, revision=2, author=BEN)
    keep(full, newer, at=hours(5))
    found = line(full, "faulty")
    assert (found.revision, found.patches, found.review) == (2, 3, None)
    assert titles(full, Filter(standing=Standing.OPEN)) == ["faulty", "fresh"]
    keep_reviewed(full, newer, at=hours(5))
    assert titles(full, Filter(standing=Standing.CLEAN)) == ["faulty", "clean"]
    assert titles(full, Filter(standing=Standing.FINDINGS)) == []


def test_a_late_review_of_an_older_revision_changes_nothing(full: Store) -> None:
    newer = series("clean", 2, revision=2)
    keep_reviewed(full, newer, at=hours(5))
    keep_reviewed(full, series("clean", 2), (finding(),), at=hours(6), rule_set="newer rules")
    assert titles(full, Filter(standing=Standing.CLEAN)) == ["clean"]
    found = line(full, "clean")
    assert found.review is not None
    assert found.review.counts.total == 0


def test_the_last_review_counts(full: Store) -> None:
    keep_reviewed(full, series("clean", 2), (finding(),), rule_set="newer rules")
    assert titles(full, Filter(standing=Standing.FINDINGS)) == ["faulty", "clean"]


def test_what_was_there_before_is_no_finding(store: Store) -> None:
    old = (finding(status=Status.PRE_EXISTING), finding(status=Status.FIXED, mark="f2"))
    keep_reviewed(store, series("older"), old)
    assert titles(store, Filter(standing=Standing.CLEAN)) == ["older"]
    assert titles(store, Filter(rule="null-lookup")) == []


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (Filter(mailing_list=LIST), ["faulty", "clean"]),
        (Filter(mailing_list="nobody@lists.example"), []),
        (Filter(author="ben@moss.example"), ["faulty"]),
        (Filter(author="ben"), ["faulty"]),
        (Filter(author="O'BROOK 100%"), ["faulty"]),
        (Filter(author="%"), ["faulty"]),
        (Filter(author="_"), []),
        (Filter(rule="uninit"), ["faulty"]),
        (Filter(rule="lock-leak"), []),
        (Filter(words="ALL faulty"), ["faulty"]),
        (Filter(words="faulty clean"), []),
        (Filter(words="faulty-v1-0@wimble.example"), ["faulty"]),
        (Filter(words="<faulty-v1-2@wimble.example> "), ["faulty"]),
        (Filter(words="faulty-v1-9@wimble.example"), []),
        (Filter(standing=Standing.FINDINGS), ["faulty"]),
        (Filter(standing=Standing.CLEAN), ["clean"]),
        (Filter(standing=Standing.OPEN), ["fresh"]),
        (Filter(standing=Standing.OPEN, mailing_list=LIST), []),
    ],
)
def test_filters(full: Store, wanted: Filter, found: list[str]) -> None:
    assert titles(full, wanted) == found


def test_drafts_that_wait(store: Store) -> None:
    made = invented.series()
    saved = store.series.save(made.series, LIST)
    review_id = store.reviews.save(saved.revision_id, made, 0.1)
    assert titles(store, Filter(standing=Standing.DRAFTS)) == []
    drafts = [one for one in invented.drafts("series") if one.kind is DraftKind.PATCH]
    ids = store.drafts.add(review_id, drafts, LIST, DraftState.DRAFT, START)
    [waiting] = store.browse.series(Filter(standing=Standing.DRAFTS), Ask()).items
    assert (waiting.id, waiting.drafts) == (saved.series_id, len(ids))
    store.drafts.decide(ids[0], DraftState.DISCARDED, "ada")
    [waiting] = store.browse.series(Filter(standing=Standing.DRAFTS), Ask()).items
    assert waiting.drafts == len(ids) - 1


def test_how_far_a_series_is_that_was_not_reviewed(full: Store) -> None:
    job, _ = full.jobs.accept(
        Notice("fresh-v1-0@wimble.example", "", Origin.HOOK), "r", lambda *_: None
    )
    saved = keep(full, series("fresh"))
    full.jobs.file(job.id, saved.revision_id, LIST)
    full.jobs.move(job.id, JobState.CHECKING)
    assert line(full, "fresh").job is JobState.CHECKING
    assert line(full, "clean").job is None


def test_lists_are_those_that_something_came_by(full: Store) -> None:
    keep(full, series("from a file"), "")
    assert full.browse.lists() == (LIST, "other@lists.example")


def test_pages_hold_every_series_once_both_ways(store: Store) -> None:
    names = [f"number{number}" for number in range(7)]
    for number, name in enumerate(names):
        keep(store, series(name), at=hours(number // 3))  # several at one moment
    there: list[list[int]] = []
    back: list[list[int]] = []
    page = store.browse.series(Filter(), Ask(limit=3))
    assert page.newer == ""
    while True:
        there.append([one.id for one in page.items])
        if not page.older:
            break
        page = store.browse.series(Filter(), Ask(page.older, 3))
    while True:
        back.insert(0, [one.id for one in page.items])
        if not page.newer:
            break
        page = store.browse.series(Filter(), Ask(page.newer, 3))
    assert [len(part) for part in there] == [3, 3, 1]
    ids = list(chain(*there))
    assert ids == sorted(ids, reverse=True)
    assert len(set(ids)) == len(names)
    assert list(chain(*back)) == ids


@pytest.mark.parametrize(
    "cursor", ["x", "bm90IGpzb24", "W10", "W2ZhbHNlLDFd", "W2ZhbHNlLG51bGwsMV0", "é", "A" * 5000]
)
def test_a_cursor_of_somebody_else_is_refused(store: Store, cursor: str) -> None:
    with pytest.raises(BadUsage, match="begin with the first page"):
        store.browse.series(Filter(), Ask(cursor))


def test_a_page_has_a_most_and_a_least(store: Store) -> None:
    keep(store, series("only"))
    assert titles(store, ask=Ask(limit=0)) == ["only"]
    assert titles(store, ask=Ask(limit=10**9)) == ["only"]

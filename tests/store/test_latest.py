"""Reviews and findings are given out newest first, and by what they are."""

from __future__ import annotations

from reviewbot.model import Severity, Status
from reviewbot.store.latest import Sought
from reviewbot.store.paging import Ask
from reviewbot.store.store import Store
from tests.store.kept import LIST, finding, hours, keep_reviewed, series

OTHER = "other@lists.example"


def marks(store: Store, sought: Sought) -> list[str]:
    return [one.finding.fingerprint for one in store.latest.findings(sought, Ask()).items]


def test_reviews_newest_first_and_by_list(store: Store) -> None:
    keep_reviewed(store, series("late"), (finding(),), at=hours(2))
    keep_reviewed(store, series("early"), mailing_list=OTHER, at=hours(1))
    late, early = store.latest.reviews(Ask()).items
    assert (late.subject, late.mailing_list) == ("[PATCH 0/1] late: all of it", LIST)
    assert late.review.counts.each == ((Severity.HIGH, 1),)
    assert (early.message_id, early.revision) == ("early-v1-0@wimble.example", 1)
    assert store.latest.reviews(Ask(), OTHER).items == (early,)
    assert store.latest.reviews(Ask(), "none@lists.example").items == ()


def test_reviews_a_page_at_a_time(store: Store) -> None:
    for number in range(3):
        keep_reviewed(store, series(f"n{number}"), at=hours(1))
    first = store.latest.reviews(Ask(limit=2))
    rest = store.latest.reviews(Ask(first.older, limit=2))
    names = [line.message_id[:2] for line in (*first.items, *rest.items)]
    assert names == ["n2", "n1", "n0"]
    assert (rest.older, first.newer) == ("", "")


def test_findings_by_what_they_are(store: Store) -> None:
    old = finding(status=Status.PRE_EXISTING, mark="old")
    low = finding("uninit", Severity.LOW, mark="low")
    keep_reviewed(store, series("a"), (finding(mark="high"), old))
    keep_reviewed(store, series("b"), (low,), mailing_list=OTHER)
    assert marks(store, Sought()) == ["low", "old", "high"]
    assert marks(store, Sought(rule="uninit")) == ["low"]
    assert marks(store, Sought(severity=Severity.HIGH)) == ["old", "high"]
    assert marks(store, Sought(status=Status.NEW)) == ["low", "high"]
    assert marks(store, Sought(mailing_list=OTHER)) == ["low"]
    assert marks(store, Sought(rule="uninit", mailing_list=LIST)) == []


def test_a_finding_says_where_it_belongs(store: Store) -> None:
    saved, review_id = keep_reviewed(store, series("a", 2), (), (finding(),))
    [one] = store.latest.findings(Sought(), Ask()).items
    [revision] = store.detail.series(saved.series_id).revisions
    assert (one.review_id, one.patch_id) == (review_id, revision.patches[1].id)
    assert one.finding == finding()

"""One thing with all around it, and a clear word where there is none."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from reviewbot.errors import NotKept
from reviewbot.model import Context, Severity, Status
from reviewbot.store.shown import Counts
from reviewbot.store.store import Store
from tests.store.kept import LIST, RULE_SET, again, finding, keep, keep_reviewed, series


def test_a_series_with_its_revisions(store: Store) -> None:
    first = series("wimble", 2)
    found = (finding(), finding("uninit", Severity.LOW, Status.FIXED, "f2"))
    saved, review_id = keep_reviewed(store, first, found)
    keep(store, again(first, 2))
    page = store.detail.series(saved.series_id)
    assert (page.title, page.author, page.mailing_list) == (
        "wimble: all of it",
        first.author,
        LIST,
    )
    assert [each.number for each in page.revisions] == [1, 2]
    v1, v2 = page.revisions
    assert v1.review is not None
    assert (v1.review.id, v1.review.rule_set) == (review_id, RULE_SET)
    assert [patch.counts for patch in v1.patches] == [Counts(high=1), Counts()]
    assert v2.review is None
    assert [patch.counts for patch in v2.patches] == [None, None]
    assert [patch.patch_id for patch in v1.patches] == [patch.patch_id for patch in v2.patches]


def test_a_patch_with_what_is_said_of_it(store: Store) -> None:
    made = series("wimble", 2)
    found = finding()
    saved, review_id = keep_reviewed(store, made, (), (found,))
    [revision] = store.detail.series(saved.series_id).revisions
    page = store.detail.patch(revision.patches[1].id)
    assert (page.patch, page.series_id, page.revision) == (
        made.patches[1],
        saved.series_id,
        revision,
    )
    assert page.context is Context.TREE
    [shown] = page.findings
    assert (shown.finding, shown.review_id, shown.patch_id) == (found, review_id, page.id)
    assert store.detail.finding(shown.id) == shown
    assert store.detail.review(review_id) == (revision.review, (shown,))
    assert store.detail.findings([review_id]) == {review_id: (shown,)}
    assert store.detail.revision(saved.revision_id) == (saved.series_id, revision)
    assert store.detail.patch(revision.patches[0].id).findings == ()


def test_an_older_review_can_be_named(store: Store) -> None:
    made = series("wimble")
    saved, older = keep_reviewed(store, made, (finding(),))
    keep_reviewed(store, made, rule_set="newer rules")
    [patch] = store.detail.revision(saved.revision_id)[1].patches
    assert store.detail.patch(patch.id).findings == ()
    assert len(store.detail.patch(patch.id, older).findings) == 1
    elsewhere, _ = keep_reviewed(store, series("gizmo"))
    [other] = store.detail.revision(elsewhere.revision_id)[1].patches
    with pytest.raises(NotKept, match="is not of this patch"):
        store.detail.patch(other.id, older)


def test_a_patch_that_nobody_reviewed(store: Store) -> None:
    saved = keep(store, series("wimble"))
    [patch] = store.detail.revision(saved.revision_id)[1].patches
    page = store.detail.patch(patch.id)
    assert (page.review, page.context, page.findings) == (None, None, ())


@pytest.mark.parametrize(
    "ask",
    [
        lambda store: store.detail.series(7),
        lambda store: store.detail.revision(7),
        lambda store: store.detail.patch(7),
        lambda store: store.detail.review(7),
        lambda store: store.detail.finding(7),
    ],
)
def test_what_is_not_there_is_named(store: Store, ask: Callable[[Store], object]) -> None:
    with pytest.raises(NotKept, match=r"there is no \w+ 7"):
        ask(store)

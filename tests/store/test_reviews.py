"""A review is kept once, and comes back as it was made."""

from __future__ import annotations

from dataclasses import replace

import pytest

from reviewbot.model import Review
from reviewbot.store.store import Store
from tests.mail import invented


def without_comments(review: Review) -> Review:
    """What the store keeps: the paragraphs are made again when a mail is drafted."""
    parts = (
        replace(part, findings=tuple(replace(one, comment="") for one in part.findings))
        for part in review.patches
    )
    return replace(review, patches=tuple(parts), series=replace(review.series, revisions=()))


@pytest.fixture
def review() -> Review:
    return without_comments(invented.series())


def test_a_review_comes_back_equal(store: Store, review: Review) -> None:
    saved = store.series.save(review.series, "")
    review_id = store.reviews.save(saved.revision_id, review, 0.25)
    series = store.series.load(saved.revision_id)
    assert store.reviews.load(review_id, series) == review
    assert any(part.findings for part in review.patches)


def test_the_same_review_twice_is_kept_once(store: Store, review: Review) -> None:
    saved = store.series.save(review.series, "")
    first = store.reviews.save(saved.revision_id, review, 0.25)
    assert store.reviews.save(saved.revision_id, review, 0.5) == first
    assert store.reviews.find(saved.revision_id, review.rule_set, review.series) == first


def test_other_rules_or_more_patches_make_another_review(store: Store, review: Review) -> None:
    partial = replace(review.series, patches=review.series.patches[1:])
    saved = store.series.save(partial, "")
    first = store.reviews.save(
        saved.revision_id, replace(review, series=partial, patches=review.patches[1:]), 0.1
    )
    store.series.save(review.series, "")
    assert store.reviews.find(saved.revision_id, review.rule_set, review.series) is None
    assert store.reviews.save(saved.revision_id, review, 0.1) != first
    assert store.reviews.find(saved.revision_id, "other rules", review.series) is None

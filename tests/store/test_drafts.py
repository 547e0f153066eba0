"""Drafts are filed once, and only what was not sent can be changed."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from reviewbot.errors import DraftClosed
from reviewbot.model import DraftKind
from reviewbot.store.records import DraftState
from reviewbot.store.store import Store
from tests.mail import invented

NOW = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)


@pytest.fixture
def review_id(store: Store) -> int:
    review = invented.series()
    saved = store.series.save(review.series, "")
    return store.reviews.save(saved.revision_id, review, 0.1)


@pytest.fixture
def ids(store: Store, review_id: int) -> tuple[int, ...]:
    return store.drafts.add(review_id, invented.drafts("series"), "l", DraftState.DRAFT, NOW)


def test_drafts_come_back_with_what_they_answer(
    store: Store, review_id: int, ids: tuple[int, ...]
) -> None:
    drafts = invented.drafts("series")
    for draft_id, draft in zip(ids, drafts, strict=True):
        found = store.drafts.get(draft_id)
        assert found is not None
        assert (found.message, found.message_id) == (draft.message, draft.message_id)
        assert (found.to, found.cc) == (draft.to, draft.cc)
        assert (found.patch_id is None) == (draft.kind is DraftKind.SUMMARY)
        assert found.due_at == NOW
    assert store.drafts.get(9999) is None


def test_a_second_run_adds_nothing(store: Store, review_id: int, ids: tuple[int, ...]) -> None:
    again = store.drafts.add(review_id, invented.drafts("series"), "l", DraftState.APPROVED, NOW)
    assert again == ids
    assert {draft.state for draft in store.drafts.in_state(list(DraftState))} == {DraftState.DRAFT}


def test_an_open_draft_can_be_edited_and_decided(store: Store, ids: tuple[int, ...]) -> None:
    store.drafts.edit(ids[0], b"other words", "ada")
    store.drafts.decide(ids[0], DraftState.APPROVED, "ada", now=NOW)
    [found] = store.drafts.in_state([DraftState.APPROVED])
    assert (found.message, found.decided_by, found.decided_at) == (b"other words", "ada", NOW)


@pytest.mark.parametrize("end", [DraftState.DISCARDED, DraftState.SENT])
def test_a_closed_draft_stays_as_it_is(store: Store, ids: tuple[int, ...], end: DraftState) -> None:
    store.drafts.decide(ids[0], end, "ada")
    with pytest.raises(DraftClosed, match=f"is {end} already"):
        store.drafts.edit(ids[0], b"too late", "ben")
    with pytest.raises(DraftClosed):
        store.drafts.decide(ids[0], DraftState.APPROVED, "ben")
    with pytest.raises(DraftClosed, match="does not exist"):
        store.drafts.decide(9999, DraftState.APPROVED, "ben")


def test_drafts_of_an_older_revision_are_superseded(store: Store, ids: tuple[int, ...]) -> None:
    from dataclasses import replace

    series = invented.series().series
    newer = replace(series, revision=series.revision + 1, message_id="newer@wimble.example")
    saved = store.series.save(newer, "")
    store.drafts.decide(ids[0], DraftState.SENT, "ada")
    older = store.drafts.older_reviews(saved.revision_id)
    assert store.drafts.supersede(older, "v2 was posted") == len(ids) - 1
    first = store.drafts.get(ids[0])
    assert first is not None
    assert first.state is DraftState.SENT

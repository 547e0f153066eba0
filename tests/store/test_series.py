"""Series are filed whole, by what their revisions have in common."""

from __future__ import annotations

from dataclasses import replace

import pytest

from reviewbot.model import Series
from reviewbot.store.series import series_key
from reviewbot.store.store import Store
from tests.mail import invented

LIST = "linux-wimble@lists.example"


@pytest.fixture
def series() -> Series:
    return replace(invented.series().series, missing=())


def test_what_was_filed_comes_back_equal(store: Store, series: Series) -> None:
    saved = store.series.save(series, LIST)
    assert replace(series, revisions=()) == store.series.load(saved.revision_id)


def test_mail_that_no_database_would_take_is_filed_all_the_same(
    store: Store, series: Series
) -> None:
    first = series.patches[0]
    odd = replace(first, message="a \0 and a \udc80 lone surrogate", diff=first.diff + "\0")
    saved = store.series.save(replace(series, patches=(odd, *series.patches[1:])), LIST)
    assert store.series.load(saved.revision_id).patches[0].message.startswith("a \ufffd and a ?")


def test_a_patch_that_came_later_is_added(store: Store, series: Series) -> None:
    partial = replace(series, patches=series.patches[1:], missing=(1,))
    first = store.series.save(partial, LIST)
    second = store.series.save(series, LIST)
    assert second == first
    assert len(store.series.load(first.revision_id).patches) == len(series.patches)
    assert store.series.load(first.revision_id).missing == ()


def test_revisions_are_filed_beside_each_other(store: Store, series: Series) -> None:
    first = store.series.save(series, LIST)
    again = replace(series, revision=series.revision + 1, message_id="v9@wimble.example")
    second = store.series.save(again, LIST)
    assert second.series_id == first.series_id
    assert second.revision_id != first.revision_id


def test_the_key_is_the_change_id_or_author_and_title(series: Series) -> None:
    retitled = replace(series, subject="[PATCH v3 0/2] quite another title")
    assert series_key(retitled) != series_key(series)
    with_id = replace(series, change_id="20261102-wimble-1")
    assert series_key(with_id) == series_key(replace(with_id, subject=retitled.subject))
    respelt = replace(series, subject="[RFC PATCH v7 0/3] " + series.subject.split("] ")[-1])
    assert series_key(respelt) == series_key(series)


def test_any_mail_of_a_revision_finds_it(store: Store, series: Series) -> None:
    saved = store.series.save(series, LIST)
    assert store.series.revision_of(series.message_id) == saved.revision_id
    assert store.series.revision_of(series.patches[-1].mail.message_id) == saved.revision_id
    assert store.series.revision_of("nobody@wimble.example") is None

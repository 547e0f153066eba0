"""What people answered: kept once, and the newest word counts."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from reviewbot.store.records import Answer, DraftState, Refusals, RuleFigures, Verdict
from reviewbot.store.store import Store
from tests.jobs.posted import LIST, filed
from tests.mail import invented

NOW = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def said(store: Store) -> Answer:
    saved = store.series.save(invented.series().series, LIST)
    return Answer(
        saved.series_id, "bo@example.com", Verdict.NOT_A_BUG, "ref-leak", "abc-2", NOW, "a@x", "d@x"
    )


def refusals(store: Store) -> Refusals:
    return store.answers.refusals(store.series.save(invented.series().series, "").revision_id)


def test_a_mail_that_is_read_again_is_no_news(store: Store, said: Answer) -> None:
    assert store.answers.add(said)
    assert not store.answers.add(said)
    assert store.answers.of(said.series_id) == (replace(said, fingerprint="abc"),)


def test_a_person_s_word_on_the_web_counts_once(store: Store, said: Answer) -> None:
    web = replace(said, message_id="", in_reply_to="", author="ada")
    assert store.answers.add(web)
    assert not store.answers.add(replace(web, said_at=NOW + HOUR))
    assert store.answers.add(replace(web, author="ben"))


def test_what_was_refused_is_known_in_all_revisions(store: Store, said: Answer) -> None:
    store.answers.add(said)
    store.answers.add(replace(said, fingerprint="", rule="clk-leak"))
    newer = replace(invented.series().series, revision=2, message_id="v2@example.com")
    revision_id = store.series.save(newer, "").revision_id
    assert store.answers.refusals(revision_id) == Refusals(
        frozenset({"abc"}), frozenset({"clk-leak"})
    )
    other = store.series.save(invented.single().series, "").revision_id
    assert store.answers.refusals(other) == Refusals(frozenset(), frozenset())


def test_whoever_refused_may_take_it_back_and_nobody_else(store: Store, said: Answer) -> None:
    store.answers.add(said)
    back = replace(said, verdict=Verdict.A_BUG, message_id="b@x", said_at=NOW + HOUR)
    store.answers.add(replace(back, author="eve@example.com"))
    assert refusals(store).fingerprints == {"abc"}
    store.answers.add(back)
    assert refusals(store).fingerprints == set()


def test_on_the_web_too_the_last_click_counts(store: Store, said: Answer) -> None:
    web = replace(said, message_id="", in_reply_to="", author="ada")
    words = [Verdict.NOT_A_BUG, Verdict.A_BUG, Verdict.NOT_A_BUG]
    counted = []
    for hour, verdict in enumerate(words):
        store.answers.add(replace(web, verdict=verdict, said_at=NOW + hour * HOUR))
        counted.append(bool(refusals(store).fingerprints))
    assert counted == [True, False, True]


def test_figures_are_of_what_was_mailed_and_of_each_person_s_last_word(store: Store) -> None:
    drafts = filed(store, "series", NOW)
    for draft in drafts:
        store.drafts.decide(draft.id, DraftState.SENT, "ada")
    series_id = store.series.save(invented.series().series, "").series_id
    words = [("ada", Verdict.NOT_A_BUG), ("ben", Verdict.A_BUG), ("eve", Verdict.NOT_A_BUG)]
    for author, verdict in words:
        store.answers.add(Answer(series_id, author, verdict, "clk-leak", "f", NOW))
    assert store.answers.figures() == (
        RuleFigures("clk-leak", mailed=1, refused=2, confirmed=1),
        RuleFigures("lock-leak", mailed=1, refused=0, confirmed=0),
        RuleFigures("ref-leak", mailed=1, refused=0, confirmed=0),
    )
    assert store.answers.figures(since=NOW + HOUR) == ()


def test_the_newest_word_about_mail_counts_whenever_it_is_read(store: Store) -> None:
    answers = store.answers
    assert answers.opt_out("Bo@Example.com", True, NOW, "a@x")
    assert not answers.opt_out("bo@example.com", True, NOW + HOUR)
    assert answers.opted_out() == {"bo@example.com"}
    assert answers.opt_out("bo@example.com", False, NOW + 3 * HOUR)
    assert not answers.opt_out("bo@example.com", True, NOW + 2 * HOUR), "an older mail, read late"
    assert answers.opted_out() == set()


def test_to_want_mail_is_no_news_of_somebody_who_gets_it(store: Store) -> None:
    assert not store.answers.opt_out("bo@example.com", False, NOW)
    assert store.answers.opted_out() == set()

"""Tries to hand a draft over: who may take it on its way, and who may say what came of it."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from reviewbot.model import Draft
from reviewbot.store.records import DraftState, Outcome, StoredDraft, Traffic
from reviewbot.store.store import Store
from tests.jobs.posted import LIST, approved, filed, seen
from tests.mail import invented

NOW = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)


def mail(draft: StoredDraft) -> Draft:
    [made] = [one for one in invented.drafts("single") if one.message_id == draft.message_id]
    return replace(made, message=b"Date: now\n\n", to=made.to[:1], cc=())


def begun(store: Store, draft: StoredDraft) -> int:
    taken = store.deliveries.begin(draft.id, draft.turn, "mx", lambda _: mail(draft), NOW)
    assert taken is not None
    return taken[0]


def test_a_draft_that_is_taken_on_its_way_is_noted_with_the_mail_that_goes(store: Store) -> None:
    draft = approved(store)
    begun(store, draft)
    now = seen(store, draft.id)
    assert (now.state, now.tries) == (DraftState.SENDING, 1)
    assert (now.message, now.to, now.cc) == (b"Date: now\n\n", draft.to[:1], ())
    [delivery] = store.deliveries.of(draft.id)
    assert (delivery.outcome, delivery.channel) == (Outcome.BEGUN, "mx")
    assert (delivery.begun_at, delivery.ended_at) == (NOW, None)


def test_only_one_of_many_takes_it(store: Store) -> None:
    draft = approved(store)
    taken = []

    def take() -> None:
        taken.append(store.deliveries.begin(draft.id, draft.turn, "mx", lambda _: mail(draft)))

    threads = [threading.Thread(target=take) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len([one for one in taken if one is not None]) == 1
    assert len(store.deliveries.of(draft.id)) == 1


def test_a_judge_s_no_leaves_the_draft_where_it_is(store: Store) -> None:
    draft = approved(store)
    assert store.deliveries.begin(draft.id, draft.turn, "mx", lambda _: None) is None
    assert (seen(store, draft.id), store.deliveries.of(draft.id)) == (draft, ())


def test_limits_hold_for_many_at_once(store: Store) -> None:
    """Each judge lets one mail of a list pass, and finds out in time that another has gone."""
    drafts = [approved(store), *filed(store, "several")]
    for draft in drafts[1:]:
        store.drafts.approve(draft.id, "ada", lambda session, draft: None)
    sent: list[bool] = []

    def send(draft_id: int) -> None:
        draft = seen(store, draft_id)

        def judge(traffic: Traffic) -> Draft | None:
            return replace(invented.drafts("single")[0]) if not traffic.of_day else None

        sent.append(store.deliveries.begin(draft.id, draft.turn, "mx", judge) is not None)

    threads = [threading.Thread(target=send, args=(draft.id,)) for draft in drafts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(sent) == [False, True]


def test_up_to_the_brink_a_try_can_be_called_off_and_then_not(store: Store) -> None:
    draft = approved(store)
    first = begun(store, draft)
    assert store.deliveries.call_off(first)
    assert not store.deliveries.hand_over(first)
    store.deliveries.end(first, Outcome.FAILED, "called off", DraftState.APPROVED)
    second = begun(store, draft)
    assert store.deliveries.hand_over(second)
    assert not store.deliveries.call_off(second)
    assert not store.deliveries.hand_over(second)


def test_what_is_sent_stays_sent(store: Store) -> None:
    draft = approved(store)
    delivery = begun(store, draft)
    store.deliveries.end(delivery, Outcome.UNCLEAR, "who knows", DraftState.FAILED)
    store.deliveries.end(delivery, Outcome.SENT, "found", DraftState.SENT)
    store.deliveries.end(delivery, Outcome.FAILED, "too late", DraftState.FAILED)
    assert (seen(store, draft.id).state, seen(store, draft.id).note) == (DraftState.SENT, "found")
    assert store.deliveries.of(draft.id)[0].outcome is Outcome.SENT


def test_traffic_is_what_may_be_out_and_not_what_failed_or_is_long_ago(store: Store) -> None:
    drafts = filed(store, "series")
    for draft, outcome in zip(
        drafts, (Outcome.SENT, Outcome.FAILED, Outcome.UNCLEAR), strict=False
    ):
        store.drafts.approve(draft.id, "ada", lambda session, draft: None)
        taken = store.deliveries.begin(
            draft.id, 1, "mx", lambda _: invented.drafts("series")[0], NOW
        )
        assert taken is not None
        store.deliveries.end(taken[0], outcome, "", DraftState.FAILED)
    last = drafts[-1].id
    assert store.deliveries.traffic(last, NOW) == Traffic(2, (NOW, NOW))
    assert store.deliveries.traffic(last, NOW + timedelta(days=2)) == Traffic(2, ())
    assert store.deliveries.traffic(drafts[0].id, NOW).of_revision == 1
    elsewhere = approved(store)
    assert elsewhere.mailing_list == LIST
    assert store.deliveries.traffic(elsewhere.id, NOW) == Traffic(0, (NOW, NOW))

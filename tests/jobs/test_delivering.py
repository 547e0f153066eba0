"""One draft on its way: what the policy says, what goes wrong, and a crash at every point."""

from __future__ import annotations

import email
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

import pytest

from reviewbot.config.lists import Audience
from reviewbot.errors import DeliveryUnclear, MailRefused, OutboxUnusable, Unreachable
from reviewbot.jobs.delivering import Delivering
from reviewbot.store.records import DraftState, Outcome, StoredDraft
from reviewbot.store.store import Store
from tests.jobs.posted import LIST, OPEN, Killed, Place, approved, filed, seen, settings

Asked = list[tuple[str, str]]


def silent(message_id: str, archive: str) -> bool:
    raise Unreachable(f"{archive} did not answer")


def sending(
    store: Store,
    place: Place,
    archive_has: Callable[[str, str], bool] = silent,
    **rest: object,
) -> Delivering:
    return Delivering(settings(**rest), store, place, archive_has)  # type: ignore[arg-type]


def attempt(delivering: Delivering, draft: StoredDraft) -> float | None:
    return delivering.attempt(draft.id, draft.turn)


def outcomes(store: Store, draft: StoredDraft) -> list[Outcome]:
    return [delivery.outcome for delivery in store.deliveries.of(draft.id)]


def make_due(store: Store, draft: StoredDraft) -> None:
    """Lets the time pass until the draft is looked at again."""
    last = store.deliveries.of(draft.id)[-1]
    store.deliveries.wait(last.id, "", datetime.now(UTC))


def test_an_approved_draft_goes_out_with_the_date_of_that_moment(store: Store) -> None:
    draft, place = approved(store), Place()
    before = datetime.now(UTC).replace(microsecond=0)
    assert attempt(sending(store, place), draft) is None
    [mail] = place.mails
    message = email.message_from_bytes(mail.message)
    assert before <= parsedate_to_datetime(message["Date"]) <= datetime.now(UTC)
    assert message["Message-ID"] == f"<{draft.message_id}>"
    now = seen(store, draft.id)
    assert (now.state, now.message) == (DraftState.SENT, mail.message)
    [delivery] = store.deliveries.of(draft.id)
    assert (delivery.outcome, delivery.channel) == (Outcome.SENT, "the place")
    assert delivery.ended_at is not None


def test_what_was_sent_is_not_sent_again(store: Store) -> None:
    draft, place = approved(store), Place()
    delivering = sending(store, place)
    for _ in range(2):
        attempt(delivering, draft)
    assert len(place.mails) == 1


@pytest.mark.parametrize("undo", ["discard", "edit", "approve"])
def test_a_draft_that_was_changed_since_is_left_alone(store: Store, undo: str) -> None:
    draft, place = approved(store), Place()
    match undo:
        case "discard":
            store.drafts.decide(draft.id, DraftState.DISCARDED, "ada")
        case "edit":
            store.drafts.edit(draft.id, draft.message, "ada")
        case _:
            store.drafts.approve(draft.id, "ada", lambda session, draft: None)
    assert attempt(sending(store, place), draft) is None
    assert place.mails == []


def test_a_muted_list_keeps_its_drafts_and_says_so(store: Store) -> None:
    draft, place = approved(store), Place()
    muted = sending(store, place, policy=replace(OPEN, muted=True))
    assert attempt(muted, draft) is None
    now = seen(store, draft.id)
    assert (now.state, now.note) == (DraftState.APPROVED, "the list is muted")
    attempt(sending(store, place), draft)
    assert seen(store, draft.id).state is DraftState.SENT


def test_a_draft_is_not_looked_at_before_it_is_due(store: Store) -> None:
    [draft] = filed(store, now=datetime.now(UTC) + timedelta(hours=1))
    store.drafts.approve(draft.id, "ada", lambda session, draft: None)
    place = Place()
    wait = sending(store, place).attempt(draft.id, draft.turn + 1)
    assert wait == pytest.approx(3600, abs=60)
    assert place.mails == []


def test_a_draft_that_is_too_old_is_withheld(store: Store) -> None:
    draft = approved(store, now=datetime.now(UTC) - timedelta(days=15))
    assert attempt(sending(store, Place()), draft) is None
    now = seen(store, draft.id)
    assert (now.state, now.note) == (DraftState.WITHHELD, "older than 14 days")


def test_only_those_whom_the_policy_names_get_the_mail(store: Store) -> None:
    draft, place = approved(store), Place()
    assert LIST in [each.email for each in (*draft.to, *draft.cc)]
    attempt(sending(store, place, policy=replace(OPEN, write_to=(Audience.AUTHOR,))), draft)
    [mail] = place.mails
    message = email.message_from_bytes(mail.message)
    assert [each.email for each in (*mail.to, *mail.cc)] == [draft.to[0].email]
    assert message["Cc"] is None
    assert LIST not in message["To"]


def test_somebody_who_opted_out_by_mail_is_not_written_to(store: Store) -> None:
    draft = approved(store)
    store.answers.opt_out(draft.to[0].email.upper(), True, datetime.now(UTC))
    attempt(sending(store, Place()), draft)
    now = seen(store, draft.id)
    assert (now.state, now.note) == (
        DraftState.WITHHELD,
        "the author of the patch wants no mail",
    )


def test_no_more_mails_than_a_series_may_have(store: Store) -> None:
    drafts, place = filed(store, "series"), Place()
    delivering = sending(store, place, policy=replace(OPEN, mails_a_series=2))
    for draft in drafts:
        store.drafts.approve(draft.id, "ada", lambda session, draft: None)
        assert delivering.attempt(draft.id, 1) is None
    assert len(place.mails) == 2
    note = "2 mails about this revision have gone out already"
    assert [seen(store, draft.id).note for draft in drafts[2:]] == [note] * 2


def test_the_list_s_mails_of_a_day_are_counted_over_all_series(store: Store) -> None:
    place, policy = Place(), replace(OPEN, mails_a_day=1)
    delivering = sending(store, place, policy=policy)
    attempt(delivering, approved(store))
    wait = attempt(delivering, approved(store, "several"))
    assert wait == pytest.approx(24 * 3600, abs=60)
    assert len(place.mails) == 1


def test_what_fails_is_tried_again_later_and_later_and_then_no_more(store: Store) -> None:
    draft, place = approved(store), Place(before=[OutboxUnusable("away")] * 3)
    delivering = sending(store, place)
    waits = []
    for _ in range(3):
        waits.append(attempt(delivering, draft))
        make_due(store, draft)
    assert waits == [pytest.approx(60, abs=5), pytest.approx(120, abs=5), None]
    now = seen(store, draft.id)
    assert (now.state, now.tries) == (DraftState.FAILED, 3)
    assert [delivery.detail for delivery in store.deliveries.of(draft.id)] == [
        f"try {number} of 3: away" for number in (1, 2, 3)
    ]


def test_a_failed_draft_that_is_approved_again_has_all_its_tries(store: Store) -> None:
    draft, place = approved(store), Place(before=[MailRefused("550 no")])
    attempt(sending(store, place), draft)
    assert (seen(store, draft.id).state, seen(store, draft.id).note) == (
        DraftState.FAILED,
        "550 no",
    )
    store.drafts.approve(draft.id, "ada", lambda session, draft: None)
    attempt(sending(store, place), seen(store, draft.id))
    assert seen(store, draft.id).state is DraftState.SENT


CRASHES = [
    pytest.param("before", id="before the brink"),
    pytest.param("after", id="beyond the brink"),
    pytest.param("done", id="delivered"),
]


@pytest.mark.parametrize("point", CRASHES)
def test_after_a_crash_the_place_is_asked_and_one_mail_goes_out(store: Store, point: str) -> None:
    draft, place = approved(store), Place(**{point: [Killed()]})  # type: ignore[arg-type]
    delivering = sending(store, place)
    with pytest.raises(Killed):
        attempt(delivering, draft)
    assert seen(store, draft.id).state is DraftState.SENDING
    assert attempt(delivering, draft) is None
    assert seen(store, draft.id).state is DraftState.SENT
    assert len(place.mails) == 1
    last = [Outcome.SENT] if point == "done" else [Outcome.FAILED, Outcome.SENT]
    assert outcomes(store, draft) == last


def test_a_crash_over_and_over_is_not_for_ever(store: Store) -> None:
    draft, place = approved(store), Place(before=[Killed() for _ in range(5)])
    for _ in range(3):
        with pytest.raises(Killed):
            attempt(sending(store, place), draft)
    assert attempt(sending(store, place), draft) is None
    assert seen(store, draft.id).state is DraftState.FAILED
    assert place.mails == []


@pytest.mark.parametrize("point", ["after", "done"])
def test_where_nobody_can_know_a_person_is_told_and_no_second_mail_goes_out(
    store: Store, point: str
) -> None:
    """Written to the author alone, the mail comes to no archive that could be asked."""
    draft = approved(store)
    place = Place(knows=False, **{point: [Killed()]})  # type: ignore[arg-type]
    delivering = sending(store, place, policy=replace(OPEN, write_to=(Audience.AUTHOR,)))
    with pytest.raises(Killed):
        attempt(delivering, draft)
    assert attempt(delivering, draft) is None
    now = seen(store, draft.id)
    assert (now.state, outcomes(store, draft)) == (DraftState.FAILED, [Outcome.UNCLEAR])
    assert "it may have been sent on" in now.note
    assert f"look for <{draft.message_id}> in the log of the place" in now.note
    assert len(place.mails) == (1 if point == "done" else 0)


def test_before_the_brink_it_is_known_even_of_a_place_that_says_nothing(store: Store) -> None:
    draft, place = approved(store), Place(knows=False, before=[Killed()])
    with pytest.raises(Killed):
        attempt(sending(store, place), draft)
    attempt(sending(store, place), draft)
    assert seen(store, draft.id).state is DraftState.SENT
    assert len(place.mails) == 1


def test_a_mail_to_a_list_is_looked_for_in_the_archive_until_it_has_come(store: Store) -> None:
    draft, place = approved(store), Place(knows=False, done=[DeliveryUnclear("went away")])
    asked: Asked = []

    def archive_has(message_id: str, archive: str) -> bool:
        asked.append((message_id, archive))
        return len(asked) == 2

    policy = replace(OPEN, archive="https://archive.example.org/demo")
    delivering = sending(store, place, archive_has, policy=policy)
    assert attempt(delivering, draft) == pytest.approx(60, abs=5)
    for wait in (pytest.approx(60, abs=5), None):
        make_due(store, draft)
        assert attempt(delivering, draft) == wait
    assert asked == [(draft.message_id, "https://archive.example.org/demo")] * 2
    assert (seen(store, draft.id).state, len(place.mails)) == (DraftState.SENT, 1)
    assert outcomes(store, draft) == [Outcome.SENT]


def test_a_mail_that_does_not_come_to_the_archive_is_for_a_person_to_judge(store: Store) -> None:
    draft, place = approved(store), Place(knows=False, after=[DeliveryUnclear("went away")])
    delivering = sending(store, place, retry_seconds=0.0)
    attempt(delivering, draft)
    assert attempt(delivering, draft) is None
    now = seen(store, draft.id)
    assert (now.state, place.mails) == (DraftState.FAILED, [])
    assert "(not in https://lore.kernel.org/all)" in now.note
    store.drafts.approve(draft.id, "ada", lambda session, draft: None)
    attempt(sending(store, place), seen(store, draft.id))
    assert (seen(store, draft.id).state, len(place.mails)) == (DraftState.SENT, 1)


def test_a_draft_approved_again_is_looked_for_first(store: Store) -> None:
    draft, place = approved(store), Place(done=[DeliveryUnclear("went away")])
    place.lost = [OutboxUnusable("away")]
    delivering = sending(store, place, retry_seconds=0.0)
    attempt(delivering, draft)
    attempt(delivering, draft)
    assert outcomes(store, draft) == [Outcome.UNCLEAR]
    store.drafts.approve(draft.id, "ada", lambda session, draft: None)
    attempt(delivering, seen(store, draft.id))
    assert (seen(store, draft.id).state, len(place.mails)) == (DraftState.SENT, 1)


def test_a_worker_that_was_taken_for_dead_is_held_at_the_brink(store: Store) -> None:
    draft, place = approved(store), Place()
    delivering = sending(store, place)

    class Slow(Place):
        """While it connects, another worker comes, finds the try, and sends the mail."""

        def send(self, draft: object, brink: object) -> str:
            attempt(delivering, filed_draft)
            return super().send(draft, brink)  # type: ignore[arg-type]

    filed_draft, slow = draft, Slow()
    attempt(sending(store, slow), draft)
    assert (len(place.mails), len(slow.mails)) == (1, 0)
    assert seen(store, draft.id).state is DraftState.SENT
    assert outcomes(store, draft) == [Outcome.FAILED, Outcome.SENT]


def test_what_ends_the_worker_again_and_again_is_given_up_with_what_is_known(store: Store) -> None:
    draft = approved(store)
    delivering = sending(store, Place(knows=False, before=[Killed()], after=[Killed()]))
    with pytest.raises(Killed):
        attempt(delivering, draft)
    delivering.give_up(draft.id, draft.turn, "given up")
    assert (seen(store, draft.id).state, seen(store, draft.id).note) == (
        DraftState.FAILED,
        "given up",
    )
    store.drafts.approve(draft.id, "ada", lambda session, draft: None)
    again = seen(store, draft.id)
    with pytest.raises(Killed):
        attempt(delivering, again)
    delivering.give_up(again.id, again.turn, "given up")
    assert "it may have been sent on" in seen(store, draft.id).note

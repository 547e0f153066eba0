"""What a list's policy says of a draft, point by point."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from reviewbot.config.lists import Audience, ListPolicy
from reviewbot.model import Address, Confidence, Severity
from reviewbot.outbox.policy import Case, Go, Hold, Never, Recipient, Sent, Verdict, Wait, judge

NOW = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)
HOUR = timedelta(hours=1)
ADA = Address("Ada", "ada@example.com")
BO = Address("Bo", "Bo@example.com")
LIST = Address("", "linux-demo@lists.example.org")
CASE = Case(
    to=(Recipient(ADA, Audience.AUTHOR),),
    cc=(Recipient(BO, Audience.MAINTAINERS), Recipient(LIST, Audience.LIST)),
    author=frozenset({"ada@example.com"}),
    made_at=NOW - HOUR,
    due_at=NOW - HOUR,
    weights=((Severity.HIGH, Confidence.HIGH),),
)
OPEN = ListPolicy(muted=False, write_to=tuple(Audience))


def said(
    case: Case = CASE, sent: Sent | None = None, policy: ListPolicy = OPEN, **changes: object
) -> Verdict:
    return judge(case, sent or Sent(), replace(policy, **changes), NOW)  # type: ignore[arg-type]


def test_all_may_be_written_to_where_the_policy_names_them() -> None:
    assert said() == Go((ADA,), (BO, LIST))


def test_a_list_that_is_not_set_up_is_never_written_to() -> None:
    assert said(policy=ListPolicy()) == Hold("the list is muted")


@pytest.mark.parametrize(
    ("write_to", "verdict"),
    [
        ((Audience.AUTHOR,), Go((ADA,), ())),
        ((Audience.MAINTAINERS, Audience.LIST), Go((BO, LIST), ())),
        ((Audience.AUTHOR, Audience.LIST), Go((ADA,), (LIST,))),
        ((), Hold("the list's mail goes to nobody, and none of them is left")),
    ],
)
def test_the_audience_is_what_the_policy_says(
    write_to: tuple[Audience, ...], verdict: Verdict
) -> None:
    assert said(write_to=write_to) == verdict


@pytest.mark.parametrize("pattern", ["ada@example.com", "ADA@*", "*@example.com"])
def test_an_author_who_opted_out_is_left_in_peace_on_the_list_as_well(pattern: str) -> None:
    assert said(opted_out=(pattern,)) == Never("the author of the patch wants no mail")


def test_others_who_opted_out_are_left_out() -> None:
    assert said(opted_out=("bo@*",)) == Go((ADA,), (LIST,))
    assert said(replace(CASE, opted_out=frozenset({"bo@example.com"}))) == Go((ADA,), (LIST,))
    by_mail = frozenset({"ada@example.com"})
    assert isinstance(said(replace(CASE, opted_out=by_mail)), Never)


def test_the_embargo_is_kept() -> None:
    assert said(replace(CASE, due_at=NOW + HOUR)) == Wait(NOW + HOUR, "due 2026-11-02 10:30 UTC")
    assert said(replace(CASE, due_at=NOW)) == Go((ADA,), (BO, LIST))


def test_a_draft_grows_too_old() -> None:
    old = replace(CASE, made_at=NOW - timedelta(days=3, seconds=1))
    assert said(old, max_age_days=3) == Never("older than 3 days")
    assert said(old, max_age_days=3, muted=True) == Never("older than 3 days")
    assert isinstance(said(old, max_age_days=4), Go)


@pytest.mark.parametrize(
    ("weights", "goes"),
    [
        (((Severity.MEDIUM, Confidence.MEDIUM),), True),
        (((Severity.LOW, Confidence.HIGH),), False),
        (((Severity.HIGH, Confidence.LOW),), False),
        (((Severity.LOW, Confidence.HIGH), (Severity.HIGH, Confidence.LOW)), False),
        (((Severity.LOW, Confidence.LOW), (Severity.CRITICAL, Confidence.HIGH)), True),
        ((), True),
    ],
)
def test_one_finding_must_be_grave_and_sure_enough(
    weights: tuple[tuple[Severity, Confidence], ...], goes: bool
) -> None:
    policy = replace(OPEN, min_severity=Severity.MEDIUM, min_confidence=Confidence.MEDIUM)
    verdict = said(replace(CASE, weights=weights), policy=policy)
    assert isinstance(verdict, Go if goes else Hold)


def test_a_series_gets_so_many_mails() -> None:
    assert isinstance(said(sent=Sent(of_revision=4)), Go)
    assert said(sent=Sent(of_revision=5)) == Hold(
        "5 mails about this revision have gone out already"
    )


def test_a_list_gets_so_many_mails_a_day_and_the_next_when_one_has_aged() -> None:
    moments = tuple(NOW - each * HOUR for each in (23, 20, 1))
    assert isinstance(said(sent=Sent(of_day=moments), mails_a_day=4), Go)
    wait = said(sent=Sent(of_day=moments), mails_a_day=3)
    assert wait == Wait(NOW + HOUR, "3 mails have gone to the list within 24 hours")
    assert said(sent=Sent(of_day=moments), mails_a_day=1) == Wait(
        NOW + 23 * HOUR, "3 mails have gone to the list within 24 hours"
    )
    assert said(mails_a_day=0) == Hold("the list gets 0 mails a day")

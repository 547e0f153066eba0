"""May this draft go out now, to whom, and if not, why not: pure, so that it can be read and held.

What is said here of a list is its policy (`config/lists.py`); what a person approved is only
ever narrowed by it, never widened.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from fnmatch import fnmatchcase

from reviewbot.config.lists import Audience, ListPolicy
from reviewbot.model import Address, Confidence, Severity

_WORST_FIRST = tuple(Severity)
_SUREST_FIRST = tuple(Confidence)
DAY = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Recipient:
    """An address, and what it is on the mail that is answered."""

    address: Address
    kind: Audience


@dataclass(frozen=True, slots=True)
class Case:
    """All that matters about a draft that a person has approved.

    `author` are the addresses of whoever wrote the patch. `weights` are severity and
    confidence of each finding that the draft speaks of. `opted_out` are addresses, in lower
    case, that asked by mail for no more.
    """

    to: tuple[Recipient, ...]
    cc: tuple[Recipient, ...]
    author: frozenset[str]
    made_at: datetime
    due_at: datetime
    weights: tuple[tuple[Severity, Confidence], ...] = ()
    opted_out: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Sent:
    """What has gone out beside the draft: mails about the same revision, and the moments of the
    list's mails within the last 24 hours, oldest first."""

    of_revision: int = 0
    of_day: tuple[datetime, ...] = ()


@dataclass(frozen=True, slots=True)
class Go:
    """It may go out, to these."""

    to: tuple[Address, ...]
    cc: tuple[Address, ...]


@dataclass(frozen=True, slots=True)
class Wait:
    """Not before `until`."""

    until: datetime
    why: str


@dataclass(frozen=True, slots=True)
class Hold:
    """Not while the settings are as they are."""

    why: str


@dataclass(frozen=True, slots=True)
class Never:
    """Not at all."""

    why: str


Verdict = Go | Wait | Hold | Never


def judge(case: Case, sent: Sent, policy: ListPolicy, now: datetime) -> Verdict:
    """What the list's policy says of this draft at this moment."""
    return at_first_sight(case.made_at, policy, now) or _judged(case, sent, policy, now)


def at_first_sight(made_at: datetime, policy: ListPolicy, now: datetime) -> Never | Hold | None:
    """What can be said without a look at the draft; None where it takes one."""
    if now - made_at > timedelta(days=policy.max_age_days):
        return Never(f"older than {policy.max_age_days:g} days")
    return Hold("the list is muted") if policy.muted else None


def _judged(case: Case, sent: Sent, policy: ListPolicy, now: datetime) -> Verdict:
    if any(_opted_out(email, case, policy) for email in case.author):
        return Never("the author of the patch wants no mail")
    to, cc = readers(case, policy)
    if not to:
        return Hold(_nobody(policy))
    if not _weighs_enough(case, policy):
        return Hold(f"below {policy.min_severity} severity and {policy.min_confidence} confidence")
    if sent.of_revision >= policy.mails_a_series:
        return Hold(f"{sent.of_revision} mails about this revision have gone out already")
    return _when(case, sent, policy, now) or Go(to, cc)


def readers(case: Case, policy: ListPolicy) -> tuple[tuple[Address, ...], tuple[Address, ...]]:
    """Whom the draft may go to: (To, Cc). Where nobody is left in To, those in Cc stand there."""
    to, cc = (_allowed(each, case, policy) for each in (case.to, case.cc))
    return (to, cc) if to else (cc, ())


def _when(case: Case, sent: Sent, policy: ListPolicy, now: datetime) -> Wait | Hold | None:
    if now < case.due_at:
        return Wait(case.due_at, f"due {case.due_at:%Y-%m-%d %H:%M} UTC")
    if policy.mails_a_day <= 0:
        return Hold("the list gets 0 mails a day")
    if len(sent.of_day) < policy.mails_a_day:
        return None
    free = sent.of_day[-policy.mails_a_day] + DAY
    return Wait(free, f"{len(sent.of_day)} mails have gone to the list within 24 hours")


def _allowed(
    recipients: Iterable[Recipient], case: Case, policy: ListPolicy
) -> tuple[Address, ...]:
    return tuple(
        each.address
        for each in recipients
        if each.kind in policy.write_to and not _opted_out(each.address.email, case, policy)
    )


def _opted_out(email: str, case: Case, policy: ListPolicy) -> bool:
    email = email.lower()
    patterns = (pattern.lower() for pattern in policy.opted_out)
    return email in case.opted_out or any(fnmatchcase(email, each) for each in patterns)


def _nobody(policy: ListPolicy) -> str:
    kinds = ", ".join(policy.write_to) or "nobody"
    return f"the list's mail goes to {kinds}, and none of them is left"


def _weighs_enough(case: Case, policy: ListPolicy) -> bool:
    """Whether the draft speaks of something grave and sure enough; others may stand beside it."""
    least = _WORST_FIRST.index(policy.min_severity), _SUREST_FIRST.index(policy.min_confidence)
    return not case.weights or any(
        _WORST_FIRST.index(severity) <= least[0] and _SUREST_FIRST.index(confidence) <= least[1]
        for severity, confidence in case.weights
    )

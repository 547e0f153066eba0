"""What the store hands out: frozen, free of the database, named as the rest of the house does."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from reviewbot.model import Address, DraftKind


class JobState(StrEnum):
    """How far a job is; the last three are ends."""

    WAITING = "waiting"  # taken, nobody has begun
    FETCHING = "fetching"  # asking the archive, or waiting for patches that are missing
    CHECKING = "checking"
    REVIEWED = "reviewed"
    FAILED = "failed"
    REFUSED = "refused"  # what was asked for is no series, or nobody has it

    @property
    def ended(self) -> bool:
        return self in (JobState.REVIEWED, JobState.FAILED, JobState.REFUSED)


class DraftState(StrEnum):
    """What becomes of a draft; the last four are ends."""

    DRAFT = "draft"
    APPROVED = "approved"
    SENDING = "sending"  # handed to the channel; whether it went out is not yet noted
    FAILED = "failed"  # not sent, or nobody knows; a person may approve it again
    SENT = "sent"
    DISCARDED = "discarded"  # a person did not want it
    WITHHELD = "withheld"  # the list's policy did not, nor will it: it is too old, for one
    SUPERSEDED = "superseded"  # a newer revision or review came before it was sent

    @property
    def open(self) -> bool:
        """Whether a person may still edit, approve or discard it."""
        return self in (DraftState.DRAFT, DraftState.APPROVED, DraftState.FAILED)


class Outcome(StrEnum):
    """What came of one try to hand a draft over."""

    BEGUN = "begun"  # nothing has left us yet
    HANDING = "handing over"  # the mail may have left us, or not
    SENT = "sent"
    FAILED = "failed"  # nothing has left us, nor will
    UNCLEAR = "unclear"  # nobody of us can tell; a person has to look


class Origin(StrEnum):
    """Which way in asked for a job."""

    HOOK = "hook"
    WATCH = "watch"
    PATCHWORK = "patchwork"
    PERSON = "person"


@dataclass(frozen=True, slots=True)
class Notice:
    """A series that somebody says is new: any Message-ID of it, and the list it came by, or ""."""

    message_id: str
    mailing_list: str
    origin: Origin


@dataclass(frozen=True, slots=True)
class Job:
    """One series that was asked for. `detail` says in words why it waits or what went wrong."""

    id: str
    message_id: str
    mailing_list: str
    origin: Origin
    rule_set: str
    state: JobState
    detail: str
    accepted_at: datetime
    ended_at: datetime | None
    revision_id: int | None
    review_id: int | None


@dataclass(frozen=True, slots=True)
class Saved:
    """Where a series was filed."""

    series_id: int
    revision_id: int


@dataclass(frozen=True, slots=True)
class StoredDraft:
    """A draft with what became of it. `message` is the mail as it will go out.

    `due_at` is when it goes out at the earliest, or is tried again. `tries` counts since the
    last decision, `turn` how often the draft was put into the queue.
    """

    id: int
    review_id: int
    revision_id: int
    patch_id: int | None
    mailing_list: str
    kind: DraftKind
    message_id: str
    in_reply_to: str
    to: tuple[Address, ...]
    cc: tuple[Address, ...]
    message: bytes
    fingerprints: tuple[str, ...]
    state: DraftState
    note: str
    made_at: datetime
    due_at: datetime
    decided_by: str
    decided_at: datetime | None
    tries: int
    turn: int


@dataclass(frozen=True, slots=True)
class Delivery:
    """One try to hand a draft over. `ended_at` is None while it is not known how it ended."""

    id: int
    draft_id: int
    channel: str
    begun_at: datetime
    ended_at: datetime | None
    outcome: Outcome
    detail: str


@dataclass(frozen=True, slots=True)
class Traffic:
    """What has gone out lately beside a draft, or may have.

    `of_revision` counts other mails about the same revision; `of_day` are the moments of the
    mails of the same list within the last 24 hours, oldest first.
    """

    of_revision: int = 0
    of_day: tuple[datetime, ...] = ()


class Verdict(StrEnum):
    """What somebody says of a finding."""

    NOT_A_BUG = "not a bug"
    A_BUG = "a bug"


@dataclass(frozen=True, slots=True)
class Answer:
    """One word of one person about a finding of a series.

    `author` is a mail address, or the name of whoever is logged in on the web; `message_id`
    is "" then. Without a `fingerprint` the rule is meant, wherever in the series it speaks.
    """

    series_id: int
    author: str
    verdict: Verdict
    rule: str
    fingerprint: str
    said_at: datetime
    message_id: str = ""
    in_reply_to: str = ""

    @property
    def refuses(self) -> bool:
        return self.verdict is Verdict.NOT_A_BUG


@dataclass(frozen=True, slots=True)
class Refusals:
    """What is not to be said again of a series; fingerprints are without `-2`, `-3`."""

    fingerprints: frozenset[str]
    rules: frozenset[str]


@dataclass(frozen=True, slots=True)
class RuleFigures:
    """How a rule has fared: findings mailed, and people's words for and against them."""

    rule: str
    mailed: int
    refused: int
    confirmed: int


@dataclass(frozen=True, slots=True)
class Worker:
    """A process that does reviews."""

    id: str
    place: str
    started_at: datetime
    seen_at: datetime

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
    """What becomes of a draft; SENT, DISCARDED and SUPERSEDED are ends."""

    DRAFT = "draft"
    APPROVED = "approved"
    SENDING = "sending"  # handed to the channel; whether it went out is not yet noted
    SENT = "sent"
    FAILED = "failed"  # tried as often as the settings allow; a person may approve it again
    DISCARDED = "discarded"
    SUPERSEDED = "superseded"  # a newer revision came before it was sent

    @property
    def open(self) -> bool:
        """Whether a person may still edit, approve or discard it."""
        return self in (DraftState.DRAFT, DraftState.APPROVED, DraftState.FAILED)


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
    """A draft with what became of it. `message` is the mail as it will go out."""

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


@dataclass(frozen=True, slots=True)
class Worker:
    """A process that does reviews."""

    id: str
    place: str
    started_at: datetime
    seen_at: datetime

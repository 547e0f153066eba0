"""What the API answers; fields are added, never renamed, as long as it is version 1."""

from __future__ import annotations

from datetime import datetime
from typing import Generic, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from reviewbot.history import Fate
from reviewbot.model import Confidence, DraftKind, Severity, Status
from reviewbot.store.records import DraftState, JobState, Origin, Verdict

Item = TypeVar("Item")


class Model(BaseModel):
    model_config = ConfigDict(frozen=True)


class PageOf(Model, Generic[Item]):
    """One page of a list, the newest first. `older` and `newer` are what `cursor` takes."""

    items: list[Item]
    older: str | None = None
    newer: str | None = None


class Person(Model):
    name: str
    email: str


class Counted(Model):
    """How many findings are new, by severity."""

    critical: int = 0
    high: int = 0
    medium: int = 0
    low: int = 0


class SeriesItem(Model):
    """A series as its newest revision has it; `findings` is null while that was not reviewed."""

    id: int
    title: str
    author: Person
    list: str
    seen_at: datetime
    revision: int
    patches: int
    missing: tuple[int, ...]
    findings: Counted | None
    job_state: JobState | None


class PatchItem(Model):
    id: int
    part: int
    subject: str
    message_id: str
    patch_id: str
    findings: Counted | None


class ReviewItem(Model):
    """A review without its findings; `seconds` is how long the rules took."""

    id: int
    revision_id: int
    rule_set: str
    made_at: datetime
    seconds: float
    findings: Counted


class RevisionItem(Model):
    """One posting of a series. `patches_expected` is what the subjects promise."""

    id: int
    series_id: int
    revision: int
    message_id: str
    subject: str
    url: str
    patches_expected: int
    missing: tuple[int, ...]
    base_commit: str
    read_at: datetime
    patches: tuple[PatchItem, ...]
    review: ReviewItem | None


class Stage(Model):
    """What one revision has of a fault, and the finding there."""

    revision: int
    fate: Fate
    finding_id: int | None


class History(Model):
    """One fault over all revisions that were reviewed."""

    fingerprint: str
    rule: str
    severity: Severity
    message: str
    stages: tuple[Stage, ...]


class SeriesDetail(Model):
    id: int
    title: str
    author: Person
    list: str
    change_id: str
    seen_at: datetime
    revisions: tuple[RevisionItem, ...]
    history: tuple[History, ...]


class StepItem(Model):
    """A step of the path that proves a finding; `line` in the file after the patch."""

    file: str
    line: int
    note: str


class FindingItem(Model):
    """One fault, as in the report of `reviewbot check`; `url` is its place on the patch's page."""

    id: int
    review_id: int
    patch_id: int
    rule: str
    category: str
    severity: Severity
    confidence: Confidence
    status: Status
    file: str
    function: str
    line: int
    end_line: int
    diff_line: int | None
    message: str
    trace: tuple[StepItem, ...]
    suggestion: str | None
    fingerprint: str
    url: str


class SkippedItem(Model):
    file: str
    reason: str


class PatchDetail(Model):
    """A patch with its diff, and what its newest review says of it."""

    id: int
    series_id: int
    revision_id: int
    part: int
    subject: str
    message_id: str
    author: Person
    date: str
    message: str
    diff: str
    review: ReviewItem | None
    context: str | None
    context_note: str
    skipped: tuple[SkippedItem, ...]
    failures: tuple[str, ...]
    findings: tuple[FindingItem, ...]


class ReviewDetail(Model):
    """A review with its findings, patch by patch."""

    review: ReviewItem
    findings: tuple[FindingItem, ...]


class ReviewLineItem(Model):
    """A review in a list, with the revision that it is of."""

    review: ReviewItem
    series_id: int
    list: str
    author: Person
    revision: int
    subject: str
    message_id: str
    url: str


class DraftItem(Model):
    id: int
    state: DraftState
    kind: DraftKind
    subject: str = Field(description="Of the mail that the draft answers.")
    in_reply_to: str
    series_id: int
    review_id: int
    patch_id: int | None
    list: str
    findings: int
    note: str
    made_at: datetime
    due_at: datetime
    decided_by: str


class DraftDetail(Model):
    """A draft with the mail as it goes out: its headers as they are, its body decoded.

    `digest` stands for the words of the mail; a decision that sends it back as `seen` is refused
    if the mail was changed meanwhile.
    """

    id: int
    state: DraftState
    kind: DraftKind
    message_id: str
    in_reply_to: str
    review_id: int
    patch_id: int | None
    list: str
    to: tuple[Person, ...]
    cc: tuple[Person, ...]
    headers: str
    body: str
    digest: str
    note: str
    made_at: datetime
    due_at: datetime
    decided_by: str
    decided_at: datetime | None


class JobItem(Model):
    """A series that was asked for, and how far it is. `detail` says why it waits or failed."""

    id: str
    message_id: str
    list: str
    origin: Origin
    state: JobState
    detail: str
    accepted_at: datetime
    ended_at: datetime | None
    revision_id: int | None
    review_id: int | None
    url: str


class RuleItem(Model):
    """A rule, and how it has fared here."""

    id: str
    title: str
    category: str
    severity: Severity
    confidence: Confidence
    found: int
    mailed: int
    not_a_bug: int
    a_bug: int
    url: str


class AskFor(Model):
    """A series to be reviewed, by any Message-ID of it; `list` is the address it was seen on."""

    msgid: str = Field(max_length=1000)
    list: str = Field(default="", max_length=320)


class Edited(Model):
    """A person's own words for the mail; null leaves what is there.

    `seen` is the digest of the mail that was read, "" to take it as it is.
    """

    to: str | None = None
    cc: str | None = None
    body: str | None = None
    seen: str = ""


class Discarded(Model):
    why: str = Field(default="", max_length=500)


class Said(Model):
    """What a person says of a finding."""

    verdict: Verdict


class ErrorBody(Model):
    type: str
    message: str


class ErrorAnswer(Model):
    """Every answer that is an error."""

    error: ErrorBody

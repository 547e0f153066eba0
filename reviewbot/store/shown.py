"""What the store hands out to be read: lines of lists, and whole things with all around them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from reviewbot.model import Address, Context, DraftKind, Finding, Patch, Severity, Skipped
from reviewbot.store.records import DraftState, Job, JobState


@dataclass(frozen=True, slots=True)
class Counts:
    """How many findings are new, by severity."""

    critical: int = 0
    high: int = 0
    medium: int = 0
    low: int = 0

    @property
    def total(self) -> int:
        return self.critical + self.high + self.medium + self.low

    @property
    def each(self) -> tuple[tuple[Severity, int], ...]:
        """Those that there are, the worst first."""
        numbers = (self.critical, self.high, self.medium, self.low)
        return tuple(pair for pair in zip(Severity, numbers, strict=True) if pair[1])


@dataclass(frozen=True, slots=True)
class ReviewHead:
    """A review without its findings."""

    id: int
    revision_id: int
    rule_set: str
    made_at: datetime
    seconds: float
    counts: Counts


@dataclass(frozen=True, slots=True)
class SeriesLine:
    """A series as a list shows it: its newest revision, and what is to say of that.

    `review` is None where the newest revision was not reviewed; `job` is then how far it is,
    as far as anybody asked. `drafts` wait for a person.
    """

    id: int
    title: str
    author: Address
    mailing_list: str
    seen_at: datetime
    revision: int
    patches: int
    missing: tuple[int, ...]
    review: ReviewHead | None
    job: JobState | None
    drafts: int


@dataclass(frozen=True, slots=True)
class PatchHead:
    """A patch without its diff, and how many findings it brought in (None: not reviewed)."""

    id: int
    part: int
    subject: str
    message_id: str
    patch_id: str
    counts: Counts | None


@dataclass(frozen=True, slots=True)
class ShownFinding:
    """A finding, and where it belongs."""

    id: int
    review_id: int
    patch_id: int
    finding: Finding


@dataclass(frozen=True, slots=True)
class RevisionHead:
    """One revision of a series with its patches and its newest review, if it was reviewed."""

    id: int
    number: int
    message_id: str
    subject: str
    url: str
    expected: int
    missing: tuple[int, ...]
    base_commit: str
    read_at: datetime
    patches: tuple[PatchHead, ...]
    review: ReviewHead | None


@dataclass(frozen=True, slots=True)
class SeriesPage:
    """A series with all its revisions, the first first."""

    id: int
    title: str
    author: Address
    mailing_list: str
    change_id: str
    seen_at: datetime
    revisions: tuple[RevisionHead, ...]


@dataclass(frozen=True, slots=True)
class PatchPage:
    """One patch with what one review says of it (`review` None: nothing yet)."""

    id: int
    patch: Patch
    series_id: int
    title: str
    mailing_list: str
    revision: RevisionHead
    review: ReviewHead | None
    context: Context | None = None
    note: str = ""
    skipped: tuple[Skipped, ...] = ()
    failures: tuple[str, ...] = ()
    findings: tuple[ShownFinding, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class DraftLine:
    """A draft as a list shows it, with the patch or cover that it answers."""

    id: int
    state: DraftState
    kind: DraftKind
    subject: str
    in_reply_to: str
    patch_id: int | None
    review_id: int
    revision: int
    series_id: int
    title: str
    author: Address
    mailing_list: str
    findings: int
    note: str
    made_at: datetime
    due_at: datetime
    decided_by: str


@dataclass(frozen=True, slots=True)
class JobLine:
    """A job, with the series that it is about as soon as that is known."""

    job: Job
    series_id: int | None
    title: str
    revision: int | None


@dataclass(frozen=True, slots=True)
class ReviewLine:
    """A review with the revision that it is of, as its cover (or only patch) names it."""

    review: ReviewHead
    series_id: int
    mailing_list: str
    author: Address
    revision: int
    subject: str
    message_id: str
    url: str

"""The frozen values that pass between the rooms: mails, series, diffs, findings."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """How much a finding matters when it is right, worst first."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class Confidence(StrEnum):
    """How often findings of this kind are right; `high` means nine of ten, measured."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class Status(StrEnum):
    """What the patch did to a fault: only `NEW` is ever mailed."""

    NEW = "new"
    PRE_EXISTING = "pre-existing"
    FIXED = "fixed"


class Context(StrEnum):
    """What a patch was read with: the files before it, or its own hunks alone."""

    TREE = "tree"
    DIFF = "diff"


@dataclass(frozen=True, slots=True)
class Address:
    """One mailbox. `name` is the display name, decoded and unquoted, and may be empty."""

    name: str
    email: str


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail as a reader sees it: headers decoded, body in Unicode with `\\n` line ends.

    Message-IDs are without angle brackets. `references` is the whole chain, oldest first,
    as the mail states it. `date` is the header's text. `auto_submitted` is the value of
    Auto-Submitted (RFC 3834) in lower case, or "".
    """

    message_id: str
    subject: str
    author: Address
    date: str
    body: str
    in_reply_to: str = ""
    references: tuple[str, ...] = ()
    to: tuple[Address, ...] = ()
    cc: tuple[Address, ...] = ()
    reply_to: tuple[Address, ...] = ()
    list_id: str = ""
    auto_submitted: str = ""


@dataclass(frozen=True, slots=True)
class Patch:
    """One patch of a series.

    `part` counts from 1. `message` is the commit message down to the `---` line; `diff` starts
    at the first `diff --git` (or the first real `---`/`+++` pair) and ends before the mail's
    signature; `patch_id` is git's stable patch-id, "" where no `diff --git` is.
    """

    mail: Mail
    part: int
    message: str
    diff: str
    patch_id: str = ""


@dataclass(frozen=True, slots=True)
class Series:
    """One revision of a series, as far as it was found.

    `expected` is the number of patches that the subjects promise; `missing` are the parts of
    it that were not found. `replies` are the follow-ups in the thread, oldest first. `url` is
    the series' address in the archive, or "" for a series that came from a file.
    `revisions` are all the revisions seen in the thread.
    """

    message_id: str
    subject: str
    author: Address
    revision: int
    patches: tuple[Patch, ...]
    expected: int
    missing: tuple[int, ...] = ()
    cover: Mail | None = None
    replies: tuple[Mail, ...] = ()
    url: str = ""
    base_commit: str = ""
    change_id: str = ""
    revisions: tuple[int, ...] = ()

    @property
    def complete(self) -> bool:
        return not self.missing


@dataclass(frozen=True, slots=True)
class DiffLine:
    """One line of a hunk. `kind` is " ", "+" or "-"; numbers count from 1.

    `old` and `new` are line numbers in the file before and after the patch (None on the side
    that lacks the line); `diff` is the line's number in the mail's diff, 1 at the first line
    of `Patch.diff`. `text` has no line end; `ends` is False for a last line without newline.
    """

    kind: str
    text: str
    old: int | None
    new: int | None
    diff: int
    ends: bool = True


@dataclass(frozen=True, slots=True)
class Hunk:
    """One hunk. `section` is what stands after the second `@@`; `diff` its header's line."""

    old_start: int
    new_start: int
    section: str
    lines: tuple[DiffLine, ...]
    diff: int

    @property
    def old_length(self) -> int:
        return sum(line.kind != "+" for line in self.lines)

    @property
    def new_length(self) -> int:
        return sum(line.kind != "-" for line in self.lines)


class Change(StrEnum):
    """What a patch does to one file."""

    MODIFIED = "modified"
    ADDED = "added"
    DELETED = "deleted"
    RENAMED = "renamed"
    COPIED = "copied"


@dataclass(frozen=True, slots=True)
class FileDiff:
    """What a patch does to one file. Paths are without `a/` and `b/`.

    `old_blob` and `new_blob` are the (abbreviated) object names of the `index` line, or "".
    `diff` is the line of the file's header in the mail's diff. A binary file has no hunks.
    """

    old_path: str
    new_path: str
    change: Change
    hunks: tuple[Hunk, ...]
    diff: int
    old_blob: str = ""
    new_blob: str = ""
    binary: bool = False

    @property
    def path(self) -> str:
        """The file's name after the patch; before it, where the patch deletes it."""
        return self.old_path if self.change is Change.DELETED else self.new_path


@dataclass(frozen=True, slots=True)
class Skipped:
    """A file of the diff that no rule looked at, and why, in words for the report."""

    file: str
    reason: str


@dataclass(frozen=True, slots=True)
class Images:
    """One file of a patch with its whole text on both sides.

    `before` and `after` are the file's bytes; both are None where only the hunks are known.
    A file that the patch adds or deletes has b"" on the other side.
    """

    diff: FileDiff
    before: bytes | None = None
    after: bytes | None = None


@dataclass(frozen=True, slots=True)
class PatchImages:
    """A patch with all that is known of the files it touches; `note` as in the report."""

    patch: Patch
    files: tuple[Images, ...]
    context: Context
    note: str = ""
    skipped: tuple[Skipped, ...] = ()


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the path that proves a finding; `line` in the file after the patch."""

    file: str
    line: int
    note: str


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault, as the report states it (design: report.md).

    `line` and `end_line` are in the file after the patch; `diff_line` is the line of the
    mail's diff that shows it, or None. With `file` "" the place is in the commit message, whose
    line 1 is the title and line 3 the first below it. `words` are what the rule's
    comment.txt.j2 is given beside `message`; `comment` is the paragraph for the author once
    it is rendered.
    """

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
    trace: tuple[Step, ...]
    fingerprint: str
    suggestion: str | None = None
    comment: str = ""
    words: tuple[tuple[str, str], ...] = ()

    @property
    def where(self) -> str:
        """`drivers/foo.c`, for a person to read."""
        return self.file or "commit message"


@dataclass(frozen=True, slots=True)
class PatchReview:
    """What was found in one patch. `failures` names rules that broke, and how."""

    patch: Patch
    context: Context
    note: str
    findings: tuple[Finding, ...]
    skipped: tuple[Skipped, ...] = ()
    failures: tuple[str, ...] = ()

    @property
    def new(self) -> tuple[Finding, ...]:
        """What the patch itself brings in."""
        return tuple(finding for finding in self.findings if finding.status is Status.NEW)


@dataclass(frozen=True, slots=True)
class Review:
    """A series, the digest of the rules and facts that judged it, and what they found."""

    series: Series
    rule_set: str
    patches: tuple[PatchReview, ...]

    @property
    def has_news(self) -> bool:
        """Whether there is anything to say: what was there before or is fixed needs no word."""
        return any(patch.new for patch in self.patches)


class DraftKind(StrEnum):
    """What a draft answers: one patch, or the cover of a series."""

    PATCH = "patch"
    SUMMARY = "summary"


@dataclass(frozen=True, slots=True)
class Draft:
    """One mail as it will go out, and what an outbox must know of it without reading it.

    `message` is the whole mail, headers and body, with `\\n` line ends. Message-IDs are
    without angle brackets; `message_id` is made from what is answered and from the rule set,
    so that two runs over the same mail give the same draft.
    """

    message: bytes
    message_id: str
    in_reply_to: str
    to: tuple[Address, ...]
    cc: tuple[Address, ...]
    kind: DraftKind
    findings: tuple[Finding, ...]

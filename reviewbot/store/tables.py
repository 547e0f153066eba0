"""The tables of the store. Nobody above the store sees them: it hands out frozen records."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from reviewbot.store.columns import Base

GONE = "CASCADE"


class SeriesRow(Base):
    """A series over all its revisions; `key` digests its change-id, or author and title.

    `found` is how many findings are new in the newest revision, None while it was not reviewed.
    """

    __tablename__ = "series"
    __table_args__ = (
        Index("ix_series_seen_at_id", "seen_at", "id"),
        Index("ix_series_mailing_list_seen_at_id", "mailing_list", "seen_at", "id"),
        Index("ix_series_author_email_seen_at_id", "author_email", "seen_at", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    title: Mapped[str]
    author_name: Mapped[str]
    author_email: Mapped[str]
    mailing_list: Mapped[str]
    seen_at: Mapped[datetime]
    found: Mapped[int | None]
    revisions: Mapped[list[RevisionRow]] = relationship(
        back_populates="series", order_by="RevisionRow.number", passive_deletes=True
    )


class RevisionRow(Base):
    """One revision, with all that is needed to review it again."""

    __tablename__ = "revision"
    __table_args__ = (UniqueConstraint("series_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    series_id: Mapped[int] = mapped_column(ForeignKey("series.id", ondelete=GONE), index=True)
    number: Mapped[int]
    message_id: Mapped[str] = mapped_column(index=True)
    subject: Mapped[str]
    url: Mapped[str]
    expected: Mapped[int]
    missing: Mapped[list[int]]
    base_commit: Mapped[str]
    change_id: Mapped[str]
    cover: Mapped[dict[str, Any] | None]
    replies: Mapped[list[dict[str, Any]]]
    read_at: Mapped[datetime]
    series: Mapped[SeriesRow] = relationship(back_populates="revisions")
    patches: Mapped[list[PatchRow]] = relationship(
        back_populates="revision", order_by="PatchRow.part", passive_deletes=True
    )
    reviews: Mapped[list[ReviewRow]] = relationship(
        back_populates="revision", order_by="ReviewRow.id", passive_deletes=True
    )


class PatchRow(Base):
    """One patch of a revision, as its mail brought it."""

    __tablename__ = "patch"
    __table_args__ = (UniqueConstraint("revision_id", "part"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    revision_id: Mapped[int] = mapped_column(ForeignKey("revision.id", ondelete=GONE), index=True)
    part: Mapped[int]
    message_id: Mapped[str] = mapped_column(index=True)
    subject: Mapped[str]
    patch_id: Mapped[str]
    mail: Mapped[dict[str, Any]]
    message: Mapped[str]
    diff: Mapped[str]
    revision: Mapped[RevisionRow] = relationship(back_populates="patches")


class ReviewRow(Base):
    """What one rule set found in one revision; `patches` digests which of them were there.

    The last four are how many findings are new, by their severity, so that lists need not count.
    """

    __tablename__ = "review"
    __table_args__ = (UniqueConstraint("revision_id", "rule_set", "patches"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    revision_id: Mapped[int] = mapped_column(ForeignKey("revision.id", ondelete=GONE), index=True)
    rule_set: Mapped[str]
    patches: Mapped[str]
    made_at: Mapped[datetime] = mapped_column(index=True)
    seconds: Mapped[float]
    critical: Mapped[int]
    high: Mapped[int]
    medium: Mapped[int]
    low: Mapped[int]
    revision: Mapped[RevisionRow] = relationship(back_populates="reviews")
    parts: Mapped[list[PatchReviewRow]] = relationship(
        back_populates="review", order_by="PatchReviewRow.id", passive_deletes=True
    )


class PatchReviewRow(Base):
    """What a review says of one patch; `skipped` and `failures` as in the report."""

    __tablename__ = "patch_review"

    id: Mapped[int] = mapped_column(primary_key=True)
    review_id: Mapped[int] = mapped_column(ForeignKey("review.id", ondelete=GONE), index=True)
    patch_id: Mapped[int] = mapped_column(ForeignKey("patch.id", ondelete=GONE), index=True)
    context: Mapped[str]
    note: Mapped[str]
    skipped: Mapped[list[dict[str, Any]]]
    failures: Mapped[list[str]]
    review: Mapped[ReviewRow] = relationship(back_populates="parts")
    patch: Mapped[PatchRow] = relationship()
    findings: Mapped[list[FindingRow]] = relationship(
        order_by="FindingRow.id", passive_deletes=True
    )


class FindingRow(Base):
    """One finding, field by field as in the report."""

    __tablename__ = "finding"

    id: Mapped[int] = mapped_column(primary_key=True)
    patch_review_id: Mapped[int] = mapped_column(
        ForeignKey("patch_review.id", ondelete=GONE), index=True
    )
    rule: Mapped[str] = mapped_column(index=True)
    category: Mapped[str]
    severity: Mapped[str] = mapped_column(index=True)
    confidence: Mapped[str]
    status: Mapped[str]
    file: Mapped[str]
    function: Mapped[str]
    line: Mapped[int]
    end_line: Mapped[int]
    diff_line: Mapped[int | None]
    message: Mapped[str]
    trace: Mapped[list[dict[str, Any]]]
    fingerprint: Mapped[str] = mapped_column(index=True)
    suggestion: Mapped[str | None]
    words: Mapped[list[dict[str, Any]]]


class DraftRow(Base):
    """A reply and what becomes of it.

    `message` is the mail as it will go out, or as it went. `turn` counts how often it was put
    into the queue: a workflow that has an older number has nothing to do with it any more.
    """

    __tablename__ = "draft"
    __table_args__ = (Index("ix_draft_state_due_at", "state", "due_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    review_id: Mapped[int] = mapped_column(ForeignKey("review.id", ondelete=GONE), index=True)
    patch_id: Mapped[int | None] = mapped_column(ForeignKey("patch.id", ondelete=GONE), index=True)
    mailing_list: Mapped[str] = mapped_column(index=True)
    kind: Mapped[str]
    message_id: Mapped[str] = mapped_column(unique=True)
    in_reply_to: Mapped[str]
    to: Mapped[list[dict[str, Any]]]
    cc: Mapped[list[dict[str, Any]]]
    message: Mapped[bytes] = mapped_column(LargeBinary)
    fingerprints: Mapped[list[str]]
    state: Mapped[str]
    note: Mapped[str]
    made_at: Mapped[datetime]
    due_at: Mapped[datetime]
    decided_by: Mapped[str]
    decided_at: Mapped[datetime | None]
    tries: Mapped[int]
    turn: Mapped[int]
    review: Mapped[ReviewRow] = relationship()
    deliveries: Mapped[list[DeliveryRow]] = relationship(
        order_by="DeliveryRow.id", passive_deletes=True
    )


class DeliveryRow(Base):
    """One try to hand a draft over; noted before it begins, and again when it has ended."""

    __tablename__ = "delivery"

    id: Mapped[int] = mapped_column(primary_key=True)
    draft_id: Mapped[int] = mapped_column(ForeignKey("draft.id", ondelete=GONE), index=True)
    channel: Mapped[str]
    begun_at: Mapped[datetime] = mapped_column(index=True)
    ended_at: Mapped[datetime | None]
    outcome: Mapped[str]
    detail: Mapped[str]


class AnswerRow(Base):
    """What a person said of a finding, in a reply or on the web.

    `message_id` is "" for the web. With a `rule` and no `fingerprint` the rule is meant,
    wherever it finds something in the series.
    """

    __tablename__ = "answer"
    __table_args__ = (
        UniqueConstraint("series_id", "message_id", "author", "verdict", "rule", "fingerprint"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    series_id: Mapped[int] = mapped_column(ForeignKey("series.id", ondelete=GONE), index=True)
    message_id: Mapped[str] = mapped_column(index=True)
    in_reply_to: Mapped[str]
    author: Mapped[str]
    verdict: Mapped[str]
    rule: Mapped[str]
    fingerprint: Mapped[str]
    said_at: Mapped[datetime] = mapped_column(index=True)


class OptOutRow(Base):
    """Somebody who wants no more mail from us, or (`out` is false) who wants it again.

    `since` is the date of the mail that said so: what an older mail says changes nothing.
    """

    __tablename__ = "opt_out"

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(unique=True)
    out: Mapped[bool]
    message_id: Mapped[str]
    since: Mapped[datetime]


class JobRow(Base):
    """One series that was asked for, from the call to the last draft."""

    __tablename__ = "job"

    id: Mapped[str] = mapped_column(primary_key=True)
    message_id: Mapped[str] = mapped_column(index=True)
    mailing_list: Mapped[str]
    origin: Mapped[str]
    rule_set: Mapped[str]
    state: Mapped[str] = mapped_column(index=True)
    detail: Mapped[str]
    accepted_at: Mapped[datetime] = mapped_column(index=True)
    ended_at: Mapped[datetime | None]
    revision_id: Mapped[int | None] = mapped_column(
        ForeignKey("revision.id", ondelete="SET NULL"), index=True
    )
    review_id: Mapped[int | None] = mapped_column(
        ForeignKey("review.id", ondelete="SET NULL"), index=True
    )


class HookRow(Base):
    """A delivery of the webhook that was taken, so that its repetition changes nothing."""

    __tablename__ = "hook"

    id: Mapped[str] = mapped_column(primary_key=True)
    job_id: Mapped[str] = mapped_column(ForeignKey("job.id", ondelete=GONE), index=True)
    taken_at: Mapped[datetime]


class TokenRow(Base):
    """An API token; only its hash is kept."""

    __tablename__ = "token"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    hash: Mapped[str] = mapped_column(unique=True)
    scopes: Mapped[list[str]]
    made_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class SessionRow(Base):
    """A person who is logged in; only the hash of the cookie is kept."""

    __tablename__ = "session"

    hash: Mapped[str] = mapped_column(primary_key=True)
    token_id: Mapped[int] = mapped_column(ForeignKey("token.id", ondelete=GONE), index=True)
    ends_at: Mapped[datetime]


class WorkerRow(Base):
    """A process that does reviews, and when it was last heard of."""

    __tablename__ = "worker"

    id: Mapped[str] = mapped_column(primary_key=True)
    place: Mapped[str]
    started_at: Mapped[datetime]
    seen_at: Mapped[datetime]


class CursorRow(Base):
    """How far something that is followed (a list, a patchwork) has been read."""

    __tablename__ = "cursor"

    name: Mapped[str] = mapped_column(primary_key=True)
    place: Mapped[dict[str, Any]]
    moved_at: Mapped[datetime]


class PaceRow(Base):
    """When the next call to a host may be made, by whichever worker."""

    __tablename__ = "pace"

    host: Mapped[str] = mapped_column(primary_key=True)
    free_at: Mapped[float]


class CheckRow(Base):
    """A check that was set on a patch in patchwork."""

    __tablename__ = "patchwork_check"
    __table_args__ = (UniqueConstraint("server", "message_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    server: Mapped[str]
    message_id: Mapped[str]
    state: Mapped[str]
    description: Mapped[str]
    review_id: Mapped[int | None] = mapped_column(
        ForeignKey("review.id", ondelete="SET NULL"), index=True
    )
    set_at: Mapped[datetime]

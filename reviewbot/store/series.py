"""Series and their revisions: filed once, whole, so that a review needs no archive."""

from __future__ import annotations

import hashlib
import re
from datetime import UTC, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session, selectinload

from reviewbot.model import Address, Patch, Series
from reviewbot.store import codec
from reviewbot.store.records import Saved
from reviewbot.store.sessions import Sessions
from reviewbot.store.tables import PatchRow, RevisionRow, SeriesRow
from reviewbot.store.upsert import insert_new

_TAGS = re.compile(r"\s*\[[^]]*\]\s*")


class SeriesShelf:
    """All series that were ever fetched."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    def save(self, series: Series, mailing_list: str, now: datetime | None = None) -> Saved:
        """Files a revision beside the others of its series; what was there of it is kept.

        A patch that was missing when the revision was filed before is added. `mailing_list`
        is where the series was seen, kept from the first time.
        """
        now = now or datetime.now(UTC)
        with self._sessions.writing() as session:
            home = _home(session, series, mailing_list, now)
            revision = _revision(session, home, series, now)
            have = set(
                session.scalars(select(PatchRow.part).where(PatchRow.revision_id == revision.id))
            )
            session.add_all(
                _patch_row(patch, revision.id) for patch in series.patches if patch.part not in have
            )
            return Saved(home.id, revision.id)

    def load(self, revision_id: int) -> Series:
        """The revision as it was fetched; KeyError where there is none."""
        with self._sessions.reading() as session:
            row = session.get(
                RevisionRow,
                revision_id,
                options=[selectinload(RevisionRow.patches), selectinload(RevisionRow.series)],
            )
            if row is None:
                raise KeyError(revision_id)
            return _series(row)

    def series_of(self, revision_id: int) -> int:
        """The id of the series that a revision is of; KeyError where there is none."""
        with self._sessions.reading() as session:
            row = session.get(RevisionRow, revision_id)
            if row is None:
                raise KeyError(revision_id)
            return row.series_id

    def revision_of(self, message_id: str) -> int | None:
        """The revision that this mail is the cover or a patch of, the newest where several."""
        patch = select(PatchRow.revision_id).where(PatchRow.message_id == message_id)
        cover = select(RevisionRow.id).where(RevisionRow.message_id == message_id)
        with self._sessions.reading() as session:
            found = [*session.scalars(cover), *session.scalars(patch)]
        return max(found, default=None)


def series_key(series: Series) -> str:
    """A digest of what all revisions have in common: the change-id, or author and title."""
    title = _TAGS.sub(" ", series.subject).strip().lower()
    common = series.change_id or f"{series.author.email.lower()}\0{title}"
    return hashlib.sha256(common.encode("utf-8", "replace")).hexdigest()[:32]


def _home(session: Session, series: Series, mailing_list: str, now: datetime) -> SeriesRow:
    key = series_key(series)
    values = {
        "key": key,
        "title": _TAGS.sub(" ", series.subject).strip() or series.subject,
        "author_name": series.author.name,
        "author_email": series.author.email,
        "mailing_list": mailing_list,
        "seen_at": now,
        "found": None,
    }
    insert_new(session, SeriesRow, values)
    row = session.scalars(select(SeriesRow).where(SeriesRow.key == key)).one()
    row.seen_at = now
    row.mailing_list = row.mailing_list or mailing_list
    return row


def _revision(session: Session, home: SeriesRow, series: Series, now: datetime) -> RevisionRow:
    """The row of this revision, with what may have come since it was filed first."""
    number = series.revision
    values = {
        "series_id": home.id,
        "number": number,
        "message_id": series.message_id,
        "subject": series.subject,
        "url": series.url,
        "expected": series.expected,
        "missing": list(series.missing),
        "base_commit": series.base_commit,
        "change_id": series.change_id,
        "cover": codec.packed(series.cover) if series.cover else None,
        "replies": [codec.packed(reply) for reply in series.replies],
        "read_at": now,
    }
    if insert_new(session, RevisionRow, values) and number == _newest(session, home.id):
        home.found = None
    mine = (RevisionRow.series_id == home.id) & (RevisionRow.number == number)
    row = session.scalars(select(RevisionRow).where(mine)).one()
    for name, value in values.items():
        setattr(row, name, value)
    return row


def _newest(session: Session, series_id: int) -> int | None:
    numbers = select(func.max(RevisionRow.number)).where(RevisionRow.series_id == series_id)
    return session.scalars(numbers).one()


def _patch_row(patch: Patch, revision_id: int) -> PatchRow:
    return PatchRow(
        revision_id=revision_id,
        part=patch.part,
        message_id=patch.mail.message_id,
        subject=patch.mail.subject,
        patch_id=patch.patch_id,
        mail=codec.packed(patch.mail),
        message=patch.message,
        diff=patch.diff,
    )


def _series(row: RevisionRow) -> Series:
    home = row.series
    return Series(
        message_id=row.message_id,
        subject=row.subject,
        author=Address(home.author_name, home.author_email),
        revision=row.number,
        patches=tuple(patch(each) for each in row.patches),
        expected=row.expected,
        missing=tuple(row.missing),
        cover=codec.mail(row.cover) if row.cover else None,
        replies=tuple(codec.mail(reply) for reply in row.replies),
        url=row.url,
        base_commit=row.base_commit,
        change_id=row.change_id,
    )


def patch(row: PatchRow) -> Patch:
    return Patch(codec.mail(row.mail), row.part, row.message, row.diff, row.patch_id)

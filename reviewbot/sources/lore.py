"""Series from a public-inbox archive, by the Message-ID of any mail of the thread."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from reviewbot.errors import NotAPatch, NotFound, ReviewbotError
from reviewbot.model import Mail, Series
from reviewbot.sources import b4gate, letter, mailbox, msgid, series, topics
from reviewbot.sources.interface import Archive, Letter
from reviewbot.sources.topics import Topic

log = logging.getLogger(__name__)


def fetch(message_id: str, archive: Archive, revision: int | None = None) -> Series:
    """The series that this mail belongs to, with the answers that it got.

    Raises a leaf of SourceFailed, NotAPatch or NoSuchRevision. That a later revision cannot
    be searched for is no error: the archive may have no search.
    """
    reader = b4gate.Reader(archive)
    letters = _thread(reader, message_id)
    topic = _topic(letters, message_id, archive)
    more = _elsewhere(reader, topic, revision)
    if more:
        topic = _topic([*letters, *more], message_id, archive)
    return series.assemble(topic, revision, archive.url)


def holds(message_id: str, archive: Archive) -> bool:
    """Whether the archive has this mail; raises a leaf of SourceFailed where it does not say."""
    try:
        mails = thread(message_id, archive)
    except NotFound:
        return False
    return any(mail.message_id == message_id for mail in mails)


def thread(message_id: str, archive: Archive) -> tuple[Mail, ...]:
    """All mails of the thread that this one is in; raises a leaf of SourceFailed."""
    return tuple(one.mail for one in _thread(b4gate.Reader(archive), message_id))


def _thread(reader: b4gate.Reader, message_id: str) -> list[Letter]:
    mails = mailbox.split(reader.thread(message_id))
    return [one for mail in mails if mail.strip() for one in letter.read(mail, b4gate.subject)]


def _topic(letters: Sequence[Letter], message_id: str, archive: Archive) -> Topic:
    found = topics.found_in(letters)
    for topic in [topic for topic in found if topic.holds(message_id)] or found:
        if topic.has_patches:
            return topic
    raise NotAPatch(f"{message_id}: no patch in its thread in {archive.url}; check the Message-ID")


def _elsewhere(reader: b4gate.Reader, topic: Topic, revision: int | None) -> list[Letter]:
    """The thread of the revision that is wanted and is not in this one, if it can be found."""
    if revision is not None and topic.of_revision(revision) is not None:
        return []
    earlier = revision is not None and revision < series.newest(topic)
    try:
        found = reader.other_revisions(_slips(topic), revision if earlier else None)
        numbers = [number for number, _ in found if revision in (None, number)]
        keys = [key for number, key in found if numbers and number == max(numbers)]
        return _thread(reader, keys[0]) if keys else []
    except ReviewbotError as error:
        log.info("no other revisions of this series: %s", error)
        return []


def _slips(topic: Topic) -> list[b4gate.Slip]:
    """The real mails, for the search goes by what the archive has in them."""
    letters = [one for attempt in topic.attempts for one in attempt.letters]
    return [
        b4gate.Slip(
            key=one.mail.message_id,
            subject=one.mail.subject,
            poster=one.mail.author.email,
            sent=one.sent,
            body=f"change-id: {one.change_id}\n" if one.change_id else "",
        )
        for one in letters
        if msgid.bare(one.mail.message_id) and msgid.bare(one.mail.author.email)
    ]

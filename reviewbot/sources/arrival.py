"""Which mails that arrive tell of a new series: its cover, or the first patch.

Telling of every patch would ask for the same series again and again. A cover can come late or
never, so the first patch counts too; a series that is told of twice is one review.
"""

from __future__ import annotations

from reviewbot.sources import b4gate, letter, mailtext, msgid


def begins_a_series(subject: str) -> bool:
    """Whether a mail with this subject is the head of a series, or of a revision of one."""
    read = b4gate.subject(subject)
    return read.patch and not read.reply and read.counter <= 1


def told_by(raw: bytes) -> str:
    """The Message-ID of a mail that tells of a new series, or "" for any other mail."""
    mail = mailtext.parse(raw)
    if letter.automatic(mail) or not begins_a_series(mailtext.header(mail, "Subject")):
        return ""
    found = msgid.of_header(mailtext.unfolded(mail, "Message-ID"))
    return msgid.bare(found[0]) if found else ""

"""From what the user names to series: Message-ID, address, file, maildir, `-`, git range."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from reviewbot.errors import BadUsage, NotAPatch, UnreadableMail
from reviewbot.model import Series
from reviewbot.sources import gitrange, mailbox, msgid
from reviewbot.sources.interface import LORE, Archive, Letter, MailSource


def open_source(
    spec: str,
    *,
    archive: str = LORE,
    cache: Path | None = None,
    revision: int | None = None,
    git: Path | None = None,
    stdin: bytes | None = None,
    contact: str = "",
) -> list[Series]:
    """The series that `spec` names: one from an archive, one or more from a file.

    `git` makes `spec` a range in that repository; `stdin` is what `-` stands for. A series
    with patches missing is no error, its `missing` names them. Raises leaves of BadInput
    and SourceFailed: BadUsage, NotAPatch, UnreadableMail, GitRangeUnusable, NoSuchRevision,
    NotFound, Unreachable, BotWall.
    """
    if git is not None:
        return _from_git(gitrange.GitRange(git, spec), revision)
    if spec == "-":
        return from_mails(mailbox.Bytes(stdin or b""), "standard input", revision)
    message_id = _message_id(spec, archive)
    if message_id:
        from reviewbot.sources import lore

        return [lore.fetch(message_id, Archive(archive, cache, contact=contact), revision)]
    return from_mails(mailbox.at(Path(spec)), spec, revision)


def from_mails(source: MailSource, name: str, revision: int | None = None) -> list[Series]:
    """The series among the mails of `source`; `name` is for messages.

    Where a revision is asked for, the series that have it; raises NoSuchRevision where none
    has, and NotAPatch where there is no patch at all.
    """
    from reviewbot.sources import series, topics

    letters = _letters(source.mails(), name)
    found = [topic for topic in topics.found_in(letters) if topic.has_patches]
    if not found:
        raise NotAPatch(f"{name}: {_why_not(letters)}; give a mail or mbox that holds a patch")
    if revision is not None:
        found = [topic for topic in found if topic.of_revision(revision)] or found[:1]
    return [series.assemble(topic, revision) for topic in found]


def _letters(mails: Sequence[bytes], name: str) -> list[Letter]:
    from reviewbot.sources import b4gate, letter

    try:
        return [one for mail in mails for one in letter.read(mail, b4gate.subject)]
    except UnreadableMail as error:
        raise UnreadableMail(f"{name}: {error}") from error


def _why_not(letters: Sequence[Letter]) -> str:
    if all(one.automatic for one in letters):
        return "sent by a program, which is never reviewed"
    if any(one.subject.numbered and one.subject.counter == 0 for one in letters):
        return "a cover letter without any of its patches"
    if not any(one.mail.body.strip() for one in letters):
        return "no plain text, perhaps only HTML"
    return "no diff in the text or the attachments"


def _from_git(source: gitrange.GitRange, revision: int | None) -> list[Series]:
    found = from_mails(source, source.range, revision)
    base = source.base_commit()
    return [replace(one, base_commit=one.base_commit or base) for one in found]


def _message_id(spec: str, archive: str) -> str:
    """The Message-ID that is meant, or "" for a path; a file of that name comes first."""
    if spec.startswith(("http://", "https://")):
        return msgid.of_address(spec, archive)
    if _exists(spec):
        return ""
    found = msgid.bare(spec)
    if not found:
        raise BadUsage(
            f"{spec}: no such file, and no Message-ID; give a Message-ID (<...@...>),"
            " an archive address, a mail file, a maildir or -"
        )
    return found


def _exists(spec: str) -> bool:
    try:
        return Path(spec).exists()
    except (OSError, ValueError):
        return False

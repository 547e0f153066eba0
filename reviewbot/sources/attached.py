"""A series that was attached to one mail, a file of git format-patch for each patch."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from reviewbot.sources import msgid, patchtext
from reviewbot.sources.interface import Letter, Subject, SubjectReader
from reviewbot.sources.mailtext import Part, header, parse


def files(parts: Sequence[Part]) -> list[Part]:
    """The attachments that are patches, by name; none where the text itself is one."""
    if any(patchtext.split(part.text).diff for part in parts if not part.attached):
        return []
    found = [part for part in parts if part.attached and patchtext.split(part.text).diff]
    return sorted(found, key=lambda part: part.name)


def letters(outer: Letter, found: Sequence[Part], subject_of: SubjectReader) -> Iterator[Letter]:
    """A letter for each file, as if it had been sent in answer to the mail that holds it.

    Their Message-IDs are made up; `references` name the mail that was really sent.
    """
    for number, part in enumerate(found, 1):
        text = header(parse(part.text.encode()), "Subject") if _has_header(part.text) else ""
        stated = subject_of(text or part.name or outer.mail.subject)
        subject = stated if stated.numbered else _numbered(stated, outer, number, len(found))
        patch = patchtext.split(part.text)
        mail = replace(
            outer.mail,
            message_id=msgid.of_content(outer.mail.message_id, part.text),
            subject=text or part.name or outer.mail.subject,
            body=part.text,
            in_reply_to=outer.mail.message_id,
            references=(*outer.mail.references, outer.mail.message_id),
        )
        yield replace(
            outer,
            mail=mail,
            subject=subject,
            message=below_header(patch.message),
            diff=patch.diff,
        )


def below_header(text: str) -> str:
    """The commit message of a file of git format-patch, below its mail header."""
    if not _has_header(text):
        return text
    return text.partition("\n\n")[2].strip("\n")


def _has_header(text: str) -> bool:
    return text.startswith(("From ", "From: ", "Subject: ", "Date: "))


def _numbered(stated: Subject, outer: Letter, number: int, count: int) -> Subject:
    versioned = stated.versioned or outer.subject.versioned
    revision = stated.revision if stated.versioned else outer.subject.revision
    return replace(
        stated,
        patch=True,
        reply=False,
        numbered=True,
        counter=number,
        expected=count,
        versioned=versioned,
        revision=revision,
    )

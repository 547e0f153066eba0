"""A raw mail to a Letter: its text, and the patch that it carries, if it does."""

from __future__ import annotations

import email.utils
import re
from collections.abc import Sequence

from reviewbot.errors import UnreadableMail
from reviewbot.model import Address, Mail
from reviewbot.sources import attached, flowed, mailtext, msgid, patchtext
from reviewbot.sources.interface import Letter, Subject, SubjectReader

_BASE = re.compile(r"^base-commit:.*?\b([0-9a-f]{7,64})\b", re.IGNORECASE | re.MULTILINE)
_CHANGE = re.compile(r"^change-id:\s+(\S+)", re.IGNORECASE | re.MULTILINE)
_HEADER_LINE = re.compile(rb"[!-9;-~]+:")
_MAIL_HEADER = re.compile(
    rb"(?:from|subject|date|message-id|received|mime-version|content-type):", re.IGNORECASE
)
_OURS = "x-reviewbot-"


def read(raw: bytes, subject_of: SubjectReader) -> list[Letter]:
    """Decode one mail: one letter, and one more for each file of a series attached to it.

    Raises UnreadableMail for bytes that are no mail and no diff.
    """
    raw = _without_envelope(raw)
    if not _looks_like_mail(raw):
        return [_bare_diff(raw)]
    mail = mailtext.parse(raw)
    parts = list(mailtext.parts(mail))
    files = [] if automatic(mail) else attached.files(parts)
    if len(files) > 1:
        outer = _letter(mail, [part for part in parts if not part.attached], subject_of)
        return [outer, *attached.letters(outer, files, subject_of)]
    return [_letter(mail, parts, subject_of)]


def _letter(
    mail: mailtext.Raw, parts: Sequence[mailtext.Part], subject_of: SubjectReader
) -> Letter:
    texts = [_as_sent(part) for part in parts]
    body, patch = _body_and_patch(texts, [part.attached for part in parts])
    subject = subject_of(mailtext.header(mail, "Subject"))
    around = f"{body}\n{patch.rest}"
    return Letter(
        mail=_mail(mail, body),
        subject=subject,
        message=patch.message,
        diff=patch.diff,
        automatic=automatic(mail),
        sent=_sent(mailtext.unfolded(mail, "Date")),
        base_commit=_first(_BASE, around),
        change_id=_first(_CHANGE, around),
    )


def _mail(mail: mailtext.Raw, body: str) -> Mail:
    author = mailtext.addresses(mail, "From") or (Address("", ""),)
    subject, date = mailtext.header(mail, "Subject"), mailtext.header(mail, "Date")
    own = msgid.of_header(mailtext.unfolded(mail, "Message-ID"))
    parents = msgid.of_header(mailtext.unfolded(mail, "In-Reply-To"))
    return Mail(
        message_id=own[0] if own else msgid.of_content(subject, author[0].email, date, body),
        subject=subject,
        author=author[0],
        date=date,
        body=body,
        in_reply_to=parents[0] if parents else "",
        references=msgid.of_header(mailtext.unfolded(mail, "References")),
        to=mailtext.addresses(mail, "To"),
        cc=mailtext.addresses(mail, "Cc"),
        reply_to=mailtext.addresses(mail, "Reply-To"),
        list_id=mailtext.header(mail, "List-Id"),
        auto_submitted=mailtext.header(mail, "Auto-Submitted").lower(),
    )


def automatic(mail: mailtext.Raw) -> bool:
    """RFC 3834, and our own mails by their header: an archive may have dropped the other."""
    ours = any(name.lower().startswith(_OURS) for name, _ in mail.items())
    return ours or mailtext.header(mail, "Auto-Submitted").lower() not in ("", "no")


def _as_sent(part: mailtext.Part) -> str:
    return flowed.undone(part.text, part.delsp) if part.flowed else part.text


def _body_and_patch(texts: list[str], flags: list[bool]) -> tuple[str, patchtext.PatchText]:
    """The text that people read, and the patch: in that text, or else in the attachments."""
    inline = [text for text, is_attached in zip(texts, flags, strict=True) if not is_attached]
    body = next((text for text in inline if text.strip()), "")
    for text in inline:
        patch = patchtext.split(text)
        if patch.diff:
            return text, patch
    found = [patchtext.split(text) for text in texts]
    found = [patch for patch in found if patch.diff]
    if not found:
        return body, patchtext.split(body)
    whole = "".join(patch.diff for patch in found)
    message = patchtext.split(body).message or attached.below_header(found[0].message)
    joined = f"{body.rstrip()}\n\n{whole}" if body.strip() else whole
    return joined, patchtext.PatchText(message, whole, found[0].rest)


def _sent(date: str) -> int:
    try:
        return int(email.utils.parsedate_to_datetime(date).timestamp())
    except (ValueError, TypeError, IndexError, OverflowError):
        return 0


def _first(pattern: re.Pattern[str], text: str) -> str:
    match = pattern.search(text)
    return match[1] if match else ""


def _without_envelope(raw: bytes) -> bytes:
    """Without byte order mark, leading blank lines and mbox `From ` line."""
    raw = raw.removeprefix(b"\xef\xbb\xbf").lstrip(b"\r\n")
    while raw.startswith((b"From ", b">From ")):
        raw = raw.partition(b"\n")[2]
    return raw


def _looks_like_mail(raw: bytes) -> bool:
    """`wimble: new driver` begins like a header, so one that mail must have is asked for."""
    head = raw.replace(b"\r\n", b"\n").partition(b"\n\n")[0].split(b"\n")
    return _HEADER_LINE.match(head[0]) is not None and any(map(_MAIL_HEADER.match, head))


def _bare_diff(raw: bytes) -> Letter:
    """A diff that was never a mail (`git diff > x.patch`) is reviewed as one patch."""
    if b"\0" in raw[:4096]:
        raise UnreadableMail("this is a binary file, not mail; give an mbox, .eml or .patch file")
    text = raw.decode("utf-8", "replace").replace("\r\n", "\n")
    patch = patchtext.split(text)
    if not patch.diff:
        raise UnreadableMail("neither mail nor a diff; give an mbox, .eml, .patch or .diff file")
    title = next((line.strip() for line in patch.message.split("\n") if line.strip()), "")
    made = Mail(msgid.of_content(text), title or "(no subject)", Address("", ""), "", text)
    return Letter(made, Subject(made.subject), patch.message, patch.diff)

"""Puts a written body into a reply to one mail: recipients, threading, dates and identity."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime, parsedate_to_datetime

from reviewbot.mail import wire
from reviewbot.mail.addresses import recipients
from reviewbot.mail.settings import ReplySettings
from reviewbot.model import Draft, DraftKind, Finding, Mail, Review

_RE = re.compile(r"\s*(?:re:\s*)+", re.IGNORECASE)
EPOCH = "Thu, 01 Jan 1970 00:00:00 +0000"


@dataclass(frozen=True, slots=True)
class Answer:
    """What is said, to which mail, and about what; `patch_ids` are those of the patches."""

    mail: Mail
    kind: DraftKind
    body: str
    findings: tuple[Finding, ...]
    patch_ids: tuple[str, ...]


def enclose(answer: Answer, review: Review, settings: ReplySettings, now: datetime | None) -> Draft:
    """The draft. Its date is `now`, or else the date of the mail that it answers: the same
    mail and rules then give the same bytes, whenever they are run."""
    mail = answer.mail
    to, cc = recipients(mail, settings)
    message_id = _message_id(answer, review.rule_set, settings.message_id_domain)
    rules = sorted({finding.rule for finding in answer.findings})
    headers = [
        ("From", wire.mailboxes("From", [settings.sender])),
        ("To", wire.mailboxes("To", to)),
        ("Cc", wire.mailboxes("Cc", cc)),
        ("Reply-To", wire.mailboxes("Reply-To", filter(None, [settings.reply_to]))),
        ("Subject", wire.text("Subject", subject(mail.subject))),
        ("Date", _date(mail.date, now)),
        ("Message-ID", f"<{message_id}>"),
        ("In-Reply-To", f"<{mail.message_id}>"),
        ("References", wire.message_ids(references(mail))),
        ("Auto-Submitted", "auto-replied"),
        ("X-Reviewbot-Rules", wire.text("X-Reviewbot-Rules", " ".join([review.rule_set, *rules]))),
        ("X-Reviewbot-Series", f"<{review.series.message_id}>"),
    ]
    message = wire.serialize([(name, value) for name, value in headers if value], answer.body)
    return Draft(message, message_id, mail.message_id, to, cc, answer.kind, answer.findings)


def subject(text: str) -> str:
    """The subject of a reply: `Re: ` once, however many the mail has."""
    return "Re: " + _RE.sub("", text, count=1) if _RE.match(text) else f"Re: {text}"


def references(mail: Mail) -> tuple[str, ...]:
    """The whole chain of parents, oldest first, down to the mail itself."""
    parents = [*mail.references, mail.in_reply_to]
    chain = dict.fromkeys(parent for parent in parents if parent and parent != mail.message_id)
    return (*chain, mail.message_id)


def _message_id(answer: Answer, rule_set: str, domain: str) -> str:
    """Made from what is answered and by which rules, so that a retry can never send twice."""
    parts: Iterable[str] = (answer.kind, answer.mail.message_id, *answer.patch_ids, rule_set)
    digest = hashlib.sha256("\0".join(parts).encode("utf-8", "replace")).hexdigest()
    return f"reviewbot-{digest[:32]}@{domain}"


def _date(patch_date: str, now: datetime | None) -> str:
    if now is not None:
        return format_datetime(now)
    try:
        return format_datetime(parsedate_to_datetime(patch_date))
    except ValueError:
        return EPOCH

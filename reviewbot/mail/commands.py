"""What a person tells the bot in a reply: `not a bug: RULE`, `no more mail`, `mail again`.

A command stands at the beginning of a line of its own. It counts only where the bot is
addressed, in a mail that a person wrote, and never in what is quoted: our own mails say how to
answer, so that the words stand below every reply to them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from reviewbot.mail.addresses import is_from_a_person
from reviewbot.mail.settings import ReplySettings
from reviewbot.model import Mail


class Wish(StrEnum):
    """What is asked for."""

    NOT_A_BUG = "not a bug"
    NO_MORE_MAIL = "no more mail"
    MAIL_AGAIN = "mail again"


@dataclass(frozen=True, slots=True)
class Command:
    """One wish. `rules` are the names that stand behind `not a bug:`, whether or not they are."""

    wish: Wish
    rules: tuple[str, ...] = ()


_RULE = r"[a-z][a-z0-9-]*"
_NOT_A_BUG = re.compile(
    rf"not a bug\s*:\s*({_RULE}(?:(?:\s*,\s*|\s+)(?:and\s+)?{_RULE})*)", re.IGNORECASE
)
_MAIL = re.compile(r"no more mail|mail again", re.IGNORECASE)
_AROUND = " \t.!\"'`*_\u201c\u201d\u2018\u2019"

_QUOTED = (">", "|", ":")
_SIGNATURE = re.compile(r"-- ?$|Written by a program, reviewbot\b")
_COPY = re.compile(
    r"-{3,} ?(?:Original Message|Forwarded message)|_{10,}$|Begin forwarded message:", re.IGNORECASE
)
_COPIED_HEAD = re.compile(r"From: .*@")


def commands_in(mail: Mail, settings: ReplySettings) -> tuple[Command, ...]:
    """The commands for us, each once, in their order; () where the mail is none of our business."""
    if not is_from_a_person(mail, settings) or not is_addressed(mail, settings):
        return ()
    found = (_command(line) for line in _own_lines(mail.body))
    return tuple(dict.fromkeys(each for each in found if each is not None))


def is_addressed(mail: Mail, settings: ReplySettings) -> bool:
    """Whether the mail answers one of ours, or went to us."""
    answers = settings.is_own_message(mail.in_reply_to)
    return answers or any(settings.is_own(each.email) for each in (*mail.to, *mail.cc))


def answered(mail: Mail, settings: ReplySettings) -> Iterable[str]:
    """The Message-IDs of ours above this mail in its thread, the nearest first."""
    parents = dict.fromkeys([mail.in_reply_to, *reversed(mail.references)])
    return [parent for parent in parents if settings.is_own_message(parent)]


def _command(line: str) -> Command | None:
    text = line.strip(_AROUND)
    refused = _NOT_A_BUG.match(text)
    if refused:
        rules = re.findall(_RULE, refused[1].lower())
        return Command(Wish.NOT_A_BUG, tuple(rule for rule in rules if rule != "and"))
    asked = _MAIL.fullmatch(text)
    return Command(Wish(asked[0].lower())) if asked else None


def _own_lines(body: str) -> Iterator[str]:
    """What the sender wrote, down to the signature or to a mail that is copied below."""
    for line in body.split("\n"):
        if _SIGNATURE.match(line) or _COPY.match(line) or _COPIED_HEAD.match(line):
            return
        if not line.lstrip().startswith(_QUOTED):
            yield line

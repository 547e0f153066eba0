"""What the readers of one list want of the bot: whom it writes to, when, and how much."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from reviewbot.model import Confidence, Severity

EVERY_LIST = "*"


class Audience(StrEnum):
    """Whom a reply goes to; several may be named."""

    AUTHOR = "author"
    MAINTAINERS = "maintainers"
    LIST = "list"


@dataclass(frozen=True, slots=True)
class ListPolicy:
    """The policy of one list; a list that is not set up is read, but never written to.

    While `muted`, drafts can be read and approved but nothing is sent. `write_to` names the
    recipients: the patch's author, the other people on the mail, the lists on it. A draft
    waits for a person unless `approval` is off, and `embargo_hours` after the patch in any
    case; one that has not gone out after `max_age_days` never does. At most `mails_a_series`
    go out for one revision and `mails_a_day` for the list, within 24 hours.
    `opted_out` are shell patterns over addresses that never get mail. `tree` is the git
    repository (or folder) that patches of this list are read with; `archive` an archive of
    this list alone, where the common one does not carry it.
    """

    __pydantic_config__: ClassVar[dict[str, str]] = {"extra": "forbid"}

    muted: bool = True
    write_to: tuple[Audience, ...] = (Audience.AUTHOR,)
    approval: bool = True
    embargo_hours: float = 0.0
    max_age_days: float = 14.0
    min_severity: Severity = Severity.LOW
    min_confidence: Confidence = Confidence.HIGH
    mails_a_series: int = 5
    mails_a_day: int = 20
    opted_out: tuple[str, ...] = ()
    tree: str = ""
    archive: str = ""

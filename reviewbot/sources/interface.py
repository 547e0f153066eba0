"""What every source gives and is given: letters, archives, and the shape of a source.

    address, file, maildir, stdin, range  ->  raw mails        (lore, mailbox, gitrange)
    raw mail                              ->  Letter           (letter, mailtext, patchtext)
    letters                               ->  Attempts         (threads, attempts: one posting)
    attempts                              ->  Topics           (topics: all its revisions)
    topic, revision                       ->  Series           (series, with b4 by b4gate)

Everything that fails, fails as a leaf of `reviewbot.errors`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from reviewbot.model import Mail

LORE = "https://lore.kernel.org/all"

Turn = Callable[[str, float], float]
"""(host, pause) -> seconds to wait before a call to that host, so that calls lie `pause` apart."""


@dataclass(frozen=True, slots=True)
class Archive:
    """A public-inbox archive and our manners there.

    `url` ends with the list's name. `cache` is the folder for fetched threads (None: no
    cache), kept for `keep` seconds. `contact` is a mail or web address that the User-Agent
    names. `pause` is the least time between two requests, `patience` the longest wait for
    an answer, in seconds; `limit` is the largest thread taken, in bytes once decompressed.
    `turn` is asked before each request where several processes keep to one pace.
    """

    url: str = LORE
    cache: Path | None = None
    keep: int = 600
    contact: str = ""
    pause: float = 0.1
    patience: float = 30.0
    limit: int = 64 * 1024 * 1024
    turn: Turn | None = None


@dataclass(frozen=True, slots=True)
class Subject:
    """A subject line taken apart: `title` is without prefixes; counters as stated or 1/1."""

    title: str
    reply: bool = False
    patch: bool = False
    revision: int = 1
    counter: int = 1
    expected: int = 1
    versioned: bool = False  # the revision is stated, not assumed
    numbered: bool = False  # the counters are stated, not assumed


@dataclass(frozen=True, slots=True)
class Letter:
    """One mail, decoded, not yet placed in a series.

    `message` and `diff` are as in `model.Patch`; a mail without a patch has no diff.
    `automatic` is mail that a program sent, ours included: it is never a patch. `sent` is
    the Date in seconds since 1970, 0 where the header cannot be read.
    """

    mail: Mail
    subject: Subject
    message: str = ""
    diff: str = ""
    automatic: bool = False
    sent: int = 0
    base_commit: str = ""
    change_id: str = ""


SubjectReader = Callable[[str], Subject]


class MailSource(Protocol):
    """Something that mail is read from."""

    def mails(self) -> list[bytes]:
        """The raw mails, in the order they are kept; raises a leaf of BadInput."""
        ...

"""What an operator may set about the replies: who writes, what is worth a mail, to whom never."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fnmatch import fnmatchcase

from reviewbot import __version__
from reviewbot.config.lists import Audience
from reviewbot.model import Address, Confidence, Finding, Severity, Status

# Senders that nobody reads behind, as shell patterns over the address in lower case.
KNOWN_BOTS = (
    "*-bot@*",
    "*-bot+*@*",
    "*noreply@*",
    "*no-reply@*",
    "bot+*@*",
    "lkp@intel.com",
    "mailer-daemon@*",
    "patchwork@*",
    "postmaster@*",
    "sashiko*@*",
    "syzbot*@*",
    "tip-bot2@*",
)

NOBODY = Address("reviewbot", "reviewbot@localhost")

_OWN = re.compile(r"reviewbot-[0-9a-f]{32}")
_WORST_FIRST = tuple(Severity)
_SUREST_FIRST = tuple(Confidence)


@dataclass(frozen=True, slots=True)
class ReplySettings:
    """How replies are written; the defaults are for drafts that a person looks at first.

    `sender` is the From line; `reply_to` a mailbox that somebody reads, if it is another.
    `domain` is the right side of our Message-IDs, the sender's where it is empty. `own` are
    further addresses of ours, which are never written to. `bots` are shell patterns over
    addresses that are never answered, `opted_out` the same for people who want no mail.
    `write_to` says who of the people on a mail gets the reply; `lists` are addresses that are
    known to be lists. `summary_from` is the number of patches with findings
    from which on the cover gets a summary. `opt_out` is the sentence of the signature that
    says how to get no more mail.
    """

    sender: Address = NOBODY
    reply_to: Address | None = None
    domain: str = ""
    own: tuple[str, ...] = ()
    bots: tuple[str, ...] = KNOWN_BOTS
    opted_out: tuple[str, ...] = ()
    write_to: tuple[Audience, ...] = tuple(Audience)
    lists: tuple[str, ...] = ()
    least_severity: Severity = Severity.LOW
    least_confidence: Confidence = Confidence.MEDIUM
    summary_from: int = 3
    opt_out: str = 'To get no more of these mails, answer with a line "no more mail".'
    version: str = __version__

    def is_worth_a_mail(self, finding: Finding) -> bool:
        """Whether a finding is the patch's own doing, bad enough and sure enough."""
        return (
            finding.status is Status.NEW
            and _WORST_FIRST.index(finding.severity) <= _WORST_FIRST.index(self.least_severity)
            and _SUREST_FIRST.index(finding.confidence)
            <= _SUREST_FIRST.index(self.least_confidence)
        )

    def is_own(self, email: str) -> bool:
        """Whether an address is the bot's own."""
        ours = {self.sender.email, *self.own}
        if self.reply_to is not None:
            ours.add(self.reply_to.email)
        return email.lower() in {address.lower() for address in ours}

    def is_own_message(self, message_id: str) -> bool:
        """Whether a Message-ID is of the form that `envelope` gives our mails."""
        name, _, domain = message_id.partition("@")
        return bool(_OWN.fullmatch(name)) and domain == self.message_id_domain

    def wants_no_mail(self, email: str) -> bool:
        """Whether nothing must be written to an address: a program's, or of one who opted out."""
        return any(fnmatchcase(email.lower(), each.lower()) for each in self.opted_out)

    @property
    def message_id_domain(self) -> str:
        return self.domain or self.sender.email.rpartition("@")[2]

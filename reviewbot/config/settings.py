"""All settings of one run: those of every command, and one part for each side of the service."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Mapping
from pathlib import Path

from reviewbot.config.lists import EVERY_LIST, ListPolicy
from reviewbot.config.outgoing import Outgoing
from reviewbot.config.service import Service
from reviewbot.config.watching import Watching
from reviewbot.errors import BadSetting
from reviewbot.model import Confidence, Severity


def xdg(variable: str, fallback: str) -> Path:
    """The XDG base directory specification: an empty or relative value counts as unset."""
    value = Path(os.environ.get(variable, ""))
    return (value if value.is_absolute() else Path.home() / fallback) / "reviewbot"


@dataclasses.dataclass(frozen=True, slots=True)
class Settings:
    """All that a user may set; each name is the file's key and, in capitals, the variable's end.

    `archive` is a public-inbox with all lists that may be asked. `contact` goes into the
    User-Agent, so that an archive's keeper can write to a person. `mail_*` say who signs the
    drafts. What is below `min_severity` or `min_confidence` is not reported, and what is below
    `mail_min_confidence` is not drafted. `lists` has a policy for each list, by its address;
    `*` is for the others.
    """

    archive: str = "https://lore.kernel.org/all"
    cache_dir: Path = dataclasses.field(default_factory=lambda: xdg("XDG_CACHE_HOME", ".cache"))
    contact: str = ""
    mail_name: str = "reviewbot"
    mail_address: str = "reviewbot@reviewbot.invalid"
    mail_reply_to: str = ""
    min_severity: Severity = Severity.LOW
    min_confidence: Confidence = Confidence.LOW
    mail_min_confidence: Confidence = Confidence.MEDIUM
    service: Service = dataclasses.field(default_factory=Service)
    outbox: Outgoing = dataclasses.field(default_factory=Outgoing)
    watch: Watching = dataclasses.field(default_factory=Watching)
    lists: Mapping[str, ListPolicy] = dataclasses.field(default_factory=dict)

    def __post_init__(self) -> None:
        if not self.archive.startswith(("https://", "http://")):
            raise BadSetting(f"archive: '{self.archive}' is no http(s) address; give the whole URL")

    def policy(self, mailing_list: str) -> ListPolicy:
        """What holds for this list: its own policy, else that of `*`, else the muted default."""
        address = mailing_list.lower()
        own = next((one for name, one in self.lists.items() if name.lower() == address), None)
        return own or self.lists.get(EVERY_LIST) or ListPolicy()

    def list_among(self, addresses: tuple[str, ...]) -> str:
        """The first configured list among these addresses, as it is configured, or ""."""
        given = {address.lower() for address in addresses}
        return next((name for name in self.lists if name.lower() in given), "")

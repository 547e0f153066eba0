"""What every route is given: the settings, the store, the queue and the rules."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from reviewbot.config import Settings
from reviewbot.intake import Intake
from reviewbot.registry import LoadedRule
from reviewbot.store.store import Store
from reviewbot.web.memory import Memory
from reviewbot.web.pulse import ArchivePulse
from reviewbot.web.throttle import Throttle


@dataclass(frozen=True, slots=True)
class Site:
    """One running server. Routes run in many threads and change nothing here."""

    settings: Settings
    store: Store
    intake: Intake
    rules: tuple[LoadedRule, ...]
    archive: ArchivePulse
    hook_throttle: Throttle
    login_throttle: Throttle
    memory: Memory

    def base(self, request: Request) -> str:
        """The address of this site without a slash at its end, as the caller reaches it."""
        return (self.settings.service.public_url or str(request.base_url)).rstrip("/")


def _site(request: Request) -> Site:
    site: Site = request.app.state.site
    return site


Here = Annotated[Site, Depends(_site)]
"""A route's parameter `site: Here`."""

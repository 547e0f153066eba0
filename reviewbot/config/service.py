"""Settings of the service: where it keeps things, where it listens, how much it takes on."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import ClassVar

from reviewbot.errors import BadSetting


class Reading(StrEnum):
    """Who may read the web pages and the API; writing always needs a login."""

    PUBLIC = "public"
    LOGIN = "login"


def _own_database() -> str:
    state = Path(os.environ.get("XDG_STATE_HOME", ""))
    folder = state if state.is_absolute() else Path.home() / ".local" / "state"
    return f"sqlite:///{folder / 'reviewbot' / 'reviewbot.db'}"


@dataclass(frozen=True, slots=True)
class Service:
    """How `reviewbot serve`, `worker` and `watch` run.

    `database` is an SQLAlchemy URL: `sqlite:///PATH`, or `postgresql://...` where several
    machines share the work. `listen` is host:port; `public_url` the address that people and
    mails use, and the one that cookies are bound to. `hook_secrets` sign the webhook
    (`whsec_...`); several may hold at once, none means that the hook is closed.
    `hook_hub_secrets` are the same for `X-Hub-Signature-256`. `hook_rate` is how many
    deliveries one address may make in a minute. `reviews_at_once` is for one worker,
    `reviews_a_list` for one list over all workers; `archive_rate` is the number of calls to
    archives a second, all workers together. A series that is incomplete, or not in the
    archive yet, is waited for `patience_minutes` and looked for again after
    `look_again_seconds`, then after twice as long each time. A worker that was not heard of for
    `worker_lost_seconds` has its work taken over. Every `sweep_seconds` one of the workers looks
    for drafts that nothing keeps any more, and for work that was given up. A series that
    nothing has happened to for `keep_days` is forgotten, with its mails, reviews, findings,
    drafts, deliveries and answers. Jobs that ended `keep_jobs_days` ago are, and what the queue
    knows of them; they go first. Who wants no mail is kept for ever.
    """

    __pydantic_config__: ClassVar[dict[str, str]] = {"extra": "forbid"}

    database: str = field(default_factory=_own_database)
    listen: str = "127.0.0.1:8042"
    public_url: str = ""
    reading: Reading = Reading.PUBLIC
    hook_secrets: tuple[str, ...] = ()
    hook_hub_secrets: tuple[str, ...] = ()
    hook_rate: int = 600
    reviews_at_once: int = 2
    reviews_a_list: int = 2
    archive_rate: float = 5.0
    patience_minutes: float = 60.0
    look_again_seconds: float = 30.0
    worker_lost_seconds: float = 30.0
    sweep_seconds: float = 30.0
    keep_days: int = 730
    keep_jobs_days: int = 90
    log_format: str = "text"

    def __post_init__(self) -> None:
        if not self.database.startswith(("sqlite:///", "postgresql")):
            raise BadSetting(
                f"service.database: '{self.database}' is neither sqlite:///PATH nor"
                " postgresql://USER@HOST/NAME; give one of them"
            )
        if not self.listen.rpartition(":")[2].isdigit():
            raise BadSetting(f"service.listen: '{self.listen}' is not HOST:PORT; give both")
        if self.archive_rate <= 0:
            raise BadSetting("service.archive_rate: must be over 0 calls a second; give a rate")
        if not 1 <= self.keep_jobs_days < self.keep_days:
            raise BadSetting(
                f"service.keep_jobs_days: {self.keep_jobs_days} must be from 1 to less than"
                f" keep_days, which is {self.keep_days}: jobs go before their series"
            )
        if self.log_format not in ("text", "json"):
            raise BadSetting(f"service.log_format: '{self.log_format}' is neither text nor json")

    @property
    def host(self) -> str:
        return self.listen.rpartition(":")[0].strip("[]")

    @property
    def port(self) -> int:
        return int(self.listen.rpartition(":")[2])

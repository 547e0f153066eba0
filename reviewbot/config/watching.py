"""Settings of `reviewbot watch` and of patchwork's events: what is followed, and how often."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class Watching:
    """How lists are followed.

    `poll_seconds` lie between two looks at a list that has nothing new; a server that asks for
    more is given more. `clone_dir` keeps the git epochs of the archive, shallow; "" is a
    folder in the cache. `notify_url` is where `reviewbot notify` delivers.
    """

    __pydantic_config__: ClassVar[dict[str, str]] = {"extra": "forbid"}

    poll_seconds: float = 120.0
    clone_dir: str = ""
    notify_url: str = ""
    notify_secret: str = ""

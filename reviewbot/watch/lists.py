"""Follows one list: its feed, and its git epochs where the feed was too short for what came."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx

from reviewbot.errors import NotFound
from reviewbot.intake import Intake
from reviewbot.sources.arrival import begins_a_series, told_by
from reviewbot.sources.epochs import mails_since, newest_epoch
from reviewbot.sources.feed import Feed, read_feed
from reviewbot.sources.interface import Archive
from reviewbot.store.marks import Marks
from reviewbot.store.records import Notice, Origin

log = logging.getLogger(__name__)

MARGIN = timedelta(hours=1)
"""Mail that the archive took this long before the last known one is looked at once more."""


class ListWatch:
    """One list in one archive. `address` is the list's own, for the policy; it may be ""."""

    def __init__(
        self, archive: Archive, address: str, marks: Marks, intake: Intake, clones: Path
    ) -> None:
        self.name = archive.url
        self._archive = archive
        self._address = address
        self._marks = marks
        self._intake = intake
        self._clones = clones

    def look(self, client: httpx.Client) -> int:
        """Hands on what is new since the last look; the number of series that were not known.

        The first look only notes where the list is. The mark moves when all has been handed
        on: what is handed on twice, because we died in between, changes nothing. Raises
        leaves of SourceFailed and StoreUnusable.
        """
        mark = self._marks.get(self.name)
        feed = read_feed(self._archive, mark.get("validators", {}), client)
        if feed is None:
            return 0
        told = list(self._told(feed, mark, client)) if mark else []
        new = sum(self._accept(message_id) for message_id in dict.fromkeys(told))
        self._marks.put(self.name, _mark(feed, mark))
        return new

    def _accept(self, message_id: str) -> bool:
        _, new = self._intake.accept(Notice(message_id, self._address, Origin.WATCH))
        return new

    def _told(self, feed: Feed, mark: Mapping[str, Any], client: httpx.Client) -> Iterator[str]:
        """The Message-IDs that tell of series, the oldest first."""
        known = set(mark.get("recent", ()))
        fresh = [entry for entry in reversed(feed.entries) if entry.message_id not in known]
        if known and len(fresh) == len(feed.entries) and mark.get("moment"):
            yield from self._missed(datetime.fromisoformat(mark["moment"]), known, client)
        yield from (entry.message_id for entry in fresh if begins_a_series(entry.subject))

    def _missed(self, moment: datetime, known: set[str], client: httpx.Client) -> Sequence[str]:
        """What came since the last mail that is known, from the git epochs."""
        try:
            newest = newest_epoch(self._archive, client)
        except NotFound as error:
            log.warning("more mail than the feed shows; some is lost", extra={"why": str(error)})
            return []
        told = []
        prefix = f"{_folder(self.name)}-"
        forget_old(self._clones, prefix, newest)
        for epoch in range(max(newest - 1, 0), newest + 1):
            folder = self._clones / f"{prefix}{epoch}.git"
            for _, raw in mails_since(self._archive, epoch, moment - MARGIN, folder):
                told.append(told_by(raw))
        return [one for one in told if one and one not in known]


def list_archive(name: str, archive: str) -> str:
    """The archive of one list: an address as it is, a name beside the common archive's."""
    if name.startswith(("http://", "https://")):
        return name.rstrip("/")
    return f"{archive.rstrip('/').rpartition('/')[0]}/{name}"


def _mark(feed: Feed, before: Mapping[str, Any]) -> dict[str, Any]:
    recent = [entry.message_id for entry in feed.entries] or list(before.get("recent", ()))
    moment = max((entry.updated for entry in feed.entries), default=datetime.now(UTC))
    return {
        "validators": dict(feed.seen),
        "recent": recent,
        "moment": moment.astimezone(UTC).isoformat(),
    }


def forget_old(clones: Path, prefix: str, newest: int) -> None:
    """Delete what was fetched of epochs that are not looked at any more: they are full."""
    for folder in clones.glob(f"{prefix}*.git"):
        number = folder.name.removeprefix(prefix).removesuffix(".git")
        if number.isdigit() and int(number) < newest - 1:
            shutil.rmtree(folder, ignore_errors=True)


def _folder(name: str) -> str:
    return "".join(c if c.isalnum() else "-" for c in name.partition("://")[2])

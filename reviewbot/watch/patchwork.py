"""Follows one project of a patchwork: series that it has seen completed."""

from __future__ import annotations

import httpx

from reviewbot.intake import Intake
from reviewbot.sources.patchwork import Patchwork
from reviewbot.store.marks import Marks
from reviewbot.store.records import Notice, Origin


class PatchworkWatch:
    """One project on one server; `address` is the address of its list, for the policy."""

    def __init__(
        self, url: str, project: str, address: str, contact: str, marks: Marks, intake: Intake
    ) -> None:
        self.name = f"{url.rstrip('/')} {project}"
        self._url, self._project, self._contact = url, project, contact
        self._address = address
        self._marks = marks
        self._intake = intake

    def look(self, client: httpx.Client) -> int:
        """Hands on what was completed since the last look; the number of series not known.

        The first look only notes where the project is. Events of the mark's own moment come
        again, and are known by then. Raises leaves of SourceFailed and StoreUnusable.
        """
        server = Patchwork(self._url, self._project, self._contact, client)
        since = str(self._marks.get(self.name).get("since", ""))
        if not since:
            self._marks.put(self.name, {"since": server.newest() or "1970-01-01T00:00:00"})
            return 0
        new = 0
        for series in server.completed(since):
            notice = Notice(series.message_id, self._address, Origin.PATCHWORK)
            new += self._intake.accept(notice)[1]
            self._marks.put(self.name, {"since": series.date})
        return new

"""Series that a patchwork has seen completed: its events, which have to be asked for.

Source: patchwork's API 1.3, https://patchwork.readthedocs.io/en/latest/api/rest/
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import httpx

from reviewbot.errors import NotFound, SourceFailed, Unreachable
from reviewbot.sources.manners import user_agent
from reviewbot.sources.msgid import bare

PAGE = 100
MOST_PAGES = 50


@dataclass(frozen=True, slots=True)
class Completed:
    """One series that is whole; `date` is the event's, as patchwork writes it."""

    date: str
    message_id: str


class Patchwork:
    """One project on one patchwork server."""

    def __init__(self, url: str, project: str, contact: str, client: httpx.Client) -> None:
        self.url = url.rstrip("/")
        self.project = project
        self._client = client
        self._agent = {"User-Agent": user_agent(contact)}

    def completed(self, since: str) -> Iterator[Completed]:
        """The series that were completed at `since` or later, the oldest first.

        Raises leaves of SourceFailed; what was yielded until then is good.
        """
        address: str | None = f"{self.url}/api/1.3/events/"
        asked: dict[str, str | int] | None = {
            "category": "series-completed",
            "project": self.project,
            "order": "date",
            "per_page": PAGE,
            **({"since": since} if since else {}),
        }
        for _ in range(MOST_PAGES):
            answer = self._get(address, asked)
            for event in _list(answer, self.url):
                message_id = self._message_id(event)
                if message_id:
                    yield Completed(str(event["date"]), message_id)
            address, asked = self._own(answer.links.get("next", {}).get("url", "")), None
            if not address:
                return

    def newest(self) -> str:
        """The date of the last event, "" where there is none yet."""
        asked = {"category": "series-completed", "project": self.project, "per_page": 1}
        found = _list(self._get(f"{self.url}/api/1.3/events/", asked), self.url)
        return str(found[0]["date"]) if found else ""

    def _message_id(self, event: dict[str, Any]) -> str:
        """The cover's, or the first patch's; an event itself only links to the series."""
        address = self._own(str(event.get("payload", {}).get("series", {}).get("url", "")))
        if not address:
            return ""
        series = self._get(address, None).json()
        heads = [series.get("cover_letter") or {}, *(series.get("patches") or [])]
        return next((found for head in heads if (found := bare(str(head.get("msgid", ""))))), "")

    def _own(self, address: str) -> str:
        """An address that the server gave us, if it is on that server."""
        ours, theirs = urlsplit(self.url), urlsplit(address)
        same = (theirs.scheme, theirs.netloc) == (ours.scheme, ours.netloc)
        return address if same else ""

    def _get(self, address: str | None, asked: Any) -> httpx.Response:
        try:
            answer = self._client.get(address or self.url, params=asked, headers=self._agent)
        except httpx.HTTPError as error:
            raise Unreachable(f"{self.url} did not answer ({error}); it is asked later") from error
        if answer.status_code == 404:
            raise NotFound(f"{address} is not there; check the project '{self.project}'")
        if answer.status_code != 200:
            raise SourceFailed(f"{address} answered with status {answer.status_code}")
        return answer


def _list(answer: httpx.Response, url: str) -> list[dict[str, Any]]:
    try:
        found = answer.json()
    except ValueError as error:
        raise SourceFailed(f"{url} sent no JSON; is it a patchwork?") from error
    if not isinstance(found, list):
        raise SourceFailed(f"{url} sent no list of events; is it a patchwork of version 3?")
    return found

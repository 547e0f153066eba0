"""What came to a list last: the Atom feed of a public-inbox archive, its 25 newest mails."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import unquote, urlsplit
from xml.etree import ElementTree

import httpx

from reviewbot.errors import BotWall, NotFound, SourceFailed, Unreachable
from reviewbot.sources.interface import Archive
from reviewbot.sources.manners import user_agent
from reviewbot.sources.msgid import bare

_ATOM = "{http://www.w3.org/2005/Atom}"
_VALIDATORS = {"etag": "If-None-Match", "last-modified": "If-Modified-Since"}
_BUSY = frozenset({429, 500, 502, 503, 504})
LARGEST = 8 << 20
"""Bytes of a feed; 25 mails as HTML, the longest cut by the archive."""


class Busy(Unreachable):
    """The archive asks for a pause; `wait` is its length in seconds, 0 where it named none."""

    def __init__(self, message: str, wait: float) -> None:
        super().__init__(message)
        self.wait = wait


@dataclass(frozen=True, slots=True)
class Entry:
    """One mail of a feed; `subject` as the feed shows it."""

    message_id: str
    subject: str
    updated: datetime


@dataclass(frozen=True, slots=True)
class Feed:
    """The newest mails of a list, the newest first; `seen` goes with the next question."""

    entries: tuple[Entry, ...]
    seen: Mapping[str, str]


def read_feed(archive: Archive, seen: Mapping[str, str], client: httpx.Client) -> Feed | None:
    """The feed, or None where nothing has changed since `seen`; raises leaves of SourceFailed."""
    url = f"{archive.url.rstrip('/')}/new.atom"
    response, body = _asked(url, archive, seen, client)
    if response.status_code == 304:
        return None
    if response.status_code == 404:
        raise NotFound(f"{url} is not there; check the list's name, or --archive")
    if response.status_code in _BUSY:
        wait = response.headers.get("Retry-After", "")
        raise Busy(
            f"{url} is busy (status {response.status_code}); it is asked again later",
            float(wait) if wait.isascii() and wait.isdigit() else 0.0,
        )
    if response.status_code != 200:
        raise SourceFailed(f"{url} answered with status {response.status_code}; check --archive")
    told = {
        name: response.headers[key] for key, name in _VALIDATORS.items() if key in response.headers
    }
    return Feed(_entries(body, url), told)


def _asked(
    url: str, archive: Archive, seen: Mapping[str, str], client: httpx.Client
) -> tuple[httpx.Response, bytes]:
    """Redirects are not followed: an archive has no business to send us elsewhere."""
    headers = {"User-Agent": user_agent(archive.contact), **seen}
    body = bytearray()
    try:
        with client.stream("GET", url, headers=headers, timeout=archive.patience) as response:
            for chunk in response.iter_bytes():
                body += chunk
                if len(body) > LARGEST:
                    raise SourceFailed(f"{url} sent more than {LARGEST >> 20} MB; is it a feed?")
    except httpx.HTTPError as error:
        what = " ".join(str(error).split()) or type(error).__name__
        raise Unreachable(f"{url} did not answer ({what}); check the network") from error
    return response, bytes(body)


def _entries(body: bytes, url: str) -> tuple[Entry, ...]:
    try:
        root = ElementTree.fromstring(body)
    except ElementTree.ParseError as error:
        raise BotWall(f"{url} sent no feed ({error}); it keeps programs out, try later") from error
    found = (_entry(each) for each in root.iter(f"{_ATOM}entry"))
    return tuple(entry for entry in found if entry is not None)


def _entry(element: ElementTree.Element) -> Entry | None:
    """None for what names no mail: the page that an empty list has for an entry."""
    link = element.find(f"{_ATOM}link")
    address = urlsplit(link.get("href", "") if link is not None else "")
    message_id = bare(unquote(address.path.rstrip("/").rpartition("/")[2]))
    moment = element.findtext(f"{_ATOM}updated", "")
    try:
        updated = datetime.fromisoformat(moment)
    except ValueError:
        return None
    subject = " ".join(element.findtext(f"{_ATOM}title", "").split())
    return Entry(message_id, subject, updated) if message_id else None

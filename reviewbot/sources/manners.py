"""How we behave on an archive: named, unhurried, patient when told to wait, never flooded."""

from __future__ import annotations

import time
import zlib
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import requests

from reviewbot import __version__
from reviewbot.errors import BotWall, SourceFailed
from reviewbot.sources.interface import Archive

TRIES = 3
LONGEST_WAIT = 10.0  # seconds; whoever asks for more is answered with an error instead
_BUSY = frozenset({429, 500, 502, 503, 504})
_GZIP = b"\x1f\x8b"


def user_agent(contact: str) -> str:
    """Archives turn away clients that do not say who they are."""
    return f"reviewbot/{__version__}" + (f" (+{contact})" if contact else "")


class PoliteSession(requests.Session):
    """A session that keeps to one archive's host and to its pace.

    Raises BotWall where a web page comes instead of a gzipped mbox, and SourceFailed for an
    answer over the archive's `limit`, which also holds for what it decompresses to.
    """

    def __init__(
        self,
        archive: Archive,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__()
        self.headers["User-Agent"] = user_agent(archive.contact)
        self._archive = archive
        self._sleep = sleep
        self._clock = clock
        self._next = 0.0

    def send(self, request: requests.PreparedRequest, **kwargs: Any) -> requests.Response:
        for attempt in range(TRIES):
            self._wait_for_turn()
            response = super().send(request, **{**kwargs, "stream": True})
            if response.status_code not in _BUSY or attempt == TRIES - 1:
                break
            response.close()
            self._sleep(_asked_wait(response, attempt))
        self._read(response)
        return response

    def get_redirect_target(self, resp: requests.Response) -> str | None:
        """An archive may move a thread to another list, but not send us to another host."""
        target = super().get_redirect_target(resp)
        host = urlsplit(target or "").netloc.lower()
        return target if host in ("", urlsplit(self._archive.url).netloc.lower()) else None

    def _wait_for_turn(self) -> None:
        turn, pause = self._archive.turn, self._archive.pause
        host = urlsplit(self._archive.url).netloc
        wait = turn(host, pause) if turn else self._next - self._clock()
        if wait > 0:
            self._sleep(wait)
        self._next = self._clock() + pause

    def _read(self, response: requests.Response) -> None:
        """Read the body up to the limit; `requests` itself would read any length."""
        body = bytearray()
        for chunk in response.iter_content(65536):
            body += chunk
            if len(body) > self._archive.limit:
                response.close()
                raise _too_large(self._archive)
        response._content = bytes(body)
        if response.status_code == 200 and response.request.method != "HEAD":
            _check_mbox(response._content, self._archive)


def _asked_wait(response: requests.Response, attempt: int) -> float:
    asked = response.headers.get("Retry-After", "")
    wait = float(asked) if asked.isascii() and asked.isdigit() else float(2**attempt)
    return min(wait, LONGEST_WAIT)


def _check_mbox(body: bytes, archive: Archive) -> None:
    """All that is fetched is a gzipped mbox, and it is not larger inside than agreed."""
    if not body.startswith(_GZIP):
        raise BotWall(
            f"{archive.url} sent a web page instead of mail: it keeps programs out;"
            " try later, set a contact, or use a mirror with --archive"
        )
    unpacker = zlib.decompressobj(wbits=31)
    size = 0
    while body:
        try:
            size += len(unpacker.decompress(body, 1 << 20))
        except zlib.error as error:
            raise SourceFailed(f"{archive.url} sent damaged data ({error}); try again") from error
        if size > archive.limit:
            raise _too_large(archive)
        body = unpacker.unconsumed_tail
        if unpacker.eof and unpacker.unused_data:
            body, unpacker = unpacker.unused_data, zlib.decompressobj(wbits=31)


def _too_large(archive: Archive) -> SourceFailed:
    return SourceFailed(
        f"{archive.url} sent a thread of more than {archive.limit >> 20} MB;"
        " save the mails that you need as an mbox and give that"
    )

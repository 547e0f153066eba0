"""The only door to b4 and liblore: fetch threads, file patches into a series.

b4 keeps its configuration, its archive and its cache in globals, reads the user's git
configuration and may leave the process with SystemExit. In here it is set up by hand, called
by one thread at a time, and whatever it raises leaves as a leaf of `reviewbot.errors`.
Importing it takes a third of a second: import this module only where it is needed.
"""

from __future__ import annotations

import argparse
import gzip
import logging
import os
import threading
import time
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import compat32
from email.utils import formatdate

import b4
import b4.mbox
import liblore
import liblore.utils
import requests
from urllib3.exceptions import HTTPError

from reviewbot.errors import (
    BadSetting,
    BotWall,
    Failed,
    NotFound,
    ReviewbotError,
    SourceFailed,
    Unreachable,
)
from reviewbot.sources.interface import Archive, Subject
from reviewbot.sources.manners import PoliteSession

_NO_FOLDER = "/nonexistent"  # b4 would read a repository's .b4-config from its top folder
_SEALED = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
_lock = threading.RLock()
_set_up_for: list[str] = []

for _name in ("b4", "liblore"):  # their warnings go to people who run b4
    logging.getLogger(_name).addHandler(logging.NullHandler())
    logging.getLogger(_name).propagate = False


@dataclass(frozen=True, slots=True)
class Slip:
    """What b4 is shown of a letter: `key` and `parents` stand for the real Message-IDs."""

    key: str
    subject: str
    poster: str
    sent: int
    body: str
    parents: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Filed:
    """A series as b4 filed it: keys of the slips; None is a patch that is missing."""

    patches: tuple[str | None, ...]
    cover: str | None


def subject(text: str) -> Subject:
    """A subject line, read as b4 reads it."""
    try:
        read = b4.LoreSubject(text)
    except (ValueError, IndexError):
        return Subject(text)
    return Subject(
        title=read.subject,
        reply=read.reply,
        patch=read.patch,
        revision=read.revision,
        counter=read.counter,
        expected=read.expected,
        versioned=not read.revision_inferred,
        numbered=not read.counters_inferred,
    )


def file_series(slips: Sequence[Slip], revision: int) -> Filed | None:
    """Put one revision together; None where none of its patches is there.

    A partial reroll (a new version of one patch, sent as a reply to its old one) is filled
    up from the revision before.
    """
    with _alone():
        b4.can_network = False
        box = b4.LoreMailbox()
        for slip in slips:
            box.add_message(_message(slip))
        for one in box.msgid_map.values():
            one._git_patch_id = ""  # or b4 runs git for each patch
        series = box.get_series(revision, codereview_trailers=False)
        if series is None:
            return None
        cover, *patches = series.patches
        keys = tuple(one.msgid if one is not None else None for one in patches)
        return Filed(keys, cover.msgid if cover is not None else None)


class Reader:
    """Reads threads from one archive, through liblore's cache where there is one."""

    def __init__(self, archive: Archive, session: PoliteSession | None = None) -> None:
        self._archive = archive
        self._session = session or PoliteSession(archive)

    def thread(self, message_id: str) -> bytes:
        """The mbox of the whole thread; raises a leaf of SourceFailed."""
        with mapped(self._archive, message_id), self._node() as node:
            mbox = node.get_mbox_by_msgid(message_id)
            if not mbox.strip():
                raise LookupError(message_id)
            return mbox

    def other_revisions(self, slips: Sequence[Slip], wanted: int | None) -> list[tuple[int, str]]:
        """Revision and Message-ID of patches of the same series in other threads.

        Later ones, or the `wanted` earlier one. Needs an archive with a search.
        """
        messages = [_message(slip) for slip in slips]
        known = {slip.key for slip in slips}
        direction = 1 if wanted is None else -1
        versions = None if wanted is None else [wanted]
        with _alone(), mapped(self._archive, "search"), self._node() as node:
            _set_up(self._archive)
            b4.LORENODE = node
            try:
                found = b4.mbox.get_extra_series(messages, direction, versions)
            finally:
                b4.LORENODE = None
        pairs = [
            (subject(str(one["Subject"])), b4.LoreMessage.get_clean_msgid(one)) for one in found
        ]
        return [(s.revision, key) for s, key in pairs if key and key not in known and not s.reply]

    @contextmanager
    def _node(self) -> Iterator[liblore.LoreNode]:
        archive = self._archive
        _forget_old(archive)
        node = liblore.LoreNode(
            archive.url,
            request_timeout=(min(archive.patience, 10.0), archive.patience),
            cache_dir=str(archive.cache) if archive.cache else None,
            cache_ttl=archive.keep,
            follow_upstream=False,
        )
        node.set_requests_session(self._session)
        try:
            yield node
        finally:
            node.close()


def _forget_old(archive: Archive) -> None:
    """Delete the cached threads that are too old to be read again; liblore leaves them there."""
    oldest = time.time() - archive.keep
    for kept in archive.cache.glob("*.lore.cache") if archive.cache else ():
        with suppress(OSError):  # another process did so first, or the folder is not ours
            if kept.stat().st_mtime < oldest:
                kept.unlink()


@contextmanager
def mapped(archive: Archive, asked: str) -> Iterator[None]:
    """Every exception of b4, liblore and requests leaves as one of ours."""
    try:
        yield
    except ReviewbotError:
        raise
    except liblore.RemoteError as error:
        raise _refused(archive, asked, error) from error
    except (gzip.BadGzipFile, zlib.error, EOFError) as error:
        raise BotWall(f"{archive.url} sent no mbox for {asked} ({error}); try later") from error
    except (liblore.LibloreError, requests.RequestException, HTTPError, ValueError) as error:
        raise SourceFailed(f"{archive.url} failed on {asked}: {_line(error)}; try later") from error
    except LookupError as error:
        raise NotFound(f"{asked} is not in {archive.url}; check it, or --archive") from error
    except OSError as error:
        raise BadSetting(f"the cache {archive.cache} cannot be used: {_line(error)}") from error


def _refused(archive: Archive, asked: str, error: liblore.RemoteError) -> ReviewbotError:
    status = error.status_code
    if status == 404:
        return NotFound(f"{asked} is not in {archive.url}; check the Message-ID, or --archive")
    if status in (401, 403):
        return BotWall(f"{archive.url} turns us away (status {status}); set a contact")
    if status is None:
        return Unreachable(f"{archive.url} did not answer; check the network, or --archive")
    if status == 429 or status >= 500:
        return Unreachable(f"{archive.url} is busy (status {status}); try again later")
    return SourceFailed(f"{archive.url} answered {asked} with status {status}; check --archive")


@contextmanager
def _alone() -> Iterator[None]:
    """Hold b4's globals for ourselves, and survive its exits."""
    with _lock:
        try:
            yield
        except SystemExit as error:
            raise Failed(f"b4 gave up with status {error.code}; please report it") from error


def _set_up(archive: Archive) -> None:
    """b4's configuration for this archive; done again only when the archive changes."""
    if _set_up_for == [archive.url]:
        return
    config = {
        "b4.midmask": f"{archive.url.rstrip('/')}/%s",
        "b4.linkmask": f"{archive.url.rstrip('/')}/%s",
        "b4.attestation-policy": "off",
        "user.name": "reviewbot",
        "user.email": "reviewbot@localhost",
    }
    with _environment(_SEALED):
        b4.setup_config(argparse.Namespace(config=config), topdir=_NO_FOLDER)
    _set_up_for[:] = [archive.url]


@contextmanager
def _environment(values: Mapping[str, str]) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def _message(slip: Slip) -> EmailMessage:
    """A mail as b4 would have read it. Its headers are ours and plain, and are kept as text:
    to take them apart at each look costs more than all else that b4 does."""
    message = EmailMessage(compat32)
    message["Message-ID"] = f"<{slip.key}>"
    message["From"] = slip.poster
    message["Date"] = formatdate(slip.sent)
    if slip.parents:
        message["In-Reply-To"] = f"<{slip.parents[0]}>"
        message["References"] = " ".join(f"<{one}>" for one in reversed(slip.parents))
    message["Content-Type"] = "text/plain; charset=utf-8"
    message["Content-Transfer-Encoding"] = "8bit"
    message["Subject"] = " ".join(slip.subject.encode("utf-8", "replace").decode().split())
    message.set_payload(slip.body.encode("utf-8", "replace").decode("ascii", "surrogateescape"))
    return message


def _line(error: BaseException) -> str:
    return " ".join(str(error).split())[:200] or type(error).__name__

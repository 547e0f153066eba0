"""Drafts as files: an mbox, a maildir that a mail reader opens as its drafts."""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from reviewbot.errors import OutboxUnusable
from reviewbot.model import Draft
from reviewbot.outbox.interface import Brink, Whereabouts

# The line that git and public-inbox write and that b4 knows: the time in it means nothing.
FROM_LINE = b"From mboxrd@z Thu Jan  1 00:00:00 1970\n"
_LOOKS_LIKE_FROM = re.compile(rb"^(>*From )", re.MULTILINE)


class Mbox:
    """Writes an mbox (mboxrd: every `From ` at a line's start is quoted, reversibly)."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream

    def deliver(self, draft: Draft) -> None:
        self._stream.write(mbox_entry(draft.message))


def mbox_entry(message: bytes) -> bytes:
    """One mail as it stands in an mbox, with the empty line that ends it."""
    quoted = _LOOKS_LIKE_FROM.sub(rb">\1", message)
    return FROM_LINE + quoted.rstrip(b"\n") + b"\n\n"


class MboxFile:
    """An mbox file that others read, and may write: it is locked (fcntl) while we are at it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.name = str(path)

    def find(self, draft: Draft) -> Whereabouts:
        with _usable(self._path), self._locked() as file:
            content = _whole(file, mbox_entry(draft.message))
        wanted = re.compile(rb"^Message-ID: <%b>$" % re.escape(draft.message_id.encode()), re.M)
        return Whereabouts.THERE if wanted.search(content) else Whereabouts.ABSENT

    def send(self, draft: Draft, brink: Brink) -> str:
        with _usable(self._path), self._locked() as file:
            brink()
            content = _whole(file, mbox_entry(draft.message))
            file.write(_gap(content) + mbox_entry(draft.message))
            file.flush()
            os.fsync(file.fileno())
        return ""

    @contextmanager
    def _locked(self) -> Iterator[BinaryIO]:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._path.open("a+b") as file:
            fcntl.lockf(file, fcntl.LOCK_EX)
            yield file


def _whole(file: BinaryIO, entry: bytes) -> bytes:
    """The file without the beginning of this entry at its end: a writer was killed there."""
    file.seek(0)
    content = file.read()
    for start in (content.rfind(FROM_LINE), content.rfind(b"\n\n") + 2):
        rest = content[max(start, 0) :]
        if rest and rest != entry and entry.startswith(rest):
            file.truncate(len(content) - len(rest))
            return content[: -len(rest)]
    return content


def _gap(content: bytes) -> bytes:
    """What lacks between the last mail, which others may have written, and the next."""
    if not content or content.endswith(b"\n\n"):
        return b""
    return b"\n" if content.endswith(b"\n") else b"\n\n"


@contextmanager
def _usable(place: Path) -> Iterator[None]:
    try:
        yield
    except OSError as problem:
        raise OutboxUnusable(
            f"{place}: cannot keep drafts there ({problem.strerror}); "
            "name a folder that can be written"
        ) from problem


class Maildir:
    """Keeps drafts in a maildir, flagged as drafts (https://cr.yp.to/proto/maildir.html).

    The file's name is made from the Message-ID. A second run finds the name, whatever flags
    a mail reader has added to it since, and leaves the draft as it is: a person may have
    edited it.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.name = str(folder)

    def deliver(self, draft: Draft) -> None:
        self.send(draft, lambda: None)

    def find(self, draft: Draft) -> Whereabouts:
        with _usable(self._folder):
            self._make()
            return Whereabouts.THERE if self._has(_name(draft)) else Whereabouts.ABSENT

    def send(self, draft: Draft, brink: Brink) -> str:
        with _usable(self._folder):
            self._make()
            if not self._has(_name(draft)):
                self._write(_name(draft), draft.message, brink)
        return ""

    def _make(self) -> None:
        for part in ("cur", "new", "tmp"):
            (self._folder / part).mkdir(parents=True, exist_ok=True)

    def _has(self, name: str) -> bool:
        """Mail readers append to a name only after a colon (flags) or a comma (sizes, ids)."""
        return any(
            re.split("[:,]", kept, maxsplit=1)[0] == name
            for part in ("cur", "new")
            for kept in os.listdir(self._folder / part)
        )

    def _write(self, name: str, message: bytes, brink: Brink) -> None:
        """Readers see the whole file or none: written beside, then renamed into place."""
        beside = self._folder / "tmp" / f"{name}.{os.getpid()}"
        try:
            with beside.open("wb") as file:
                file.write(message)
                file.flush()
                os.fsync(file.fileno())
            brink()
            beside.rename(self._folder / "cur" / f"{name}:2,D")
            _keep_names(self._folder / "cur")
        finally:
            beside.unlink(missing_ok=True)


def _name(draft: Draft) -> str:
    return hashlib.sha256(draft.message_id.encode()).hexdigest()[:32] + ".reviewbot"


def _keep_names(folder: Path) -> None:
    """A new name in a folder is on the disk only once the folder is."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

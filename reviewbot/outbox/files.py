"""Drafts as files: an mbox on a stream, a maildir that a mail reader opens as its drafts."""

from __future__ import annotations

import hashlib
import os
import re
from pathlib import Path
from typing import BinaryIO

from reviewbot.errors import OutboxUnusable
from reviewbot.model import Draft

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


class Maildir:
    """Keeps drafts in a maildir, flagged as drafts (https://cr.yp.to/proto/maildir.html).

    The file's name is made from the Message-ID. A second run finds the name, whatever flags
    a mail reader has added to it since, and leaves the draft as it is: a person may have
    edited it.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def deliver(self, draft: Draft) -> None:
        name = hashlib.sha256(draft.message_id.encode()).hexdigest()[:32] + ".reviewbot"
        try:
            self._make()
            if not self._has(name):
                self._write(name, draft.message)
        except OSError as problem:
            raise OutboxUnusable(
                f"{self._folder}: cannot keep drafts there ({problem.strerror}); "
                "name a folder that can be written"
            ) from problem

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

    def _write(self, name: str, message: bytes) -> None:
        """Readers see the whole file or none: written beside, then renamed into place."""
        beside = self._folder / "tmp" / f"{name}.{os.getpid()}"
        try:
            with beside.open("wb") as file:
                file.write(message)
                file.flush()
                os.fsync(file.fileno())
            beside.rename(self._folder / "cur" / f"{name}:2,D")
        finally:
            beside.unlink(missing_ok=True)

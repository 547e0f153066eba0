"""Mail that is kept in files: one mail, an mbox, a maildir, standard input."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from reviewbot.errors import BadUsage, UnreadableMail

LARGEST = 256 * 1024 * 1024  # bytes; a year of a busy list, more is surely not meant

# As git mailsplit: a time and a year, for `From` also begins sentences.
_ENVELOPE = re.compile(rb"(?m)^From [^\n]*\d?\d:\d\d(?::\d\d)? [^\n]*\d{4}[^\n]*\n")
_HEADER = re.compile(rb">?(?:From [^\n]*|[!-9;-~]+:[^\n]*)\n")
_ESCAPED = re.compile(rb"^>(>*From )", re.MULTILINE)
_GIT_MAGIC = b"Mon Sep 17 00:00:00 2001"


@dataclass(frozen=True, slots=True)
class Bytes:
    """Mail in memory: standard input, an answer of an archive. `name` is for messages."""

    content: bytes
    name: str = "standard input"

    def mails(self) -> list[bytes]:
        if not self.content.strip():
            raise UnreadableMail(f"{self.name} is empty; give a mail, an mbox or a diff")
        return split(self.content)


@dataclass(frozen=True, slots=True)
class File:
    """A file with one mail (`.eml`, `.patch`) or many (mbox, git format-patch output)."""

    path: Path

    def mails(self) -> list[bytes]:
        return Bytes(_content(self.path), str(self.path)).mails()


@dataclass(frozen=True, slots=True)
class Maildir:
    """A maildir; its mails by the time in their names, whatever order the disk keeps."""

    path: Path

    def mails(self) -> list[bytes]:
        files = [file for box in ("cur", "new") for file in self._files(box)]
        if not files:
            raise UnreadableMail(f"{self.path}: no mail in this maildir")
        return [_content(file) for file in sorted(files, key=lambda file: file.name)]

    def _files(self, box: str) -> list[Path]:
        folder = self.path / box
        if not folder.is_dir():
            return []
        return [file for file in folder.iterdir() if file.is_file() and file.name[0] != "."]


def at(path: Path) -> File | Maildir:
    """The source at this path; raises BadUsage for a folder that is no maildir."""
    if path.is_file() or not path.is_dir():
        return File(path)
    if (path / "cur").is_dir() or (path / "new").is_dir():
        return Maildir(path)
    raise BadUsage(f"{path}: a folder, but no maildir (no cur or new in it); give a mail file")


def split(content: bytes) -> list[bytes]:
    """The mails of an mbox, or the one mail that `content` is.

    Quoted `>From ` lines are unquoted (mboxrd, mboxo), but not in git's own files, where
    nothing is quoted.
    """
    content = content.removeprefix(b"\xef\xbb\xbf").lstrip(b"\r\n").replace(b"\r\n", b"\n")
    starts = [found for found in _ENVELOPE.finditer(content) if _begins_mail(content, found)]
    if not starts or starts[0].start() != 0:
        return [content]
    ends = [found.start() for found in starts[1:]] + [len(content)]
    return [
        _unquoted(_closed(content[found.start() : end]), git=_GIT_MAGIC in found[0])
        for found, end in zip(starts, ends, strict=True)
    ]


def _begins_mail(content: bytes, found: re.Match[bytes]) -> bool:
    return _HEADER.match(content, found.end()) is not None


def _closed(mail: bytes) -> bytes:
    """Without the blank line that an mbox puts below each mail."""
    return mail[:-1] if mail.endswith(b"\n\n") else mail


def _unquoted(mail: bytes, *, git: bool) -> bytes:
    return mail if git else _ESCAPED.sub(rb"\1", mail)


def _content(path: Path) -> bytes:
    try:
        if path.stat().st_size > LARGEST:
            raise UnreadableMail(f"{path}: larger than {LARGEST >> 20} MB; split it")
        return path.read_bytes()
    except OSError as error:
        raise UnreadableMail(f"{path}: {error.strerror}; check the path") from error

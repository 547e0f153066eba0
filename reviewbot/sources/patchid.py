"""git's stable patch-id: the same change has the same id, wherever it stands in its file.

Source: git-patch-id(1). It is reckoned here, for to start git takes longer than to review many
a patch; a test holds it against git's own.
"""

from __future__ import annotations

import hashlib
import re

_HUNK = re.compile(rb"@@ -\d+(?:,(\d+))? \+\d+(?:,(\d+))?")
_INDEX = re.compile(rb"index ([^ .]*)\.\.([^ \n]*)")
_SPACE = b" \t\n\v\f\r"
_BINARY = (b"GIT binary patch", b"Binary files")
_SIZE = 20
"""Bytes of a SHA-1."""


def patch_id(diff: str) -> str:
    """The id of a diff, "" where no file's diff is in it."""
    reckoning = _Reckoning()
    for line in diff.encode("utf-8", "replace").split(b"\n"):
        if not reckoning.take(line):
            break
    return reckoning.result()


class _Reckoning:
    """A sum of SHA-1, one of each file's diff without white space and line numbers.

    `before` and `after` are the lines that the hunk has still to come of either side; None
    while the header of a file's diff is read.
    """

    def __init__(self) -> None:
        self.sum = 0
        self.lines: list[bytes] = []
        self.begun = self.binary = False
        self.before: int | None = None
        self.after = 0
        self.blobs = b""

    def take(self, line: bytes) -> bool:
        """Whether the diff goes on after this line."""
        if line.startswith(b"\\ ") or not (self.begun or line.startswith(b"diff ")):
            return True
        self.begun = True
        if self.binary:  # as git has it, the first line of the next diff is not counted then
            self.binary = not line.startswith(b"diff ")
            return True
        if self.before == 0 and self.after == 0:
            if hunk := _HUNK.match(line):
                self.before, self.after = (int(count or 1) for count in hunk.groups())
                return True
            if not line.startswith(b"diff "):
                return False
            self.flush()
        return self.header(line) if self.before is None else self.inside(line)

    def header(self, line: bytes) -> bool:
        if line.startswith(_BINARY):
            self.lines.append(self.blobs)
            self.flush()
            self.binary = True
        elif index := _INDEX.match(line):
            self.blobs = b"".join(index.groups())
        elif line.startswith(b"--- "):
            self.before = self.after = 1
            return self.inside(line)
        elif line[:1].isalpha():
            self.lines.append(line)
        else:
            return False
        return True

    def inside(self, line: bytes) -> bool:
        assert self.before is not None
        self.before -= line[:1] in (b"-", b" ")
        self.after -= line[:1] in (b"+", b" ")
        self.lines.append(line)
        return True

    def flush(self) -> None:
        """The end of one file's diff."""
        text = b"".join(self.lines).translate(None, _SPACE)
        self.sum += int.from_bytes(hashlib.sha1(text, usedforsecurity=False).digest(), "little")
        self.lines, self.before, self.after, self.binary = [], None, 0, False

    def result(self) -> str:
        if not self.begun:
            return ""
        self.flush()
        return (self.sum % (1 << 8 * _SIZE)).to_bytes(_SIZE, "little").hex()

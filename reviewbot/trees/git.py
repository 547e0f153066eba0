"""A git repository as a tree, by `git cat-file --batch`: starts in 3 ms, reads objects only."""

from __future__ import annotations

import contextlib
import os
import re
import subprocess
import tempfile
import threading
import weakref
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import IO

from reviewbot.errors import TreeUnusable
from reviewbot.trees.directory import Directory, is_inside
from reviewbot.trees.interface import Absent, Commit, WholeTree

_OBJECT = re.compile(r"[0-9a-f]{4,64}")
_NO_OBJECT = re.compile(r"0+")
# No transport may be used, so that a partial clone never fetches with a command of its own
# configuration; object names are looked up as blobs where they are ambiguous.
_SETTINGS = ("safe.directory=*", "protocol.allow=never", "core.disambiguate=blob")
_ENVIRONMENT = {
    "GIT_ALLOW_PROTOCOL": "none",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "LC_ALL": "C",
}


def open_tree(path: Path, base_commit: str = "") -> WholeTree:
    """The git repository that `path` is (work tree or bare), else the folder.

    A folder inside another repository's work tree is a plain folder. Raises TreeUnusable.
    """
    folder = git_folder(path)
    if folder is not None:
        return GitTree(path, folder, base_commit)
    if path.is_dir():
        return Directory(path)
    what = "it is a file" if path.exists() else "there is no such folder"
    raise TreeUnusable(f"{path} cannot be the tree, {what}: name a git repository or a folder")


def git_folder(path: Path) -> Path | None:
    """Where the repository that `path` itself is keeps its objects, or None."""
    if (path / ".git").exists():
        return path / ".git"
    parts = (path / "HEAD", path / "objects", path / "refs")
    return path if all(part.exists() for part in parts) else None


class GitTree:
    """Blobs by the names that a diff gives them, else files at the base commit, else at HEAD.

    Holds one `git cat-file`, which ends when the tree is closed or forgotten.
    """

    def __init__(self, path: Path, folder: Path, base_commit: str = "") -> None:
        self._path = path
        self._folder = folder
        self._lock = threading.Lock()
        self._errors: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - _end closes it
        self._process = self._start()
        self._finalizer = weakref.finalize(self, _end, self._process, self._errors)
        self._commits = self._known_commits(base_commit)
        at = self._commits[0][:12] if self._commits else "no commit"
        self._has_base = bool(base_commit) and base_commit in self._commits
        self.name = f"{path} at {at}"
        if base_commit and not self._has_base:
            self.name += f", as it lacks the base commit {base_commit[:12]}"

    def read(self, path: str, blob: str = "") -> bytes | None:
        if _OBJECT.fullmatch(blob) and not _NO_OBJECT.fullmatch(blob):
            data = self._object(blob)
            if data is not None:
                return data
        if is_inside(path):
            for commit in self._commits:
                data = self._object(f"{commit}:{path}")
                if data is not None:
                    return data
        return None

    def paths(self, start: str) -> Sequence[str]:
        if not self._commits:
            return ()
        listed = self._run("ls-tree", "-r", "-z", "--name-only", self._commits[0])
        names = listed.decode(errors="surrogateescape").split("\0")
        return [name for name in names if name.rpartition("/")[2].startswith(start)]

    def commit(self, name: str) -> Commit | Absent:
        """Missing only where the base commit is here with its whole history: what a repository
        has of other branches says nothing."""
        if not _OBJECT.fullmatch(name):
            return "unknown"
        head, data = self._ask(f"{name}^{{commit}}")
        if len(head) == 3 and head[1] == "commit" and head[0].startswith(name):
            message = data.partition(b"\n\n")[2].lstrip(b"\n")
            return Commit(head[0], message.partition(b"\n")[0].decode(errors="replace"))
        if len(self._run("rev-parse", f"--disambiguate={name}").split()) > 1:
            return "ambiguous"
        return "missing" if self._has_base and not self._is_shallow else "unknown"

    @cached_property
    def _is_shallow(self) -> bool:
        return self._run("rev-parse", "--is-shallow-repository").strip() != b"false"

    def close(self) -> None:
        self._finalizer()

    def _known_commits(self, base_commit: str) -> tuple[str, ...]:
        wanted = [base_commit] if _OBJECT.fullmatch(base_commit) else []
        return tuple(c for c in (*wanted, "HEAD") if self._object(f"{c}^{{commit}}", "commit"))

    def _start(self) -> subprocess.Popen[bytes]:
        try:
            return subprocess.Popen(
                self._command("cat-file", "--batch"),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._errors,
                env=_environment(),
            )
        except OSError as err:
            self._errors.close()
            raise TreeUnusable(
                f"{self._path} is a git repository, but git cannot be run: install git"
            ) from err

    def _command(self, *arguments: str) -> list[str]:
        settings = [part for setting in _SETTINGS for part in ("-c", setting)]
        return ["git", *settings, f"--git-dir={self._folder}", *arguments]

    def _run(self, *arguments: str) -> bytes:
        """What git prints; nothing where it fails."""
        command = self._command(*arguments)
        done = subprocess.run(command, capture_output=True, check=False, env=_environment())
        return done.stdout if done.returncode == 0 else b""

    def _object(self, name: str, kind: str = "blob") -> bytes | None:
        """The object's bytes; None where it is missing, ambiguous or of another kind."""
        head, data = self._ask(name)
        return data if len(head) == 3 and head[1] == kind else None

    def _ask(self, name: str) -> tuple[list[str], bytes]:
        """git's answer: `[name, kind, size]` and the bytes, or what else it says and b""."""
        asked, answers = self._process.stdin, self._process.stdout
        assert asked is not None and answers is not None
        with self._lock:
            try:
                asked.write(name.encode(errors="surrogateescape") + b"\n")
                asked.flush()
                head = answers.readline().decode(errors="replace").split()
            except (OSError, ValueError) as err:
                raise self._broken() from err
            if not head:
                raise self._broken()
            if len(head) != 3 or not head[2].isdigit():
                return head, b""
            return head, answers.read(int(head[2]) + 1)[:-1]

    def _broken(self) -> TreeUnusable:
        said = ""
        if not self._errors.closed:
            self._process.wait()
            self._errors.seek(0)
            said = self._errors.read().decode(errors="replace").strip().split("\n")[-1]
        return TreeUnusable(
            f"git cannot read the repository {self._path} ({said or 'it was closed'}): "
            "check it with git fsck"
        )


def _environment() -> dict[str, str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    return clean | _ENVIRONMENT


def _end(process: subprocess.Popen[bytes], errors: IO[bytes]) -> None:
    for stream in (process.stdin, process.stdout):
        if stream is not None:
            with contextlib.suppress(OSError):  # unwritten requests have no reader any more
                stream.close()
    process.wait()
    errors.close()

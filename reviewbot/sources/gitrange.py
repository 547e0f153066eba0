"""Series from a range of commits in a git repository, which may be a stranger's."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

from reviewbot.errors import GitRangeUnusable
from reviewbot.sources import mailbox

MOST = 500  # commits; more is a range that was not meant
_PATIENCE = 300  # seconds

# A repository's own configuration can name programs. None of these is needed to print a
# patch, so all are off: hooks, monitors, pagers, filters of diffs, fetching what is missing.
_SAFE = (
    "core.hooksPath=/dev/null",
    "core.fsmonitor=false",
    "core.pager=cat",
    "core.sshCommand=false",
    "core.askPass=false",
    "core.quotePath=true",
    "credential.helper=",
    "protocol.allow=never",
    "diff.external=",
    "diff.noprefix=false",
    "diff.mnemonicPrefix=false",
    "diff.orderFile=/dev/null",
    "diff.algorithm=default",
    "diff.context=3",
    "diff.interHunkContext=0",
    "diff.submodule=short",
    "diff.ignoreSubmodules=none",
    "log.showSignature=false",
    "log.mailmap=false",
    "format.headers=",
    "format.pretty=medium",
    "format.coverFromDescription=none",
)
_PATCHES = (
    "--stdout", "--no-attach", "--no-thread", "--no-cover-letter", "--no-signature",
    "--no-notes", "--no-base", "--no-to", "--no-cc", "--no-add-header", "--numbered",
    "--no-color", "--no-ext-diff", "--no-textconv", "--full-index", "--binary", "-M",
    "--src-prefix=a/", "--dst-prefix=b/", "--subject-prefix=PATCH", "--encoding=UTF-8",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class GitRange:
    """The commits of `range`, as `git format-patch` reads it: `A..B`, or `A` for `A..HEAD`."""

    repository: Path
    range: str

    def mails(self) -> list[bytes]:
        """One mail a commit, oldest first; raises GitRangeUnusable."""
        count = len(self._commits())
        if count == 0:
            raise GitRangeUnusable(f"{self.range}: no commits in this range; try BASE..TIP")
        if count > MOST:
            raise GitRangeUnusable(f"{self.range}: {count} commits, more than {MOST}; narrow it")
        return mailbox.split(self._git("format-patch", *_PATCHES, *self._revisions()))

    def base_commit(self) -> str:
        """The parent of the first commit, "" where it has none."""
        commits = self._commits()
        try:
            return self._git("rev-parse", "--verify", f"{commits[0]}^").decode().strip()
        except (GitRangeUnusable, IndexError):
            return ""

    def _commits(self) -> list[str]:
        listed = self._git("rev-list", "--reverse", "--no-merges", *self._revisions())
        return listed.decode().split()

    def _revisions(self) -> tuple[str, ...]:
        if not self.range or self.range.startswith("-") or self.range != self.range.strip():
            raise GitRangeUnusable(f"{self.range!r}: not a range of commits; try BASE..TIP")
        alone = ".." not in self.range and not self.range.endswith(("^!", "^-"))
        return ("--end-of-options", f"{self.range}..HEAD" if alone else self.range, "--")

    def _git(self, *arguments: str) -> bytes:
        safe = [part for setting in _SAFE for part in ("-c", setting)]
        command = ["git", "--no-pager", "-C", str(self.repository), *safe, *arguments]
        try:
            done = subprocess.run(
                command,
                capture_output=True,
                check=False,
                env=_environment(),
                stdin=subprocess.DEVNULL,
                timeout=_PATIENCE,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise GitRangeUnusable(f"{self.repository}: git cannot be run ({error})") from error
        if done.returncode != 0:
            said = done.stderr.decode("utf-8", "replace").strip().split("\n")[0]
            raise GitRangeUnusable(f"{self.repository}, {self.range}: {said or 'git failed'}")
        return done.stdout


def _environment() -> dict[str, str]:
    """The user's, for `safe.directory` is theirs to set, but nothing that points git elsewhere."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    kept = {n: v for n, v in os.environ.items() if n.startswith("GIT_CONFIG_")}
    return {
        **ours,
        **kept,
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_ATTR_NOSYSTEM": "1",
        "LC_ALL": "C",
    }

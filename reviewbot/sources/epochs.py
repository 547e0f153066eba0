"""All mail of a list: the git epochs of a public-inbox archive, one mail a commit.

Only what is younger than a moment is fetched, into a bare repository of our own: an epoch may
hold a million mails. See https://public-inbox.org/public-inbox-v2-format.html
"""

from __future__ import annotations

import gzip
import json
import os
import re
import subprocess
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import httpx

from reviewbot.errors import NotFound, SourceFailed, Unreachable
from reviewbot.sources.interface import Archive
from reviewbot.sources.manners import user_agent

PATIENCE = 600.0
"""Seconds that one fetch may take."""
_EPOCH = re.compile(r"/git/(\d+)\.git$")
_SEALED = {
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_SYSTEM": os.devnull,
    "GIT_TERMINAL_PROMPT": "0",
    "LC_ALL": "C",
}
_REF = "refs/heads/epoch"


def newest_epoch(archive: Archive, client: httpx.Client) -> int:
    """The number of the epoch that new mail goes to; raises leaves of SourceFailed."""
    url = f"{archive.url.rstrip('/')}/manifest.js.gz"
    try:
        answer = client.get(
            url, headers={"User-Agent": user_agent(archive.contact)}, timeout=archive.patience
        )
        if answer.status_code == 404:
            raise NotFound(f"{url} is not there: the archive does not give its git epochs")
        answer.raise_for_status()
        names = json.loads(_unpacked(answer.content))
    except (httpx.HTTPError, OSError, ValueError) as error:
        raise Unreachable(f"{url} gave no manifest ({error}); it is asked again later") from error
    numbers = [int(found[1]) for name in names if (found := _EPOCH.search(str(name)))]
    if not numbers:
        raise NotFound(f"{url} names no git epoch of this list")
    return max(numbers)


def mails_since(
    archive: Archive, epoch: int, moment: datetime, folder: Path
) -> Iterator[tuple[datetime, bytes]]:
    """The mails that the archive took since then, the oldest first, each with its moment.

    `folder` keeps the repository for the next time. Raises leaves of SourceFailed.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / "HEAD").exists():
        _git(folder, "init", "--quiet", "--bare", ".")
    url = f"{archive.url.rstrip('/')}/git/{epoch}.git"
    # What is fetched again is little, and a history that was rewritten does no harm.
    since = f"--shallow-since={int(moment.timestamp()) - 1}"
    agent = ("-c", f"http.userAgent={user_agent(archive.contact)}")
    _git(folder, *agent, "fetch", "--quiet", "--no-tags", since, url, f"+HEAD:{_REF}")
    log = _git(folder, "log", "--reverse", "--format=%H %ct", _REF)
    for line in log.decode().splitlines():
        commit, taken = line.split()
        when = datetime.fromtimestamp(int(taken), tz=moment.tzinfo)
        if when >= moment:
            yield when, _git(folder, "cat-file", "blob", f"{commit}:m")


def _unpacked(content: bytes) -> bytes:
    return gzip.decompress(content) if content.startswith(b"\x1f\x8b") else content


def _git(folder: Path, *arguments: str) -> bytes:
    try:
        done = subprocess.run(
            ["git", *arguments],
            cwd=folder,
            env={**os.environ, **_SEALED},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=PATIENCE,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise SourceFailed(f"git {arguments[-1]} did not end: {error}") from error
    if done.returncode != 0:
        said = " ".join(done.stderr.decode("utf-8", "replace").split())[:200]
        raise Unreachable(f"git could not fetch the list's mail: {said}")
    return done.stdout

"""Series and repositories that the tests of the trees are made of."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from reviewbot.model import Address, Mail, Patch, Series

AUTHOR = Address("Ada", "ada@example.org")


def series(*diffs: str, missing: tuple[int, ...] = ()) -> Series:
    mail = Mail("1@example.org", "[PATCH] demo", AUTHOR, "", "")
    numbers = [n for n in range(1, len(diffs) + len(missing) + 1) if n not in missing]
    patches = tuple(Patch(mail, n, "", diff) for n, diff in zip(numbers, diffs, strict=True))
    return Series("1@example.org", "demo", AUTHOR, 1, patches, len(numbers), missing)


Git = Callable[..., str]


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A work tree without commits."""
    path = tmp_path / "repository"
    subprocess.run(["git", "init", "-q", str(path)], check=True, env=_environment())
    return path


@pytest.fixture
def git(repository: Path) -> Git:
    """Runs git in the repository and gives what it prints."""

    def run(*args: str) -> str:
        command = ["git", "-C", str(repository), *args]
        done = subprocess.run(command, check=True, env=_environment(), capture_output=True)
        return done.stdout.decode().strip()

    return run


def commit(git: Git, repository: Path, path: str, text: bytes) -> tuple[str, str]:
    """Commits a file; gives the commit's and the blob's names."""
    (repository / path).parent.mkdir(parents=True, exist_ok=True)
    (repository / path).write_bytes(text)
    git("add", path)
    git("commit", "-q", "-m", f"change {path}")
    return git("rev-parse", "HEAD"), git("rev-parse", f"HEAD:{path}")


def _environment() -> dict[str, str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    who = {"NAME": "Ada", "EMAIL": "ada@example.org"}
    named = {f"GIT_{role}_{k}": v for role in ("AUTHOR", "COMMITTER") for k, v in who.items()}
    return clean | named | {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}

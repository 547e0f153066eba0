"""git's stable patch-id of many patches at once: the same change has the same id."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence

_SEALED = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull, "LC_ALL": "C"}


def of_diffs(diffs: Sequence[str]) -> tuple[str, ...]:
    """One id a diff, "" where git gives none (no `diff --git`, or git is not installed)."""
    ids = [""] * len(diffs)
    stream = "".join(f"commit {number:040x}\n{diff}\n" for number, diff in enumerate(diffs))
    for line in _asked(stream.encode("utf-8", "replace")).split("\n"):
        patch_id, _, number = line.partition(" ")
        if number:
            ids[int(number, 16)] = patch_id
    return tuple(ids)


def _asked(stream: bytes) -> str:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    try:
        done = subprocess.run(
            ["git", "patch-id", "--stable"],
            input=stream,
            capture_output=True,
            check=False,
            cwd="/",
            env={**clean, **_SEALED},
        )
    except OSError:
        return ""
    return done.stdout.decode("ascii", "replace") if done.returncode == 0 else ""

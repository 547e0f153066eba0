"""The patch-id is git's own, whatever a diff is made of."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from reviewbot.sources.patchid import patch_id

TEXT = "".join(f"line {number}\n" for number in range(1, 41))
IDENTITY = ("-c", "user.name=Ann Author", "-c", "user.email=ann@example.org")


def _git(folder: Path, *words: str, given: bytes = b"") -> bytes:
    command = ["git", "-C", str(folder), *IDENTITY, *words]
    return subprocess.run(command, input=given, capture_output=True, check=True).stdout


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A repository with one commit of some files."""
    _git(tmp_path, "init", "--quiet")
    (tmp_path / "brisk.c").write_text(TEXT)
    (tmp_path / "clog.c").write_text(TEXT + "no end of line")
    (tmp_path / "gone.c").write_text("gone\n")
    (tmp_path / "same.c").write_text(TEXT.replace("line", "same"))
    (tmp_path / "brisk.bin").write_bytes(bytes(range(256)))
    _git(tmp_path, "add", ".")
    _git(tmp_path, "commit", "--quiet", "--message=files")
    return tmp_path


def _change(folder: Path) -> None:
    lines = TEXT.replace("line 3\n", "line three\n").replace("line 30\n", "line  30\nand\tmore\r\n")
    (folder / "brisk.c").write_bytes(lines.encode())
    (folder / "clog.c").write_text(TEXT + "an end of line\n")
    (folder / "gone.c").unlink()
    (folder / "new.c").write_text("new\n\n-- \nlines\n")
    (folder / "same.c").rename(folder / "moved.c")
    (folder / "brisk.bin").write_bytes(bytes(reversed(range(256))))
    (folder / "clog.c").chmod(0o755)
    _git(folder, "add", ".")


@pytest.mark.parametrize("how", [(), ("--binary",), ("--unified=0",), ("--no-renames",)])
def test_it_is_what_git_says(folder: Path, how: tuple[str, ...]) -> None:
    _change(folder)
    diff = _git(folder, "diff", "--cached", *how).decode()
    said = _git(folder, "patch-id", "--stable", given=diff.encode()).decode()
    assert len(said.split()) == 2
    assert patch_id(diff) == said.split()[0]


def test_it_does_not_depend_on_where_the_lines_stand_or_on_blanks(folder: Path) -> None:
    _change(folder)
    diff = _git(folder, "diff", "--cached", "brisk.c").decode()
    moved = diff.replace("@@ -27,7 +27,8 @@", "@@ -127,7 +127,8 @@ int brisk(void)")
    assert moved != diff
    assert patch_id(moved) == patch_id(diff) == patch_id(diff.replace("and\tmore", "andmore"))
    assert patch_id(diff.replace("three", "3")) != patch_id(diff)


def test_what_is_no_diff_has_none() -> None:
    assert patch_id("") == patch_id("--- a/brisk.c\n+++ b/brisk.c\n") == ""

"""A folder gives its files and nothing outside."""

from __future__ import annotations

from pathlib import Path

import pytest

from reviewbot.errors import TreeUnusable
from reviewbot.trees.directory import Directory


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "tree"
    (folder / "drivers").mkdir(parents=True)
    (folder / "drivers/fan.c").write_bytes(b"int fan;\r\n")
    (tmp_path / "secret").write_bytes(b"s")
    return folder


def test_gives_the_bytes(folder: Path) -> None:
    tree = Directory(folder)
    assert tree.read("drivers/fan.c", "1a2b3c4d") == b"int fan;\r\n"
    assert tree.name == str(folder)


OUTSIDE = """
drivers/none.c drivers drivers/fan.c/x . ../secret /etc/hostname drivers/../../secret
out/secret secret.c loop.c .git/config nul\0.c
"""


@pytest.mark.parametrize("path", ["", *OUTSIDE.split()])
def test_what_is_not_in_it_is_not_there(folder: Path, path: str) -> None:
    (folder / "out").symlink_to(folder.parent)
    (folder / "secret.c").symlink_to("../secret")
    (folder / "loop.c").symlink_to("loop.c")
    (folder / ".git").mkdir()
    (folder / ".git/config").write_bytes(b"[core]\n")
    assert Directory(folder).read(path) is None


def test_a_link_inside_is_followed(folder: Path) -> None:
    (folder / "fan.h").symlink_to("drivers/fan.c")
    assert Directory(folder).read("fan.h") == b"int fan;\r\n"


def test_a_file_that_cannot_be_read_is_said(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(self: Path) -> bytes:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_bytes", refuse)
    with pytest.raises(TreeUnusable, match=r"drivers/fan\.c in .* cannot be read \(Permission"):
        Directory(folder).read("drivers/fan.c")


def test_files_by_the_start_of_their_names(tmp_path: Path) -> None:
    for path in ("b/Kconfig", "Kconfig", "a/c/Kconfig.more", ".git/Kconfig", "b/a.c"):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text("")
    found = Directory(tmp_path).paths("Kconfig")
    assert found == ["Kconfig", "a/c/Kconfig.more", "b/Kconfig"]


def test_a_folder_has_no_history(tmp_path: Path) -> None:
    assert Directory(tmp_path).commit("0123456789ab") == "unknown"

"""The wheel, built through the sdist, holds what git tracks: no file more, none missing."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

SHIPPED = ("reviewbot/", "rules/", "templates/")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory, project: Path) -> Path:
    """Built from the tracked files alone, so that nothing that lies about gets in or helps."""
    clean = tmp_path_factory.mktemp("checkout")
    for name in tracked(project):
        if (project / name).is_file():  # a removal may not be committed yet
            (clean / name).parent.mkdir(parents=True, exist_ok=True)
            (clean / name).write_bytes((project / name).read_bytes())
    built = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(built), str(clean)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr + done.stdout
    (only,) = built.glob("*.whl")
    return only


def tracked(project: Path) -> list[str]:
    listed = subprocess.run(
        ["git", "-C", str(project), "ls-files", "-z"], capture_output=True, check=False
    )
    if listed.returncode:
        pytest.skip("not a git checkout: there is no list to hold the wheel against")
    return listed.stdout.decode().rstrip("\0").split("\0")


def test_the_wheel_holds_what_git_tracks(wheel: Path, project: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    code = {name for name in names if ".dist-info/" not in name}
    assert code == {
        name if name.startswith("reviewbot/") else f"reviewbot/{name}"
        for name in tracked(project)
        if name.startswith(SHIPPED) and (project / name).is_file()
    }


def test_the_wheel_has_the_command_and_the_licence(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        info = {name.rpartition(".dist-info/")[2]: name for name in archive.namelist()}
        assert b"reviewbot = reviewbot.cli.main:main" in archive.read(info["entry_points.txt"])
        assert b"License-Expression: GPL-2.0-or-later" in archive.read(info["METADATA"])
        assert b"GNU GENERAL PUBLIC LICENSE" in archive.read(info["licenses/LICENSE"])


def test_an_installed_wheel_finds_its_rules(wheel: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path)
    code = "import reviewbot.cli.main as m; raise SystemExit(m.run(['rules']))"
    done = subprocess.run(
        [sys.executable, "-P", "-c", code],
        env={"PYTHONPATH": str(tmp_path), "PATH": "/nowhere"},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "guard-goto-mix" in done.stdout

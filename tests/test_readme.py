"""The README is true: its output is real, its options and settings are those that exist."""

from __future__ import annotations

import os
import re
import tomllib
from dataclasses import fields
from pathlib import Path

import pytest

from reviewbot.cli.main import run
from reviewbot.config import Settings, load_settings


@pytest.fixture(scope="module")
def readme(project: Path) -> str:
    return (project / "README.md").read_text(encoding="utf-8")


def output(capfd: pytest.CaptureFixture[str], *arguments: str) -> str:
    run(list(arguments))
    return capfd.readouterr().out


def block(readme: str, marker: str) -> str:
    """The fenced block below a marker, without its fences."""
    found = re.search(rf"<!-- {marker}[^>]*-->\n```\w*\n(.*?)```\n", readme, re.DOTALL)
    assert found, f"no block below <!-- {marker} -->"
    return found[1]


@pytest.fixture
def in_example(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(project / "deploy" / "example")


def test_the_review_that_it_shows_is_real(
    readme: str, in_example: None, capfd: pytest.CaptureFixture[str]
) -> None:
    command, _, shown = block(readme, "example review").partition("\n")
    assert command == "$ reviewbot check series.mbox --tree tree"
    real = output(capfd, *command.split()[2:])
    assert shown == real, "paste what the command prints into README.md"


def test_the_mail_that_it_shows_is_real(
    readme: str, in_example: None, capfd: pytest.CaptureFixture[str]
) -> None:
    mails = output(capfd, "check", "series.mbox", "--tree", "tree", "--format", "mbox")
    shown = block(readme, "example mail")
    assert shown.startswith("On ") and len(shown) > 500
    assert shown in mails, "paste the mail that --format mbox prints into README.md"


def test_every_option_that_it_names_exists_and_none_is_missing(
    readme: str, capfd: pytest.CaptureFixture[str]
) -> None:
    known = set(re.findall(r"(?<![\w-])--[a-z][a-z-]*", output(capfd, "check", "--help")))
    ours = "\n".join(line for line in readme.splitlines() if "git format-patch" not in line)
    named = set(re.findall(r"(?<![\w-])--[a-z][a-z-]*", ours)) - {"--strict"}
    assert named <= known
    assert known - named == {"--help"}


def test_the_settings_that_it_shows_are_all_of_the_shell_and_load(
    readme: str, tmp_path: Path
) -> None:
    found = re.search(r"```toml\n(.*?)```", readme, re.DOTALL)
    assert found
    parts = ["service", "outbox", "watch", "lists"]
    assert [*tomllib.loads(found[1]), *parts] == [field.name for field in fields(Settings)]
    (tmp_path / "config.toml").write_text(found[1])
    assert load_settings(tmp_path / "config.toml", {}).contact == "keeper@example.org"


def test_the_files_that_it_names_are_there(readme: str, project: Path) -> None:
    names = set(re.findall(r"`((?:deploy|tests|rules|reviewbot|templates|\.ci)/[\w./-]*)`", readme))
    assert {"deploy/run.sh", "tests/benchmark.py", ".ci/run"} <= names
    assert not [name for name in names if not (project / name).exists()]
    for command in ("deploy/run.sh", "tests/run.sh", ".ci/run", "deploy/pin.sh"):
        assert os.access(project / command, os.X_OK), command

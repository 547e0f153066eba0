"""The command line without a new process for each call, and the example series."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from reviewbot.cli.main import run


@dataclass(frozen=True)
class Ended:
    """How a command ended, and what it wrote."""

    status: int
    out: str
    err: str


Bot = Callable[..., Ended]


@pytest.fixture
def bot(capfd: pytest.CaptureFixture[str]) -> Bot:
    def call(*arguments: str | Path) -> Ended:
        status = run([str(argument) for argument in arguments])
        written = capfd.readouterr()
        return Ended(status, written.out, written.err)

    return call


@pytest.fixture(scope="session")
def example(project: Path) -> Path:
    return project / "deploy" / "example"


@pytest.fixture
def clean_patch(tmp_path: Path, example: Path) -> Path:
    """A patch with nothing wrong: the second of the example series, alone."""
    mails = (example / "series.mbox").read_text().split("\nFrom 0000")
    path = tmp_path / "clean.patch"
    path.write_text("From 0000" + mails[2].replace("[PATCH 2/3]", "[PATCH]"))
    return path

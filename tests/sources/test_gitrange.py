"""Series from a git range, also from a repository whose configuration means harm."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from reviewbot.errors import GitRangeUnusable
from reviewbot.sources.choose import open_source
from tests.series_builder import driver


def git(repository: Path, *arguments: str) -> str:
    identity = {"GIT_AUTHOR_NAME": "Ada", "GIT_AUTHOR_EMAIL": "ada@wimble.example"}
    committer = {"GIT_COMMITTER_NAME": "Ada", "GIT_COMMITTER_EMAIL": "ada@wimble.example"}
    done = subprocess.run(
        ["git", "-C", str(repository), *arguments],
        check=True,
        capture_output=True,
        text=True,
        env={**os.environ, **identity, **committer},
    )
    return done.stdout.strip()


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """Four commits: a base, and three steps of an invented driver."""
    path = tmp_path / "repository"
    path.mkdir()
    git(path, "init", "-q", "-b", "main")
    for part in range(4):
        (path / "wimble.c").write_text(driver("wimble", part) + "\n" * part)
        git(path, "add", ".")
        git(path, "commit", "-q", "-m", f"misc: wimble: step {part}\n\nFrom here on.\n\nFixes: x")
    return path


def test_range_is_a_series(repository: Path) -> None:
    (series,) = open_source("main~3..main", git=repository)
    assert [patch.mail.subject for patch in series.patches] == [
        f"[PATCH {part}/3] misc: wimble: step {part}" for part in (1, 2, 3)
    ]
    assert series.complete and series.base_commit == git(repository, "rev-parse", "main~3")
    assert series.patches[0].message == "From here on.\n\nFixes: x"
    assert series.patches[0].mail.author.email == "ada@wimble.example"
    blob = git(repository, "rev-parse", "main~3:wimble.c")
    assert f"\nindex {blob}.." in series.patches[0].diff
    assert all(patch.patch_id for patch in series.patches)


def test_same_range_same_series(repository: Path) -> None:
    assert open_source("main~2", git=repository) == open_source("main~2..HEAD", git=repository)


def test_one_commit(repository: Path) -> None:
    (series,) = open_source("main~1^!", git=repository)
    assert [patch.mail.subject for patch in series.patches] == ["[PATCH 1/1] misc: wimble: step 2"]


def test_root_commit_has_no_base(repository: Path) -> None:
    git(repository, "checkout", "-q", "--orphan", "fresh")
    git(repository, "commit", "-q", "-m", "misc: fresh start")
    (series,) = open_source("main..fresh", git=repository)
    assert (series.base_commit, len(series.patches)) == ("", 1)


@pytest.mark.parametrize(
    ("range_", "said"),
    [
        ("main..main", "no commits"),
        ("nowhere..main", "nowhere"),
        ("--output=/tmp/x", "not a range"),
        ("", "not a range"),
        ("main..main\n", "not a range"),
    ],
)
def test_ranges_that_name_nothing(repository: Path, range_: str, said: str) -> None:
    with pytest.raises(GitRangeUnusable, match=said) as caught:
        open_source(range_, git=repository)
    assert "\n" not in str(caught.value).strip()


def test_folder_that_is_no_repository(tmp_path: Path) -> None:
    with pytest.raises(GitRangeUnusable, match="not a git repository"):
        open_source("a..b", git=tmp_path)


def test_too_many_commits(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reviewbot.sources.gitrange.MOST", 2)
    with pytest.raises(GitRangeUnusable, match="more than 2"):
        open_source("main~3..main", git=repository)


def test_configuration_of_the_repository_runs_nothing(repository: Path, tmp_path: Path) -> None:
    (expected,) = open_source("main~3..main", git=repository)
    touch = f"touch {tmp_path / 'evil'};"
    settings = {
        "diff.external": touch,
        "diff.evil.textconv": touch,
        "diff.evil.command": touch,
        "core.fsmonitor": touch,
        "core.pager": touch,
        "core.sshCommand": touch,
        "core.hooksPath": str(tmp_path),
        "pager.format-patch": touch,
        "remote.origin.url": f"ext::sh -c '{touch}'",
        "remote.origin.promisor": "true",
        "extensions.partialClone": "origin",
        "format.attach": "true",
        "format.coverLetter": "true",
        "format.signature": "evil",
        "format.subjectPrefix": "EVIL",
        "format.headers": "X-Evil: 1",
        "format.notes": "true",
        "format.thread": "true",
        "diff.noprefix": "true",
        "diff.mnemonicPrefix": "true",
        "diff.context": "0",
        "color.ui": "always",
        "format.outputDirectory": str(tmp_path / "out"),
    }
    for name, value in settings.items():
        git(repository, "config", name, value)
    (repository / ".gitattributes").write_text("*.c diff=evil\n")
    assert open_source("main~3..main", git=repository) == [expected]
    assert not (tmp_path / "evil").exists()
    assert not (tmp_path / "out").exists()

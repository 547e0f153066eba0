from __future__ import annotations

from pathlib import Path

import pytest

from reviewbot import resources
from reviewbot.errors import Failed


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty package folder in the place of our own."""
    folder = tmp_path / "reviewbot"
    folder.mkdir()
    monkeypatch.setattr(resources, "_PACKAGE", folder)
    return folder


def test_a_checkout_has_both_beside_the_package() -> None:
    assert (resources.templates_dir() / "reply.txt.j2").is_file()
    assert (resources.rules_dir() / "facts").is_dir()


def test_inside_the_package_comes_first(package: Path) -> None:
    (package / "rules").mkdir()
    (package.parent / "rules").mkdir()
    (package.parent / "pyproject.toml").write_text('[project]\nname = "reviewbot"\n')
    assert resources.rules_dir() == package / "rules"


def test_beside_counts_in_our_own_checkout(package: Path) -> None:
    (package.parent / "templates").mkdir()
    (package.parent / "pyproject.toml").write_text('[project]\nname = "reviewbot"\n')
    assert resources.templates_dir() == package.parent / "templates"


@pytest.mark.parametrize("project", [None, '[project]\nname = "rules"\n', "no toml", "x = 1"])
def test_a_stranger_beside_us_does_not_count(package: Path, project: str | None) -> None:
    (package.parent / "rules").mkdir()
    if project is not None:
        (package.parent / "pyproject.toml").write_text(project)
    with pytest.raises(Failed, match="'rules' is missing"):
        resources.rules_dir()

"""Where rules/ and templates/ are: inside the installed package, or beside it in a checkout."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path

from reviewbot.errors import Failed

_PACKAGE = Path(__file__).resolve().parent


def rules_dir() -> Path:
    """The folder with the rule folders and `facts/`; Failed when the installation lacks it."""
    return _resource("rules", _PACKAGE)


def templates_dir() -> Path:
    """The folder with the whole mails and pages; Failed when the installation lacks it."""
    return _resource("templates", _PACKAGE)


@cache
def _resource(name: str, package: Path) -> Path:
    installed = package / name
    if installed.is_dir():
        return installed
    beside = package.parent / name
    # A sibling counts only in our own checkout: in site-packages, `rules` may be a stranger's.
    if beside.is_dir() and _is_our_checkout(package.parent):
        return beside
    raise Failed(f"the folder {name!r} is missing from {package}: install reviewbot again")


def _is_our_checkout(folder: Path) -> bool:
    try:
        project = tomllib.loads((folder / "pyproject.toml").read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError):
        return False
    name = project.get("project", {}).get("name")
    return bool(name == "reviewbot")

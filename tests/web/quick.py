"""A store for tests of what is shown: SQLite, and its tables made once. Import the fixtures.

What the databases do differently is tested in tests/store.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from reviewbot.store.store import Store


@pytest.fixture(scope="session")
def empty_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with all tables and nothing in them."""
    path = tmp_path_factory.mktemp("empty") / "reviewbot.db"
    Store.create(f"sqlite:///{path}").close()
    return path


@pytest.fixture
def database(empty_file: Path, tmp_path: Path) -> str:
    path = tmp_path / "reviewbot.db"
    shutil.copy(empty_file, path)
    return f"sqlite:///{path}"


@pytest.fixture
def store(database: str) -> Iterator[Store]:
    store = Store.open(database)
    yield store
    store.close()

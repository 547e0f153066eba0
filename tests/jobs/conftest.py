"""A database with all tables, the queue's among them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from reviewbot.jobs.migrate import migrate
from reviewbot.store.store import Store
from tests.public_inbox import public_inbox as public_inbox


@pytest.fixture
def migrated(database: str) -> Iterator[Store]:
    migrate(database)
    store = Store.open(database)
    yield store
    store.close()

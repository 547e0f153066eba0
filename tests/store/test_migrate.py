"""The migrations make exactly the tables that the code has, and a strange database is refused."""

from __future__ import annotations

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import text

from reviewbot.errors import StoreUnusable
from reviewbot.store.columns import Base
from reviewbot.store.store import Store


def test_the_migrations_make_the_tables_of_the_code(store: Store) -> None:
    with store.sessions.engine.connect() as connection:
        context = MigrationContext.configure(connection)
        assert compare_metadata(context, Base.metadata) == []


def test_a_second_migration_changes_nothing(store: Store, database: str) -> None:
    store.marks.put("a list", {"commit": "1"})
    again = Store.create(database)
    assert again.marks.get("a list") == {"commit": "1"}
    again.close()


def test_a_database_without_tables_is_refused_with_the_remedy(database: str) -> None:
    with pytest.raises(StoreUnusable, match="has no tables yet; run `reviewbot migrate`"):
        Store.open(database)


def test_a_database_of_another_version_is_refused(store: Store, database: str) -> None:
    with store.sessions.writing() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StoreUnusable, match="tables are at 9999"):
        Store.open(database)


def test_a_server_that_is_not_there_is_named_without_its_password() -> None:
    url = "postgresql://keeper:hunter2@127.0.0.1:1/reviews"
    with pytest.raises(StoreUnusable, match="does not answer") as refused:
        Store.open(url)
    assert "hunter2" not in str(refused.value)

"""Inserts that give way to a row that is there already, in the words of each database."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Insert, inspect
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from reviewbot.store.columns import Base


def insert_new(session: Session, table: type[Base], values: Mapping[str, Any]) -> bool:
    """Whether the row was new; one with the same key stays as it is."""
    statement = _insert(session, table).values(values).on_conflict_do_nothing()
    key = inspect(table).primary_key
    return session.execute(statement.returning(*key)).first() is not None


def insert_or_update(
    session: Session, table: type[Base], key: str, values: Mapping[str, Any]
) -> None:
    """The row with this key has these values afterwards; others it had are kept."""
    statement = _insert(session, table).values(values)
    rest = {name: value for name, value in values.items() if name != key}
    session.execute(statement.on_conflict_do_update(index_elements=[key], set_=rest))


def _insert(session: Session, table: type[Base]) -> Any:
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    statement: Insert = dialect.insert(table)
    return statement

"""Alembic's way in: runs migrations on the connection that `reviewbot migrate` gives it."""

from __future__ import annotations

from typing import Literal

from alembic import context

from reviewbot.store import tables as tables  # what the metadata is filled from
from reviewbot.store.columns import Base, CleanText, Moment

ONE_AT_A_TIME = 726_564_021
"""The PostgreSQL advisory lock that keeps two migrations apart."""


def ours(_object: object, name: str | None, kind: str, reflected: bool, _other: object) -> bool:
    """DBOS keeps its tables in the same database; they are not ours to compare."""
    return not (kind == "table" and reflected and name not in Base.metadata.tables)


def plain(kind: str, item: object, _context: object) -> str | Literal[False]:
    """Migrations name the database's own types: ours may change after them."""
    if kind == "type" and isinstance(item, Moment):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(item, CleanText):
        return "sa.Text()"
    return False


connection = context.config.attributes["connection"]
if connection.dialect.name == "postgresql":
    connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({ONE_AT_A_TIME})")
context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    include_object=ours,
    render_item=plain,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()

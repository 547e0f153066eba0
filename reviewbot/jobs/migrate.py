"""Brings the whole database up to date: the store's tables, and those of the queue."""

from __future__ import annotations

from dbos import DBOS

from reviewbot.store.store import Store


def migrate(url: str) -> None:
    """Raises StoreUnusable. Nothing else creates or changes tables."""
    store = Store.create(url)
    try:
        engine = store.sessions.engine
        DBOS.migrate(engine.url.render_as_string(hide_password=False))
    finally:
        store.close()

"""One database behind the whole store: how it is opened, brought up to date, and spoken to."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, event, make_url, text
from sqlalchemy.exc import OperationalError, SQLAlchemyError
from sqlalchemy.orm import Session, sessionmaker

from reviewbot.errors import StoreUnusable

SQLITE_PATIENCE = 30.0
"""Seconds that one process waits for another's transaction; SQLite has one writer at a time."""


class Sessions:
    """Transactions on one database; each repository method is one of them."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._make = sessionmaker(engine, expire_on_commit=False)

    @contextmanager
    def reading(self) -> Iterator[Session]:
        with _mapped(self.engine), self._make() as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """A transaction that is kept when the block ends, and dropped when it raises.

        SQLite is told at once that there will be a write: a transaction that begins by
        reading could not wait for another writer, but would fail.
        """
        with _mapped(self.engine), self._make.begin() as session:
            if self.engine.dialect.name == "sqlite":
                session.execute(text("BEGIN IMMEDIATE"))
            yield session


def alone(session: Session, what: str) -> None:
    """Until this transaction ends, nobody else does what is named so; others wait.

    SQLite has one writer at a time anyway.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(hashtext(:what))"), {"what": what})


def open_engine(url: str) -> Engine:
    """Raises StoreUnusable for an address that names no database."""
    try:
        parsed = make_url(url)
        if parsed.get_backend_name() == "sqlite":
            return _sqlite(url, parsed.database or "")
        driver = parsed.set(drivername="postgresql+psycopg")
        return create_engine(driver, pool_size=10, max_overflow=20, pool_pre_ping=True)
    except (SQLAlchemyError, ImportError, OSError) as error:
        raise StoreUnusable(f"{_shown(url)}: cannot be opened: {_line(error)}") from error


def _sqlite(url: str, path: str) -> Engine:
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(url, connect_args={"timeout": SQLITE_PATIENCE}, pool_size=20)

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: Any) -> None:
        connection.isolation_level = "IMMEDIATE"
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode = WAL")
        cursor.execute("PRAGMA synchronous = FULL")  # what was answered with 202 is on the disk
        cursor.execute("PRAGMA foreign_keys = ON")
        cursor.close()

    return engine


@contextmanager
def _mapped(engine: Engine) -> Iterator[None]:
    try:
        yield
    except OperationalError as error:
        shown = engine.url.render_as_string(hide_password=True)
        raise StoreUnusable(
            f"{shown}: does not answer: {_line(error.orig or error)};"
            " is the server running, and was `reviewbot migrate` run?"
        ) from error


def _shown(url: str) -> str:
    try:
        return make_url(url).render_as_string(hide_password=True)
    except SQLAlchemyError:
        return "service.database"


def _line(error: BaseException) -> str:
    return " ".join(str(error).split())[:200]

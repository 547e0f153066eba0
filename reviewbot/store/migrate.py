"""Brings the tables up to date (Alembic), and refuses a database that is not."""

from __future__ import annotations

from pathlib import Path

from alembic.command import upgrade as run_upgrade
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError

from reviewbot.errors import StoreUnusable

FOLDER = Path(__file__).resolve().parent / "migrations"


def upgrade(engine: Engine) -> None:
    """Runs the migrations that the database has not seen; two at once wait for each other."""
    try:
        with engine.begin() as connection:
            config = _config()
            config.attributes["connection"] = connection
            run_upgrade(config, "head")
    except OperationalError as error:
        raise StoreUnusable(
            f"{_name(engine)}: cannot be brought up to date: {error.orig}"
        ) from error


def check_schema(engine: Engine) -> None:
    """Raises StoreUnusable where the tables are older or newer than this program."""
    try:
        with engine.connect() as connection:
            found = MigrationContext.configure(connection).get_current_revision()
    except OperationalError as error:
        raise StoreUnusable(f"{_name(engine)}: does not answer: {error.orig}") from error
    wanted = ScriptDirectory.from_config(_config()).get_current_head()
    if found is None:
        raise StoreUnusable(f"{_name(engine)}: has no tables yet; run `reviewbot migrate`")
    if found != wanted:
        raise StoreUnusable(
            f"{_name(engine)}: its tables are at {found}, this program is at {wanted};"
            " run `reviewbot migrate` of the newest version in use"
        )


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.set_main_option("path_separator", "os")
    return config


def _name(engine: Engine) -> str:
    return engine.url.render_as_string(hide_password=True)

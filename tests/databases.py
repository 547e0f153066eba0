"""Real databases for tests: an SQLite file, and a PostgreSQL that is started for them."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import make_url

from reviewbot.store.store import Store

KINDS = ("sqlite", "postgresql")
_FOLDERS = "/usr/lib/postgresql"
_OWNER = "postgres"
_number = count()


class Cluster:
    """A running PostgreSQL that listens on a socket in a folder of its own, on no port."""

    def __init__(self, programs: Path, home: Path, durable: bool) -> None:
        self._programs = programs
        self._home = home
        self._run("initdb", "-D", f"{home}/data", "-A", "trust", "-U", _OWNER, "--no-sync")
        # What a test would wait for is the disk, and a cluster lives as long as the tests.
        fsync = "on" if durable else "off"
        settings = f"-c listen_addresses= -c unix_socket_directories={home} -c fsync={fsync}"
        self._run(
            "pg_ctl", "start", "-w", "-D", f"{home}/data", "-l", f"{home}/log", "-o", settings
        )

    def fresh(self) -> str:
        """The address of a new, empty database."""
        name = f"test{next(_number)}"
        self._do(f"CREATE DATABASE {name}")
        return self._address(name)

    def drop(self, address: str) -> None:
        """Hundreds of databases that nobody needs any more would wait for the disk in the end."""
        name = make_url(address).database
        self._do(f"DROP DATABASE {name} WITH (FORCE)")

    def stop(self) -> None:
        self._run("pg_ctl", "stop", "-w", "-m", "immediate", "-D", f"{self._home}/data")

    def _do(self, command: str) -> None:
        with psycopg.connect(self._address("postgres"), autocommit=True) as connection:
            connection.execute(command.encode())

    def _address(self, name: str) -> str:
        return f"postgresql://{_OWNER}@/{name}?host={self._home}"

    def _run(self, program: str, *arguments: str) -> None:
        """As the server's own user, for PostgreSQL refuses to run as root."""
        drop = ["runuser", "-u", _OWNER, "--"] if os.getuid() == 0 else []
        done = subprocess.run(
            [*drop, str(self._programs / program), *arguments],
            cwd=self._home,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE if program == "initdb" else subprocess.DEVNULL,
            stderr=subprocess.STDOUT,
            check=False,
        )
        if done.returncode != 0:
            raise AssertionError(f"{program} failed: {(done.stdout or b'').decode()}")


@contextmanager
def running_cluster(durable: bool = False) -> Iterator[Cluster]:
    """Skips the test where PostgreSQL is not installed. `durable` is as in real life: slower."""
    programs = sorted(Path(_FOLDERS).glob("*/bin/initdb"))
    if not programs or (os.getuid() == 0 and not shutil.which("runuser")):
        pytest.skip("postgresql is not installed: tests/debian-packages.txt lists what to add")
    # Not below pytest's folder: a socket's path has at most 107 bytes.
    with tempfile.TemporaryDirectory(prefix="pg-") as home:
        if os.getuid() == 0:
            os.chown(home, pwd.getpwnam(_OWNER).pw_uid, -1)
        cluster = Cluster(programs[-1].parent, Path(home), durable)
        try:
            yield cluster
        finally:
            cluster.stop()


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    with running_cluster() as running:
        yield running


@pytest.fixture(params=KINDS)
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of an empty database of each kind."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'reviewbot.db'}"
        return
    cluster: Cluster = request.getfixturevalue("cluster")
    address = cluster.fresh()
    yield address
    cluster.drop(address)


@pytest.fixture
def store(database: str) -> Iterator[Store]:
    """A store on each kind of database, with its tables made by the migrations."""
    store = Store.create(database)
    yield store
    store.close()

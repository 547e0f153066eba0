"""The server as a process: it says where it is, keeps its workers, and leaves none behind."""

from __future__ import annotations

import os
import re
import signal
import socket
from collections.abc import Iterator
from pathlib import Path
from urllib.request import urlopen

import pytest

from reviewbot.jobs.migrate import migrate
from reviewbot.store.store import Store
from tests.cli.conftest import Bot
from tests.service import Process, eventually, running


@pytest.fixture
def database(tmp_path: Path) -> str:
    url = f"sqlite:///{tmp_path / 'reviewbot.db'}"
    migrate(url)
    return url


@pytest.fixture
def settings(database: str) -> dict[str, str]:
    return {"SERVICE__DATABASE": database, "SERVICE__LISTEN": "127.0.0.1:0"}


@pytest.fixture
def store(database: str) -> Iterator[Store]:
    store = Store.open(database)
    yield store
    store.close()


def address(server: Process) -> str:
    """Where it serves, as it said."""
    found = eventually(lambda: re.search(r"reviewbot: serving at (\S+)\n", server.said()))
    return found[1]


def workers(store: Store) -> list[int]:
    """The processes that have said that they work, by their ids."""
    return [int(worker.place.rpartition(":")[2]) for worker in store.workers.all()]


def gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


def test_it_answers_and_its_workers_end_with_it(
    settings: dict[str, str], store: Store, tmp_path: Path
) -> None:
    with running(["serve", "--workers", "2"], settings, tmp_path / "log") as server:
        with urlopen(f"{address(server)}healthz") as answer:
            assert answer.status == 200
        pids = eventually(lambda: found if len(found := workers(store)) == 2 else None)
        assert server.end() == 0
        assert all(gone(pid) for pid in pids), server.said()
    assert "Traceback" not in server.said()


def test_a_worker_that_dies_is_replaced(
    settings: dict[str, str], store: Store, tmp_path: Path
) -> None:
    with running(["serve"], settings, tmp_path / "log") as server:
        [first] = eventually(lambda: workers(store) or None)
        os.kill(first, signal.SIGKILL)
        eventually(lambda: [pid for pid in workers(store) if pid != first] or None)
    assert "a worker died" in server.said()


def test_workers_end_when_the_server_is_killed(
    settings: dict[str, str], store: Store, tmp_path: Path
) -> None:
    with running(["serve"], settings, tmp_path / "log") as server:
        [worker] = eventually(lambda: workers(store) or None)
        server.kill_alone()
        eventually(lambda: gone(worker))


def test_a_database_without_tables_is_refused_in_one_line(
    bot: Bot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REVIEWBOT_SERVICE__DATABASE", f"sqlite:///{tmp_path / 'empty.db'}")
    ended = bot("serve")
    assert (ended.status, ended.out) == (2, "")
    assert "run `reviewbot migrate`" in ended.err
    assert ended.err.count("\n") == 1


def test_a_place_that_is_taken_is_refused_in_one_line(
    bot: Bot, settings: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        place = f"127.0.0.1:{taken.getsockname()[1]}"
        monkeypatch.setenv("REVIEWBOT_SERVICE__DATABASE", settings["SERVICE__DATABASE"])
        monkeypatch.setenv("REVIEWBOT_SERVICE__LISTEN", place)
        ended = bot("serve", "--workers", "0")
    assert ended.status == 2
    assert f"cannot listen at {place}: Address already in use" in ended.err
    assert ended.err.count("\n") == 1

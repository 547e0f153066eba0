"""The commands for backup and restore, as deploy/README.md has them, on real databases."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from reviewbot.jobs.migrate import migrate
from reviewbot.jobs.queue import Queue
from reviewbot.store.records import Job, Notice, Origin
from reviewbot.store.store import Store
from tests.databases import Cluster

KEPT = Notice("kept@wimble.example", "linux-wimble@lists.example", Origin.HOOK)
LATER = Notice("later@wimble.example", "", Origin.HOOK)


@contextmanager
def taking(database: str) -> Iterator[Queue]:
    with closing(Store.open(database)) as store, closing(Queue(store, "rules")) as queue:
        yield queue


def taken(database: str, notice: Notice) -> tuple[Job, bool]:
    with taking(database) as queue:
        return queue.accept(notice)


def command(project: Path, name: str, folder: Path) -> str:
    """The block below this mark, with the folders of this test."""
    text = (project / "deploy" / "README.md").read_text()
    found = re.search(rf"<!-- {name}\b[^>]*-->\n```sh\n(.*?)```", text, re.DOTALL)
    assert found, f"deploy/README.md has no block '{name}'"
    ours = found[1].replace("/var/lib/reviewbot", str(folder)).replace(" -o reviewbot", "")
    return ours.replace("/var/backups", str(folder / "backups"))


def run(script: str, database: str = "") -> None:
    done = subprocess.run(
        ["bash", "-euc", script],
        env={**os.environ, "DATABASE": database},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_sqlite_comes_back_as_it_was(project: Path, tmp_path: Path) -> None:
    if not shutil.which("sqlite3"):
        pytest.skip("sqlite3 is not installed: tests/debian-packages.txt lists what to add")
    (tmp_path / "backups").mkdir()
    database = f"sqlite:///{tmp_path}/reviewbot.db"
    migrate(database)
    job, _ = taken(database, KEPT)
    with taking(database) as queue:  # while it runs
        run(command(project, "backup sqlite", tmp_path))
        assert queue.accept(LATER)[1]
    run(command(project, "restore sqlite", tmp_path))
    assert (tmp_path / "reviewbot.db").stat().st_mode & 0o777 == 0o600
    is_as_before(database, job)


def test_postgresql_comes_back_as_it_was(project: Path, tmp_path: Path, cluster: Cluster) -> None:
    (tmp_path / "backups").mkdir()
    database, anew = cluster.fresh(), cluster.fresh()
    migrate(database)
    job, _ = taken(database, KEPT)
    with taking(database) as queue:
        run(command(project, "backup postgresql", tmp_path), database)
        assert queue.accept(LATER)[1]
    run(command(project, "restore postgresql", tmp_path), anew)
    is_as_before(anew, job)


def is_as_before(database: str, job: Job) -> None:
    """The job is known, its work is in the queue, and what came later is new."""
    assert taken(database, KEPT) == (job, False)
    with taking(database) as queue:
        (waiting,) = queue._client.list_workflows(workflow_id_prefix=job.id)
        assert waiting.status == "ENQUEUED"
    assert taken(database, LATER)[1]

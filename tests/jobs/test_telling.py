"""Workers of real processes set the checks of a review: once, though one is killed over it."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from reviewbot.jobs.queue import Queue
from reviewbot.store.records import Notice, Origin
from reviewbot.store.store import Store
from tests.patchwork_server import TOKEN, PatchworkServer
from tests.patchwork_server import patchwork_server as patchwork_server
from tests.public_inbox import Inbox
from tests.service import LIST as WIMBLE
from tests.service import died, eventually, faulty_posting, running

POLICY = f"""
[lists."{WIMBLE}"]
muted = false
min_confidence = "low"
"""


@pytest.fixture
def settings(
    migrated: Store,
    database: str,
    tmp_path: Path,
    public_inbox: Inbox,
    patchwork_server: PatchworkServer,
) -> dict[str, str]:
    file = tmp_path / "config.toml"
    file.write_text(POLICY)
    return {
        "CONFIG": str(file),
        "ARCHIVE": public_inbox.url,
        "SERVICE__DATABASE": database,
        "SERVICE__WORKER_LOST_SECONDS": "3",
        "SERVICE__ARCHIVE_RATE": "1000",
        "SERVICE__PATIENCE_MINUTES": "0",
        "OUTBOX__RETRY_SECONDS": "0.2",
        "OUTBOX__PATCHWORK_URL": patchwork_server.url,
        "OUTBOX__PATCHWORK_TOKEN": TOKEN,
    }


@pytest.fixture
def asked(migrated: Store, public_inbox: Inbox, patchwork_server: PatchworkServer) -> None:
    """A series of two faulty patches, in the archive, in patchwork and in the queue."""
    posted = faulty_posting(f"told{migrated.sessions.engine.dialect.name}", 2)
    public_inbox.feed(posted.messages)
    for patch in posted.patches:
        patchwork_server.add(patch.message_id, WIMBLE)
    with closing(Queue(migrated, "rules")) as queue:
        queue.accept(Notice(posted.ids[0], WIMBLE, Origin.HOOK))


def all_set(server: PatchworkServer) -> bool:
    return all(server.states())


@pytest.mark.usefixtures("asked")
def test_a_review_is_told_to_patchwork_which_may_be_away_for_a_while(
    settings: dict[str, str], tmp_path: Path, patchwork_server: PatchworkServer
) -> None:
    patchwork_server.refuses = [503, 503, 502]
    with running(["worker"], settings, tmp_path / "log"):
        eventually(lambda: all_set(patchwork_server))
    assert [len(each) for each in patchwork_server.states()] == [1, 1]
    assert all("success" not in states for states in patchwork_server.states())


@pytest.mark.usefixtures("asked")
@pytest.mark.parametrize(
    ("point", "before"),
    [
        pytest.param(("reviewbot.jobs.checking", "Checking", "due", "after"), [0, 0], id="due"),
        pytest.param(
            ("reviewbot.outbox.patchwork", "Patchwork", "post", "before"), [0, 0], id="unsaid"
        ),
        pytest.param(
            ("reviewbot.outbox.patchwork", "Patchwork", "post", "after"), [1, 0], id="said"
        ),
        pytest.param(("reviewbot.store.checks", "Checks", "note", "after"), [1, 0], id="noted"),
    ],
)
def test_a_worker_that_is_killed_over_it_doubles_no_check(
    settings: dict[str, str],
    tmp_path: Path,
    patchwork_server: PatchworkServer,
    point: tuple[str, ...],
    before: list[int],
) -> None:
    died(point, settings, tmp_path / "first")
    assert [len(each) for each in patchwork_server.states()] == before
    with running(["worker"], settings, tmp_path / "second"):
        eventually(lambda: all_set(patchwork_server))
    assert [len(each) for each in patchwork_server.states()] == [1, 1]

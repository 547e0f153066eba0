"""`reviewbot watch` as an operator starts it: a list of a real archive, into a real queue."""

from __future__ import annotations

from pathlib import Path

from reviewbot.jobs.migrate import migrate
from reviewbot.store.records import JobState
from reviewbot.store.store import Store
from tests.public_inbox import serving
from tests.series_builder import posting
from tests.service import eventually, ran, running

BEFORE, AFTER = posting("before", 1), posting("after", 1, minute=99)


def test_a_list_is_followed_until_it_is_told_to_stop(database: str, tmp_path: Path) -> None:
    migrate(database)
    with serving(tmp_path / "archive") as archive:
        archive.feed(BEFORE.messages)
        common = archive.url.replace("wimble", "all")
        settings = {
            "ARCHIVE": common,
            "SERVICE__DATABASE": database,
            "CACHE_DIR": str(tmp_path / "cache"),
            "WATCH__POLL_SECONDS": "0.1",
        }
        assert ran(["watch", "--once", "wimble"], settings).returncode == 0
        archive.feed(AFTER.messages)
        store = Store.open(database)
        with running(["watch", "wimble"], settings, tmp_path / "log") as watch:
            eventually(lambda: store.jobs.counts() == {JobState.WAITING: 2} or None)
            assert watch.end() == 0
        store.close()


def test_what_it_needs_is_said_in_a_line(tmp_path: Path) -> None:
    nothing = ran(["watch"], {})
    assert (nothing.returncode, nothing.stdout) == (2, b"")
    assert nothing.stderr.startswith(b"reviewbot: nothing to follow: name a LIST")
    empty = {"SERVICE__DATABASE": f"sqlite:///{tmp_path}/none.db"}
    unmade = ran(["watch", "wimble"], empty)
    assert unmade.returncode == 2
    assert b"has no tables yet; run `reviewbot migrate`" in unmade.stderr

"""A real archive is followed: nothing is lost, whatever comes between two looks."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from reviewbot.errors import NotFound
from reviewbot.sources.interface import Archive
from reviewbot.store.records import Job, Notice, Origin
from reviewbot.store.store import Store
from reviewbot.watch.lists import ListWatch, forget_old, list_archive
from tests.public_inbox import Inbox, serving
from tests.series_builder import posting
from tests.watch.conftest import Noting

LIST = "linux-wimble@lists.example"
BEFORE = posting("before", 2)
AFTER = posting("after", 2, minute=100, replied=[0, 1])
BARE = posting("bare", 2, minute=200, with_cover=False)


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Inbox]:
    """An archive of its own: what other tests feed would be new here."""
    with serving(tmp_path / "archive") as inbox:
        inbox.feed(BEFORE.messages)
        yield inbox


@pytest.fixture
def watch(archive: Inbox, store: Store, intake: Noting, tmp_path: Path) -> ListWatch:
    return ListWatch(Archive(archive.url), LIST, store.marks, intake, tmp_path / "epochs")


def test_what_comes_after_the_first_look_is_told_of_once(
    archive: Inbox, watch: ListWatch, intake: Noting, client: httpx.Client
) -> None:
    assert watch.look(client) == 0
    archive.feed([*AFTER.messages, *BARE.messages])
    assert watch.look(client) == 3
    told = [AFTER.ids[0], AFTER.patches[0].message_id, BARE.patches[0].message_id]
    assert intake.notices == [Notice(each, LIST, Origin.WATCH) for each in told]
    assert watch.look(client) == 0
    assert intake.ids == told


def test_more_mail_than_the_feed_shows_comes_from_the_git_epochs(
    archive: Inbox, watch: ListWatch, intake: Noting, client: httpx.Client, tmp_path: Path
) -> None:
    watch.look(client)
    crowd = [posting(f"crowd{number}", 3, minute=100 + 10 * number) for number in range(12)]
    archive.feed([mail for each in crowd for mail in each.messages])
    assert watch.look(client) == 24
    heads = {each.ids[0] for each in crowd} | {each.patches[0].message_id for each in crowd}
    assert set(intake.ids) == heads
    assert list((tmp_path / "epochs").iterdir())
    late = posting("late", 1, minute=900)
    archive.feed(late.messages)
    assert watch.look(client) == 2


def test_epochs_that_are_full_are_deleted_and_no_others(tmp_path: Path) -> None:
    for name in ("wimble-3", "wimble-4", "wimble-5", "wimble-old-1", "wimbledon-1"):
        (tmp_path / f"{name}.git" / "objects").mkdir(parents=True)
    forget_old(tmp_path, "wimble-", 5)
    kept = {folder.name for folder in tmp_path.iterdir()}
    assert kept == {"wimble-4.git", "wimble-5.git", "wimble-old-1.git", "wimbledon-1.git"}


def test_what_was_not_handed_on_comes_again(
    archive: Inbox,
    watch: ListWatch,
    intake: Noting,
    client: httpx.Client,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    watch.look(client)
    archive.feed([*AFTER.messages, *BARE.messages])
    accept = intake.accept

    def dying(notice: Notice, hook_id: str = "") -> tuple[Job, bool]:
        if len(intake.notices) == 1:
            raise KeyboardInterrupt
        return accept(notice, hook_id)

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(intake, "accept", dying)
        watch.look(client)
    assert watch.look(client) == 2
    assert len(intake.ids) == 3


def test_a_list_that_is_not_there_is_named(
    archive: Inbox, store: Store, intake: Noting, client: httpx.Client, tmp_path: Path
) -> None:
    url = archive.url.replace("wimble", "wombat")
    lost = ListWatch(Archive(url), "", store.marks, intake, tmp_path / "epochs")
    with pytest.raises(NotFound, match=r"wombat/new\.atom is not there"):
        lost.look(client)


def test_a_list_is_named_beside_the_common_archive_or_by_its_address() -> None:
    assert list_archive("linux-pci", "https://a.example/all") == "https://a.example/linux-pci"
    assert list_archive("https://b.example/x/", "https://a.example/all") == "https://b.example/x"

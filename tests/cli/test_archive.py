"""From a Message-ID to drafts in the archive: what a list sees, and what b4 makes of it after."""

from __future__ import annotations

import json
import mailbox
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.public_inbox import Inbox, serving
from tests.series_builder import Posting, new_file, posting
from tests.service import faulty_driver, faulty_posting, ran

FIRST = faulty_posting("ratchet", 3)
SECOND = posting(
    "ratchet",
    3,
    revision=2,
    parent=FIRST.ids[0],
    minute=500,
    diffs=[
        new_file("drivers/misc/ratchet-1.c", "int ratchet_peek_1;\n"),
        new_file("drivers/misc/ratchet-2.c", faulty_driver("ratchet", 2)),
        new_file("drivers/misc/ratchet-3.c", faulty_driver("ratchet", 3)),
    ],
)
GAPPED = faulty_posting("pawl", 3, lost=[2])
PACKED = faulty_posting("detent", 2, transfer="base64")
QUOTED = faulty_posting("cam", 2, transfer="quoted-printable")
ALL: tuple[Posting, ...] = (FIRST, SECOND, GAPPED, PACKED, QUOTED)

Found = dict[int, list[tuple[str, str, int]]]


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Inbox]:
    with serving(tmp_path_factory.mktemp("public-inbox")) as inbox:
        inbox.feed(mail for one in ALL for mail in one.messages)
        yield inbox


@pytest.fixture
def settings(archive: Inbox, tmp_path: Path) -> dict[str, str]:
    return {"CACHE_DIR": str(tmp_path / "cache"), "MAIL_ADDRESS": "bot@reviewbot.example"}


def checked(archive: Inbox, settings: dict[str, str], *given: str) -> tuple[Found, list[int]]:
    """What is found, (rule, file, line) by patch, and which patches are missing."""
    done = ran(["check", "--archive", archive.url, "--format", "json", *given], settings)
    assert (done.returncode, done.stderr) == (1, b"")
    report = json.loads(done.stdout)
    found = {
        patch["part"]: [(f["rule"], f["file"], f["line"]) for f in patch["findings"]]
        for patch in report["patches"]
    }
    return found, report["series"]["missing"]


def fault(name: str, part: int) -> list[tuple[str, str, int]]:
    return [("null-lookup", f"drivers/misc/{name}-{part}.c", 8)]


@pytest.mark.parametrize("asked", [*FIRST.ids, *SECOND.ids])
def test_any_mail_of_the_thread_gives_the_newest_revision(
    archive: Inbox, settings: dict[str, str], asked: str
) -> None:
    found, missing = checked(archive, settings, asked)
    assert found == {1: [], 2: fault("ratchet", 2), 3: fault("ratchet", 3)}
    assert missing == []


def test_an_older_revision_is_reviewed_where_it_is_asked_for(
    archive: Inbox, settings: dict[str, str]
) -> None:
    found, _ = checked(archive, settings, SECOND.ids[0], "--revision", "1")
    assert found == {part: fault("ratchet", part) for part in (1, 2, 3)}


def test_patches_that_are_missing_are_named_and_the_others_reviewed(
    archive: Inbox, settings: dict[str, str]
) -> None:
    found, missing = checked(archive, settings, GAPPED.ids[0])
    assert (found, missing) == ({1: fault("pawl", 1), 3: fault("pawl", 3)}, [2])


@pytest.mark.parametrize(("name", "posted"), [("detent", PACKED), ("cam", QUOTED)])
def test_bodies_are_read_however_they_are_packed(
    archive: Inbox, settings: dict[str, str], name: str, posted: Posting
) -> None:
    found, _ = checked(archive, settings, posted.ids[1])
    assert found == {part: fault(name, part) for part in (1, 2)}


@pytest.mark.parametrize("posted", [SECOND, PACKED, QUOTED], ids=["8bit", "base64", "quoted"])
def test_drafts_in_the_archive_leave_the_series_as_it_is_for_b4(
    archive: Inbox, settings: dict[str, str], tmp_path: Path, posted: Posting
) -> None:
    before = made_ready(archive, posted.ids[0], tmp_path / "before")
    done = ran(
        ["check", posted.ids[0], "--archive", archive.url, "--drafts", str(tmp_path / "drafts")],
        settings,
    )
    assert done.returncode == 1
    drafts = [mail.as_bytes() for mail in mailbox.Maildir(tmp_path / "drafts")]
    assert len(drafts) == 2  # one for each patch with a fault
    archive.feed(drafts)
    assert made_ready(archive, posted.ids[0], tmp_path / "after") == before
    assert len(before) == len(posted.patches)


def made_ready(archive: Inbox, message_id: str, home: Path) -> list[bytes]:
    """The mails that `b4 am` makes of the thread."""
    home.mkdir()
    (home / ".gitconfig").write_text(
        f'[b4]\n\tmidmask = "{archive.url}/%s"\n\tattestation-policy = off\n'
        "[user]\n\tname = Ada\n\temail = ada@wimble.example\n"
    )
    done = subprocess.run(
        [sys.executable, "-m", "b4.command", "am", "--no-cache", "-o", str(home), message_id],
        env={**os.environ, "HOME": str(home), "XDG_CACHE_HOME": str(home / "cache")},
        cwd=home,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    (box,) = home.glob("*.mbx")
    with closing(mailbox.mbox(box)) as ready:
        return [mail.as_bytes() for mail in ready]

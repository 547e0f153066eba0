"""b4 behind its door: what it raises, what it reads, what it leaves behind."""

from __future__ import annotations

import gzip
import inspect
import os
import subprocess
import sys
import zlib
from contextlib import suppress
from pathlib import Path

import liblore
import pytest
import requests.exceptions

from reviewbot.errors import Failed, NotFound, ReviewbotError, SourceFailed, Unreachable
from reviewbot.sources import b4gate
from reviewbot.sources.b4gate import Slip
from reviewbot.sources.interface import Archive
from tests.series_builder import mbox, posting
from tests.sources.conftest import Answer, StandIn

ID = "sprocket-v1-0@wimble.example"
SLIP = Slip("1@x", "[PATCH] misc: wimble: on", "ada@wimble.example", 1767600000, "x\n---\n")
DIFF = "diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n"


def foreign() -> list[BaseException]:
    """One of each exception that liblore and requests define, and those they let through."""
    classes = [
        one
        for module in (liblore, requests.exceptions)
        for _, one in inspect.getmembers(module, inspect.isclass)
        if issubclass(one, Exception) and not issubclass(one, Warning)
    ]
    made: list[BaseException] = []
    for one in classes:
        try:
            made.append(one("x"))
        except TypeError:  # a class of the standard library with a richer constructor
            made.append(one("x", "y", 0))
    statuses = [liblore.RemoteError("x", status_code=n) for n in (None, 401, 404, 418, 429, 500)]
    more = [gzip.BadGzipFile("x"), zlib.error("x"), EOFError(), LookupError("x"), OSError(28, "x")]
    return [*made, *statuses, *more]


@pytest.mark.parametrize("error", foreign(), ids=lambda error: type(error).__name__)
def test_every_foreign_exception_is_mapped(error: BaseException) -> None:
    with pytest.raises(ReviewbotError) as caught, b4gate.mapped(Archive(), ID):
        raise error
    assert "\n" not in str(caught.value)
    assert caught.value.__cause__ is error


def test_our_own_errors_pass_as_they_are() -> None:
    with pytest.raises(NotFound, match="as it was"), b4gate.mapped(Archive(), ID):
        raise NotFound("as it was")


def test_b4_leaving_the_process_is_a_failure_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    """Trap 6."""

    def leave(*_: object, **__: object) -> None:
        sys.exit(128)

    monkeypatch.setattr("b4.LoreMailbox.get_series", leave)
    with pytest.raises(Failed, match="b4 gave up with status 128"):
        b4gate.file_series([SLIP], 1)


@pytest.mark.parametrize(
    ("text", "revision", "counter", "expected", "reply"),
    [
        ("[PATCH] x", 1, 1, 1, False),
        ("[PATCHv3 02/10] x", 3, 2, 10, False),
        ("[RFC][PATCH 1/3 v2] x", 2, 1, 3, False),
        ("[patch 6.6.y V12 0/5] x", 12, 0, 5, False),
        ("Re: [PATCH v2 1/2] x", 2, 1, 2, True),
        ("", 1, 1, 1, False),
        ("[[[", 1, 1, 1, False),
    ],
)
def test_subjects(text: str, revision: int, counter: int, expected: int, reply: bool) -> None:
    read = b4gate.subject(text)
    assert (read.revision, read.counter, read.expected) == (revision, counter, expected)
    assert read.reply is reply


def test_thread_is_cached_where_we_say(stand_in: StandIn, tmp_path: Path) -> None:
    thread = mbox(posting("sprocket", 2).messages)
    stand_in.serve(ID, thread)
    archive = Archive(stand_in.url, cache=tmp_path / "cache")
    assert [b4gate.Reader(archive).thread(ID) for _ in range(2)] == [thread, thread]
    assert len(stand_in.asked) == 1
    assert list((tmp_path / "cache").iterdir())


def test_cached_threads_that_are_too_old_are_deleted(stand_in: StandIn, tmp_path: Path) -> None:
    archive = Archive(stand_in.url, cache=tmp_path, keep=600)
    old, fresh, foreign = (tmp_path / name for name in ("a.lore.cache", "b.lore.cache", "notes"))
    for path in (old, fresh, foreign):
        path.write_text("kept")
    for path in (old, foreign):
        os.utime(path, (1, 1))
    with suppress(SourceFailed):
        b4gate.Reader(archive).thread(ID)
    assert not old.exists() and fresh.exists() and foreign.exists()


def test_cache_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(ReviewbotError, match="cannot be used"):
        b4gate.Reader(Archive("http://127.0.0.1:1/all", cache=tmp_path / "file" / "x")).thread(ID)


def test_search_asks_the_archive_of_this_call(stand_in: StandIn) -> None:
    """Traps 1 and 2: b4 needs its setup, and keeps the archive of the call before."""
    stand_in.answers["/all/"] = stand_in.answers["/other/"] = [Answer(404)]
    other = stand_in.url.replace("/all", "/other")
    for url in (stand_in.url, other):
        assert b4gate.Reader(Archive(url)).other_revisions([SLIP], None) == []
    paths = [path.partition("?")[0] for _, path, _ in stand_in.asked]
    assert paths == ["/all/", "/other/"]


def test_search_finds_newer_revisions(stand_in: StandIn) -> None:
    later = posting("sprocket", 2, revision=4, title="on", replied=[0])
    stand_in.answers["/all/"] = [Answer(body=gzip.compress(mbox(later.messages)))]
    slip = Slip(ID, "[PATCH 0/2] on", "ada@wimble.example", 1767600000, "")
    found = b4gate.Reader(Archive(stand_in.url)).other_revisions([slip], None)
    assert {revision for revision, _ in found} == {4}
    assert {key for _, key in found} == {m.message_id for m in later.messages if m.author[0] == "A"}


def test_search_at_a_bot_wall(stand_in: StandIn) -> None:
    stand_in.answers["/all/"] = [Answer(body=b"<html>")]
    with pytest.raises(SourceFailed):
        b4gate.Reader(Archive(stand_in.url)).other_revisions([SLIP], None)


def test_search_without_an_archive() -> None:
    reader = b4gate.Reader(Archive("http://127.0.0.1:1/all"))
    try:
        found = reader.other_revisions([SLIP], None)
    except Unreachable:
        found = []
    assert found == []


SCRIPT = """
import os, sys
from reviewbot.sources import b4gate
from reviewbot.sources.interface import Archive
before = dict(os.environ)
slip = b4gate.Slip("1@x", "[PATCH] on", "ada@wimble.example", 1767600000, "")
b4gate.Reader(Archive(sys.argv[1])).other_revisions([slip], None)
assert dict(os.environ) == before
import b4
print(b4.get_main_config()["midmask"], b4.get_main_config()["custom-msgid-cmd"])
"""


def test_git_configuration_is_not_read(stand_in: StandIn, tmp_path: Path, project: Path) -> None:
    """Neither the user's, nor the repository's in whose folder we are called."""
    stand_in.answers["/all/"] = [Answer(404)]
    evil = "[b4]\n\tmidmask = http://127.0.0.1:1/evil/%s\n\tcustom-msgid-cmd = touch evil\n"
    (tmp_path / ".gitconfig").write_text(evil)
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    with (tmp_path / ".git" / "config").open("a") as config:
        config.write(evil)
    (tmp_path / ".b4-config").write_text(evil)
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, stand_in.url],
        cwd=tmp_path,
        env={**os.environ, "HOME": str(tmp_path), "PYTHONPATH": str(project)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split() == [f"{stand_in.url}/%s", "None"]
    assert done.stderr == ""
    assert not (tmp_path / "evil").exists()

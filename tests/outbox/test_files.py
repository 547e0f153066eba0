from __future__ import annotations

import io
import mailbox
import subprocess
import sys
import threading
from contextlib import closing
from pathlib import Path

import pytest

from reviewbot.errors import OutboxUnusable
from reviewbot.model import Draft, DraftKind
from reviewbot.outbox.files import FROM_LINE, Maildir, Mbox, MboxFile, mbox_entry
from reviewbot.outbox.interface import Channel, Outbox, Whereabouts, deliver_all

BODY = b"\nFrom here\n> From there\n>From both\nfrom below\n"


def draft(message_id: str = "one@example.org", body: bytes = BODY) -> Draft:
    message = b"Message-ID: <" + message_id.encode() + b">\nSubject: Re: x\n" + body
    return Draft(message, message_id, "p@example.org", (), (), DraftKind.PATCH, ())


def files(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_mbox_is_mboxrd() -> None:
    stream = io.BytesIO()
    outbox: Outbox = Mbox(stream)
    deliver_all(outbox, [draft(), draft("two@example.org")])
    lines = stream.getvalue().split(b"\n")
    assert lines[3:7] == [b"", b">From here", b"> From there", b">>From both"]
    assert stream.getvalue().count(b"\n\n" + FROM_LINE) == 1
    assert stream.getvalue().startswith(FROM_LINE)
    assert stream.getvalue().endswith(b"from below\n\n")


def test_mbox_is_read_back_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "drafts.mbox"
    with path.open("wb") as stream:
        deliver_all(Mbox(stream), [draft(), draft("two@example.org")])
    with closing(mailbox.mbox(path)) as box:
        assert [message["Message-ID"] for message in box] == [
            "<one@example.org>",
            "<two@example.org>",
        ]


def test_maildir_keeps_a_flagged_draft(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "drafts"
    Maildir(folder).deliver(draft())
    assert sorted(path.name for path in folder.iterdir()) == ["cur", "new", "tmp"]
    (message,) = mailbox.Maildir(folder)
    assert message.get_flags() == "D"
    assert message["Message-ID"] == "<one@example.org>"
    (name,) = files(folder)
    assert (folder / name).read_bytes() == draft().message


def test_a_second_run_doubles_nothing(tmp_path: Path) -> None:
    for _ in range(2):
        deliver_all(Maildir(tmp_path), [draft(), draft("two@example.org")])
    assert len(files(tmp_path)) == 2


@pytest.mark.parametrize("place", ["cur/{}:2,DS", "cur/{},U=7:2,", "new/{}"])
def test_what_a_mail_reader_moved_or_a_person_edited_stays(tmp_path: Path, place: str) -> None:
    Maildir(tmp_path).deliver(draft())
    (name,) = files(tmp_path)
    moved = tmp_path / place.format(Path(name).name.removesuffix(":2,D"))
    (tmp_path / name).rename(moved)
    moved.write_bytes(b"edited")
    Maildir(tmp_path).deliver(draft())
    assert files(tmp_path) == [str(moved.relative_to(tmp_path))]
    assert moved.read_bytes() == b"edited"


def test_a_maildir_that_cannot_be_is_an_error_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OutboxUnusable, match=r"file: cannot keep drafts there \(.+\); name a"):
        Maildir(tmp_path / "file").deliver(draft())


def test_a_write_that_fails_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OutboxUnusable, match="No space left"):
        Maildir(tmp_path).deliver(draft())
    assert files(tmp_path) == []


def nothing() -> None:
    pass


def channels(folder: Path) -> list[Channel]:
    return [Maildir(folder / "drafts"), MboxFile(folder / "kept" / "sent.mbox")]


def test_a_channel_knows_what_it_was_given(tmp_path: Path) -> None:
    for channel in channels(tmp_path):
        assert channel.find(draft()) is Whereabouts.ABSENT
        channel.send(draft(), nothing)
        assert channel.find(draft()) is Whereabouts.THERE
        assert channel.find(draft("other@example.org")) is Whereabouts.ABSENT
        assert channel.find(draft("ne@example.org")) is Whereabouts.ABSENT


def test_nothing_is_kept_that_is_held_back_at_the_brink(tmp_path: Path) -> None:
    def brink() -> None:
        raise KeyboardInterrupt

    for channel in channels(tmp_path):
        with pytest.raises(KeyboardInterrupt):
            channel.send(draft(), brink)
        assert channel.find(draft()) is Whereabouts.ABSENT
    assert files(tmp_path) == ["kept/sent.mbox"]
    assert (tmp_path / "kept" / "sent.mbox").read_bytes() == b""


@pytest.mark.parametrize("length", [1, 60, -1])
def test_a_mail_that_was_half_written_when_the_worker_died_is_cleared_away(
    tmp_path: Path, length: int
) -> None:
    path = tmp_path / "sent.mbox"
    box = MboxFile(path)
    first, second = draft("first@example.org"), draft("second@example.org")
    box.send(first, nothing)
    box.send(second, nothing)
    whole, kept = path.read_bytes(), len(mbox_entry(first.message))
    end = kept + length if length > 0 else length
    path.write_bytes(whole[:end])
    assert box.find(second) is Whereabouts.ABSENT
    assert path.read_bytes() == whole[:kept]
    assert box.find(first) is Whereabouts.THERE


def test_what_others_wrote_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "sent.mbox"
    path.write_bytes(FROM_LINE + b"Message-ID: <theirs@example.org>\n\ntext")
    box = MboxFile(path)
    assert box.find(draft()) is Whereabouts.ABSENT
    assert box.find(draft("theirs@example.org")) is Whereabouts.THERE
    assert path.read_bytes().endswith(b"text")
    box.send(draft(), nothing)
    with closing(mailbox.mbox(path)) as read:
        assert [mail["Message-ID"] for mail in read] == [
            "<theirs@example.org>",
            "<one@example.org>",
        ]


LOCK = """
import fcntl, sys
file = open(sys.argv[1], "a")
fcntl.lockf(file, fcntl.LOCK_EX)
print(flush=True)
sys.stdin.read()
"""


def test_a_file_that_somebody_else_has_locked_is_waited_for(tmp_path: Path) -> None:
    path = tmp_path / "sent.mbox"
    MboxFile(path).send(draft(), nothing)
    with subprocess.Popen(
        [sys.executable, "-c", LOCK, path], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        assert other.stdin is not None
        assert other.stdout is not None
        other.stdout.readline()
        second = threading.Thread(target=MboxFile(path).send, args=(draft("b@x"), nothing))
        second.start()
        assert b"b@x" not in path.read_bytes()
        other.stdin.close()
        second.join()
    assert b"b@x" in path.read_bytes()


def test_an_mbox_that_cannot_be_written_is_an_error_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(OutboxUnusable, match="cannot keep drafts there"):
        MboxFile(tmp_path).send(draft(), nothing)

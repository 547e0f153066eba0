from __future__ import annotations

import io
import mailbox
from contextlib import closing
from pathlib import Path

import pytest

from reviewbot.errors import OutboxUnusable
from reviewbot.model import Draft, DraftKind
from reviewbot.outbox.files import FROM_LINE, Maildir, Mbox
from reviewbot.outbox.interface import Outbox, deliver_all

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

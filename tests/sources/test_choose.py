"""What the user names is what is read, or is refused in one line."""

from __future__ import annotations

from pathlib import Path

import pytest

from reviewbot.errors import BadUsage, NotAPatch, ReviewbotError, UnreadableMail
from reviewbot.sources.choose import open_source
from tests.series_builder import mbox, posting, reply
from tests.sources.conftest import StandIn

POSTED = posting("sprocket", 3, replied=[1])


def test_file_stdin_and_maildir_give_the_same(tmp_path: Path) -> None:
    (tmp_path / "series.mbox").write_bytes(mbox(POSTED.messages))
    (tmp_path / "maildir" / "new").mkdir(parents=True)
    for number, message in enumerate(POSTED.messages):
        (tmp_path / "maildir" / "new" / f"{number}.x").write_bytes(bytes(message))
    expected = open_source(str(tmp_path / "series.mbox"))
    assert len(expected[0].patches) == 3
    assert open_source("-", stdin=mbox(POSTED.messages)) == expected
    assert open_source(str(tmp_path / "maildir")) == expected


def test_message_id_and_address(stand_in: StandIn) -> None:
    stand_in.serve(POSTED.ids[2], mbox(POSTED.messages))
    for spec in (POSTED.ids[2], f"<{POSTED.ids[2]}>", f"{stand_in.url}/{POSTED.ids[2]}/T/#u"):
        (series,) = open_source(spec, archive=stand_in.url)
        assert series.message_id == POSTED.ids[0]
        assert series.url == f"{stand_in.url}/{POSTED.ids[0]}/"


def test_file_with_the_name_of_a_message_id(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a@b").write_bytes(mbox(POSTED.messages))
    assert len(open_source("a@b", archive="http://127.0.0.1:1/all")[0].patches) == 3


def test_address_elsewhere_is_refused_before_anything_is_asked(stand_in: StandIn) -> None:
    """Trap 3: b4 would make the stranger's host its archive."""
    with pytest.raises(BadUsage, match="only addresses on the archive"):
        open_source(stand_in.url + "/a@b.example/", archive="https://lore.example/all")
    assert stand_in.asked == []


@pytest.mark.parametrize(
    ("spec", "error", "said"),
    [
        ("missing.mbox", BadUsage, "no such file, and no Message-ID"),
        ("", BadUsage, "."),
        ("a\0b", BadUsage, "no such file"),
        ("-", UnreadableMail, "standard input is empty"),
    ],
)
def test_what_names_nothing(spec: str, error: type[ReviewbotError], said: str) -> None:
    with pytest.raises(error, match=said):
        open_source(spec)


def test_mail_without_a_patch(tmp_path: Path) -> None:
    talk = reply(POSTED.patches[0], minute=4)
    (tmp_path / "talk.eml").write_bytes(bytes(talk))
    with pytest.raises(NotAPatch, match=r"talk\.eml: no diff in the text"):
        open_source(str(tmp_path / "talk.eml"))
    html = bytes(talk).replace(b"text/plain", b"text/html")
    with pytest.raises(NotAPatch, match="perhaps only HTML"):
        open_source("-", stdin=html)


def test_junk_is_named(tmp_path: Path) -> None:
    (tmp_path / "junk").write_bytes(b"\x7fELF\0\0\0")
    with pytest.raises(UnreadableMail, match="junk: this is a binary file"):
        open_source(str(tmp_path / "junk"))

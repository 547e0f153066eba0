"""The whole way from a Message-ID to a series, through a real public-inbox on loopback."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from reviewbot.errors import NoSuchRevision, NotFound
from reviewbot.model import Series
from reviewbot.sources.choose import open_source
from tests.public_inbox import Inbox
from tests.series_builder import Message, Posting, posting, reply

SPROCKET = posting("sprocket", 3, replied=[0, 2])
SPROCKET2 = posting("sprocket", 3, revision=2, parent=SPROCKET.ids[0], minute=500, replied=[1])
GAPPED = posting("gapped", 4, lost=[3], replied=[1])
PACKED = posting("packed", 2, transfer="base64", replied=[2])
QUOTED = posting("quoted", 2, transfer="quoted-printable", replied=[2])
APART = posting("apart", 2, replied=[1], with_cover=False)
APART2 = posting("apart", 2, revision=2, minute=900, with_cover=False)
APART3 = posting("apart", 2, revision=3, minute=1900, with_cover=False)
SLASHED = dataclasses.replace(
    posting("slashed", 1, with_cover=False).patches[0], message_id="a/b+c=d@wimble.example"
)
DRAFT = dataclasses.replace(
    reply(SPROCKET2.patches[0], minute=700, body="> x\n\nIs it so?\n", suffix="bot"),
    headers=(("X-Reviewbot-Rules", "1"), ("Auto-Submitted", "auto-replied")),
)
ALL: tuple[Posting, ...] = (SPROCKET, SPROCKET2, GAPPED, PACKED, QUOTED, APART, APART2, APART3)


@pytest.fixture(scope="module")
def archive(public_inbox: Inbox) -> Inbox:
    public_inbox.feed([SLASHED, DRAFT, *(mail for one in ALL for mail in one.messages)])
    return public_inbox


def fetch(archive: Inbox, message_id: str, revision: int | None = None) -> Series:
    (series,) = open_source(message_id, archive=archive.url, revision=revision)
    return series


def ids(messages: tuple[Message, ...]) -> list[str]:
    return [message.message_id for message in messages]


def assert_is(series: Series, posted: Posting) -> None:
    """`series` is just what was posted: cover, patches and text."""
    assert [patch.mail.message_id for patch in series.patches] == ids(posted.patches)
    for patch, message in zip(series.patches, posted.patches, strict=True):
        text = message.body.partition("\n---\n")
        assert patch.message == text[0]
        assert patch.diff == text[2][text[2].index("diff --git") : text[2].index("-- \n2.43")]
    assert (series.cover.message_id if series.cover else "") == (
        posted.cover.message_id if posted.cover else ""
    )


@pytest.mark.parametrize("message_id", [*SPROCKET.ids, *SPROCKET2.ids, DRAFT.message_id])
def test_newest_revision_from_any_mail_of_the_thread(archive: Inbox, message_id: str) -> None:
    series = fetch(archive, message_id)
    assert_is(series, SPROCKET2)
    assert (series.revision, series.revisions, series.missing) == (2, (1, 2), ())
    assert series.url == f"{archive.url}/{SPROCKET2.ids[0]}/"
    replies = {mail.message_id for mail in series.replies}
    assert replies == {*ids(SPROCKET.replies), *ids(SPROCKET2.replies), DRAFT.message_id}


def test_older_revision_of_the_thread(archive: Inbox) -> None:
    assert_is(fetch(archive, SPROCKET2.ids[1], revision=1), SPROCKET)


@pytest.mark.parametrize("message_id", GAPPED.ids)
def test_missing_patch(archive: Inbox, message_id: str) -> None:
    series = fetch(archive, message_id)
    assert_is(series, GAPPED)
    assert (series.expected, series.missing) == (4, (3,))
    assert [patch.part for patch in series.patches] == [1, 2, 4]


@pytest.mark.parametrize("posted", [PACKED, QUOTED], ids=["base64", "quoted-printable"])
@pytest.mark.parametrize("number", [0, 1, -1])
def test_transfer_encodings(archive: Inbox, posted: Posting, number: int) -> None:
    assert_is(fetch(archive, posted.ids[number]), posted)


@pytest.mark.parametrize("message_id", [*APART.ids, APART2.ids[1], APART3.ids[0]])
def test_newest_revision_in_another_thread(archive: Inbox, message_id: str) -> None:
    series = fetch(archive, message_id)
    assert_is(series, APART3)
    assert series.revision == 3


def test_older_revision_in_another_thread(archive: Inbox) -> None:
    assert_is(fetch(archive, APART3.ids[1], revision=2), APART2)
    with pytest.raises(NoSuchRevision):
        fetch(archive, APART3.ids[1], revision=9)


def test_message_id_with_a_slash(archive: Inbox) -> None:
    by_id = fetch(archive, SLASHED.message_id)
    assert by_id.patches[0].mail.message_id == SLASHED.message_id
    assert fetch(archive, by_id.url) == by_id


def test_not_there(archive: Inbox) -> None:
    with pytest.raises(NotFound, match="is not in"):
        fetch(archive, "nobody@wimble.example")


def test_second_time_from_the_cache(archive: Inbox, tmp_path: Path) -> None:
    """The address answers no more, and the thread is read all the same."""
    (first,) = open_source(GAPPED.ids[0], archive=archive.url, cache=tmp_path)
    log = archive.home / "httpd.log"
    assert list(tmp_path.glob("*.cache")) and log.exists()
    (again,) = open_source(GAPPED.ids[0], archive=archive.url, cache=tmp_path)
    assert again == first

"""From a heap of mails to series: who belongs to whom, which revision, what is missing."""

from __future__ import annotations

import dataclasses
import random
import socket
from collections.abc import Sequence

import pytest

from reviewbot.errors import NoSuchRevision, NotAPatch
from reviewbot.model import Series
from reviewbot.sources.choose import from_mails
from reviewbot.sources.mailbox import Bytes
from tests.series_builder import Message, driver, mbox, new_file, posting, reply


def read(messages: Sequence[Message], revision: int | None = None) -> list[Series]:
    return from_mails(Bytes(mbox(messages)), "test", revision)


def only(messages: Sequence[Message], revision: int | None = None) -> Series:
    (series,) = read(messages, revision)
    return series


def without_id(message: Message) -> bytes:
    lines = bytes(message).split(b"\n")
    return b"\n".join(line for line in lines if not line.startswith(b"Message-ID"))


def test_cover_patches_and_replies() -> None:
    posted = posting("sprocket", 3, replied=[2, 0], change_id="1-sprocket")
    series = only(posted.messages)
    assert posted.cover is not None
    assert series.message_id == posted.cover.message_id
    assert series.subject == posted.cover.subject
    assert series.cover is not None and series.author.email == "ada@wimble.example"
    assert [p.mail.message_id for p in series.patches] == [m.message_id for m in posted.patches]
    assert [p.part for p in series.patches] == [1, 2, 3]
    assert [r.message_id for r in series.replies] == [
        "re-sprocket-v1-0@wimble.example",
        "re-sprocket-v1-2@wimble.example",
    ]
    assert series.complete and series.url == "" and series.change_id == "1-sprocket"
    assert len({p.patch_id for p in series.patches} - {""}) == 3


def test_order_of_the_mails_does_not_matter() -> None:
    posted = [*posting("sprocket", 4, replied=[1]).messages]
    expected = only(posted)
    random.Random(7).shuffle(posted)
    assert only(posted) == expected


def test_missing_patches_are_named_and_the_others_kept() -> None:
    series = only(posting("sprocket", 5, lost=[2, 5]).messages)
    assert (series.expected, series.missing, series.complete) == (5, (2, 5), False)
    assert [p.part for p in series.patches] == [1, 3, 4]


def test_newest_revision_by_number_not_by_date() -> None:
    """Trap 5: b4 takes the revision that was sent last."""
    first = posting("sprocket", 2, minute=900)
    second = posting("sprocket", 2, revision=2, parent="sprocket-v1-0@wimble.example")
    series = only([*first.messages, *second.messages])
    assert (series.revision, series.revisions) == (2, (1, 2))
    assert only([*first.messages, *second.messages], revision=1).revision == 1


def test_no_such_revision_names_those_that_are_there() -> None:
    with pytest.raises(NoSuchRevision, match="only v1"):
        read(posting("sprocket", 2).messages, revision=7)


def test_revisions_in_two_threads_are_one_series() -> None:
    second = posting("sprocket", 2, revision=2, minute=99)
    series = only([*posting("sprocket", 2).messages, *second.messages])
    assert (series.revision, series.revisions) == (2, (1, 2))


def test_renamed_revision_is_known_by_its_change_id() -> None:
    first = posting("sprocket", 1, change_id="77-x", with_cover=True)
    second = posting("gizmo", 1, revision=2, change_id="77-x", minute=99)
    assert only([*first.messages, *second.messages]).revisions == (1, 2)


def test_two_series_in_one_file_are_two() -> None:
    found = read([*posting("sprocket", 2).messages, *posting("gizmo", 3).messages])
    assert [len(series.patches) for series in found] == [2, 3]


def test_partial_reroll_is_filled_from_the_revision_before() -> None:
    first = posting("sprocket", 3)
    old = first.patches[1]
    new = dataclasses.replace(
        old,
        message_id="again@wimble.example",
        subject=old.subject.replace("[PATCH ", "[PATCH v2 "),
        body=old.body.replace("Step 2", "Step two"),
        parent=old.message_id,
        minute=300,
    )
    series = only([*first.messages, new])
    assert series.revisions == (1, 2) and series.revision == 2 and series.complete
    assert [p.mail.message_id for p in series.patches] == [
        first.patches[0].message_id,
        "again@wimble.example",
        first.patches[2].message_id,
    ]


def test_replacement_of_one_patch_takes_its_place() -> None:
    first = posting("sprocket", 3)
    old = first.patches[1]
    subject = old.subject.replace("2/3", "v1.1 2/3")
    new = dataclasses.replace(
        old, message_id="again@wimble.example", subject=subject, parent=old.message_id, minute=300
    )
    series = only([*first.messages, new])
    assert (series.expected, series.revision) == (3, 1)
    assert series.patches[1].mail.message_id == "again@wimble.example"
    assert series.replies == ()


def test_revision_that_only_the_cover_states() -> None:
    posted = posting("sprocket", 2, revision=3)
    assert posted.cover is not None
    bare = [dataclasses.replace(p, subject=p.subject.replace("v3 ", "")) for p in posted.patches]
    series = only([posted.cover, *bare])
    assert (series.revision, len(series.patches), series.cover is not None) == (3, 2, True)


def test_cover_of_another_revision_is_not_taken() -> None:
    first = posting("sprocket", 2)
    second = posting("sprocket", 2, revision=2, with_cover=False, parent=first.ids[0], minute=99)
    series = only([*first.messages, *second.messages])
    assert (series.revision, series.cover) == (2, None)
    assert series.message_id == second.ids[0]


def test_cover_without_a_number_is_found() -> None:
    posted = posting("sprocket", 2)
    assert posted.cover is not None
    naked = dataclasses.replace(posted.cover, subject="misc: bring up the sprocket")
    series = only([naked, *posted.patches])
    assert series.cover is not None and series.message_id == naked.message_id
    assert series.replies == ()


def test_resent_series_in_the_thread_is_not_added_to_the_first() -> None:
    first = posting("sprocket", 2)
    again = posting("sprocket", 2, parent="sprocket-v1-0@wimble.example", minute=500)
    moved = [
        dataclasses.replace(
            m,
            message_id=f"again-{m.message_id}",
            parent=m.parent if number == 0 else "again-sprocket-v1-0@wimble.example",
        )
        for number, m in enumerate(again.messages)
    ]
    series = only([*first.messages, *moved])
    assert (series.expected, len(series.patches)) == (2, 2)
    assert series.message_id == "again-sprocket-v1-0@wimble.example"


def test_reply_with_an_unquoted_diff_is_no_extra_patch() -> None:
    """Trap 11: b4 and patchwork would take it for one."""
    posted = posting("sprocket", 2)
    diff = new_file("drivers/misc/other.c", driver("other", 1))
    said = reply(posted.patches[0], minute=400, body=f"Rather so:\n\n{diff}")
    nameless = dataclasses.replace(said, message_id="n@x.example", subject="misc: rather so")
    series = only([*posted.messages, said, nameless])
    assert (series.expected, len(series.patches), len(series.replies)) == (2, 2, 2)


def test_patch_of_another_author_in_the_thread_is_a_series_of_its_own() -> None:
    posted = posting("sprocket", 2)
    diff = new_file("drivers/misc/other.c", driver("other", 1))
    said = reply(posted.patches[0], minute=400, body=f"Rather so.\n---\n{diff}")
    other = dataclasses.replace(said, subject="[PATCH] misc: other: do it so")
    assert [len(series.patches) for series in read([*posted.messages, other])] == [2, 1]


@pytest.mark.parametrize(
    "header", [("X-Reviewbot-Series", "1"), ("Auto-Submitted", "auto-generated")]
)
def test_mail_of_programs_is_never_a_patch(header: tuple[str, str]) -> None:
    posted = posting("sprocket", 2)
    diff = new_file("drivers/misc/other.c", driver("other", 1))
    said = reply(posted.patches[0], minute=400, body=f"x\n---\n{diff}")
    ours = dataclasses.replace(said, subject="[PATCH v9] other", headers=(header,))
    series = only([*posted.messages, ours])
    assert (series.revision, len(series.patches), len(series.replies)) == (1, 2, 1)
    with pytest.raises(NotAPatch, match="sent by a program"):
        read([ours])


def test_reply_alone_with_a_diff_is_taken_for_a_patch() -> None:
    diff = new_file("drivers/misc/other.c", driver("other", 1))
    said = reply(posting("sprocket", 2).patches[0], minute=1, body=f"So?\n\n--- >8 ---\n{diff}")
    assert only([said]).patches[0].diff == diff


def test_files_without_ids_are_put_together_by_their_numbers() -> None:
    """Trap 8: git format-patch writes no Message-ID."""
    mails = [without_id(m) for name in ("sprocket", "gizmo") for m in posting(name, 3).patches]
    magic = b"From 0123456789abcdef0123456789abcdef01234567 Mon Sep 17 00:00:00 2001\n"
    stripped = [
        b"\n".join(ln for ln in m.split(b"\n") if b"wimble.example>" not in ln or b"From" in ln)
        for m in mails
    ]
    found = from_mails(Bytes(b"".join(magic + m + b"\n" for m in stripped)), "test")
    assert [(len(series.patches), series.expected) for series in found] == [(3, 3), (3, 3)]
    again = from_mails(Bytes(b"".join(magic + m + b"\n" for m in stripped)), "test")
    assert again == found


def test_cover_alone_is_refused_in_words() -> None:
    with pytest.raises(NotAPatch, match="cover letter without any of its patches"):
        read([m for m in posting("sprocket", 2).messages if " 0/2" in m.subject])


def test_putting_together_asks_no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Trap 4: b4 searches the archive for trailers, also for a local mbox."""

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a connection was made")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    assert only(posting("sprocket", 2, revision=2, replied=[1, 2]).messages).complete


def test_loop_of_references_ends() -> None:
    posted = posting("sprocket", 2)
    assert posted.cover is not None
    looped = dataclasses.replace(posted.cover, parent=posted.patches[1].message_id)
    assert len(only([looped, *posted.patches]).patches) == 2


def test_number_above_the_count_and_bidi_characters() -> None:
    """Trap 6: b4 leaves the process for bidirectional control characters."""
    posted = posting("sprocket", 2)
    extra = dataclasses.replace(
        posted.patches[1],
        message_id="extra@wimble.example",
        subject="[PATCH 3/2] misc: \u202eone more",
        body=posted.patches[1].body.replace("Step 2", "Step \u202e3"),
    )
    series = only([*posted.messages, extra])
    assert (series.expected, len(series.patches)) == (3, 3)

"""From a Message-ID to a series, against an archive on bad days; test_public_inbox has the good."""

from __future__ import annotations

import dataclasses
import gzip

import pytest

from reviewbot.errors import NoSuchRevision, NotAPatch
from reviewbot.model import Series
from reviewbot.sources import lore
from reviewbot.sources.interface import Archive
from tests.series_builder import mbox, posting, reply
from tests.sources.conftest import Answer, StandIn


def fetch(stand_in: StandIn, message_id: str, revision: int | None = None) -> Series:
    return lore.fetch(message_id, Archive(stand_in.url, pause=0), revision)


@pytest.mark.parametrize("search", [Answer(404), Answer(body=b"<html>"), Answer(405)])
def test_no_search_is_no_error(stand_in: StandIn, search: Answer) -> None:
    posted = posting("sprocket", 2)
    stand_in.serve(posted.ids[0], mbox(posted.messages))
    stand_in.answers["/all/"] = [search]
    assert fetch(stand_in, posted.ids[0]).complete


def test_later_revision_in_another_thread(stand_in: StandIn) -> None:
    first, second = posting("sprocket", 2), posting("sprocket", 2, revision=2, minute=900)
    stand_in.serve(first.ids[1], mbox(first.messages))
    for message_id in second.ids:
        stand_in.serve(message_id, mbox(second.messages))
    stand_in.answers["/all/"] = [Answer(body=gzip.compress(mbox(second.messages)))]
    series = fetch(stand_in, first.ids[1])
    assert (series.revision, series.revisions, series.complete) == (2, (1, 2), True)
    assert series.url == f"{stand_in.url}/sprocket-v2-0@wimble.example/"


def test_search_that_names_what_cannot_be_fetched(stand_in: StandIn) -> None:
    first, second = posting("sprocket", 2), posting("sprocket", 2, revision=2, minute=900)
    stand_in.serve(first.ids[0], mbox(first.messages))
    stand_in.answers["/all/"] = [Answer(body=gzip.compress(mbox(second.messages)))]
    assert fetch(stand_in, first.ids[0]).revision == 1


def test_revision_that_nobody_sent(stand_in: StandIn) -> None:
    posted = posting("sprocket", 2)
    stand_in.serve(posted.ids[0], mbox(posted.messages))
    with pytest.raises(NoSuchRevision):
        fetch(stand_in, posted.ids[0], revision=5)


def test_thread_without_a_patch(stand_in: StandIn) -> None:
    posted = posting("sprocket", 1)
    assert posted.cover is not None
    talk = dataclasses.replace(posted.cover, subject="Thoughts on sprockets")
    stand_in.serve(talk.message_id, mbox([talk, reply(talk, minute=3)]))
    with pytest.raises(NotAPatch, match="no patch in its thread"):
        fetch(stand_in, talk.message_id)


def test_series_of_the_mail_that_was_named(stand_in: StandIn) -> None:
    """A patch of somebody else in the thread does not stand in for the series, nor the reverse."""
    posted = posting("sprocket", 2)
    other = dataclasses.replace(
        posting("gizmo", 1, with_cover=False).patches[0],
        parent=posted.ids[1],
        author="Rolf Spengler <rolf@review.example>",
    )
    thread = mbox([*posted.messages, other])
    stand_in.serve(posted.ids[0], thread)
    stand_in.serve(other.message_id, thread)
    assert fetch(stand_in, posted.ids[0]).expected == 2
    assert fetch(stand_in, other.message_id).message_id == other.message_id

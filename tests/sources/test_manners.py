"""Our manners on an archive, against a server that answers as it is told."""

from __future__ import annotations

import gzip
from dataclasses import replace

import pytest

from reviewbot import __version__
from reviewbot.errors import BotWall, NotFound, ReviewbotError, SourceFailed, Unreachable
from reviewbot.sources import b4gate, manners
from reviewbot.sources.interface import Archive
from tests.series_builder import mbox, posting
from tests.sources.conftest import Answer, StandIn

ID = "sprocket-v1-0@wimble.example"
PATH = f"/all/{ID}/t.mbox.gz"
THREAD = mbox(posting("sprocket", 2).messages)


class Clock:
    """A clock that only moves when somebody sleeps."""

    def __init__(self) -> None:
        self.now = 0.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


def reader(archive: Archive, clock: Clock) -> b4gate.Reader:
    return b4gate.Reader(archive, manners.PoliteSession(archive, clock.sleep, clock))


def test_we_say_who_we_are(stand_in: StandIn) -> None:
    stand_in.serve(ID, THREAD)
    reader(Archive(stand_in.url, contact="mailto:ada@wimble.example"), Clock()).thread(ID)
    agent = stand_in.asked[0][2]["User-Agent"]
    assert agent == f"reviewbot/{__version__} (+mailto:ada@wimble.example)"


def test_a_tenth_of_a_second_between_requests(stand_in: StandIn) -> None:
    stand_in.serve(ID, THREAD)
    clock = Clock()
    ours = reader(Archive(stand_in.url), clock)
    ours.thread(ID)
    ours.thread(ID)
    assert clock.slept == [pytest.approx(0.1)]


def test_busy_archive_is_asked_again_after_the_time_it_names(stand_in: StandIn) -> None:
    stand_in.answers[PATH] = [
        Answer(429, headers=(("Retry-After", "7"),)),
        Answer(503, headers=(("Retry-After", "86400"),)),
        Answer(body=gzip.compress(THREAD)),
    ]
    clock = Clock()
    assert reader(Archive(stand_in.url), clock).thread(ID) == THREAD
    assert clock.slept == [7.0, manners.LONGEST_WAIT]


def test_patience_with_a_busy_archive_ends(stand_in: StandIn) -> None:
    stand_in.answers[PATH] = [Answer(503)]
    with pytest.raises(Unreachable, match="busy"):
        reader(Archive(stand_in.url), Clock()).thread(ID)
    assert len(stand_in.asked) == manners.TRIES


def test_web_page_instead_of_mail(stand_in: StandIn) -> None:
    """Trap 9: the archive's bot wall is HTML with status 200."""
    stand_in.answers[PATH] = [Answer(body=b"<!doctype html><title>Not a bot?</title>")]
    with pytest.raises(BotWall, match="web page instead of mail"):
        reader(Archive(stand_in.url), Clock()).thread(ID)


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (Answer(404), NotFound),
        (Answer(403), BotWall),
        (Answer(418), SourceFailed),
        (Answer(body=gzip.compress(THREAD)[:200] + b"\0" * 50), SourceFailed),
        (Answer(body=gzip.compress(THREAD)[:-20]), SourceFailed),
        (Answer(body=gzip.compress(b"")), NotFound),
        (Answer(302, headers=(("Location", "http://127.0.0.2:1/x"),)), SourceFailed),
    ],
)
def test_answers_that_are_no_thread(
    stand_in: StandIn, answer: Answer, error: type[ReviewbotError]
) -> None:
    stand_in.answers[PATH] = [answer]
    with pytest.raises(error) as caught:
        reader(Archive(stand_in.url), Clock()).thread(ID)
    assert type(caught.value) in (error, BotWall)
    assert "\n" not in str(caught.value)


def test_redirect_to_another_list_of_the_archive_is_followed(stand_in: StandIn) -> None:
    stand_in.answers[PATH] = [Answer(302, headers=(("Location", "/wimble/x"),))]
    stand_in.answers["/wimble/x"] = [Answer(body=gzip.compress(THREAD))]
    assert reader(Archive(stand_in.url), Clock()).thread(ID) == THREAD


def test_thread_that_is_small_only_while_packed(stand_in: StandIn) -> None:
    stand_in.serve(ID, b"\0" * (3 << 20))
    archive = replace(Archive(stand_in.url), limit=1 << 20)
    with pytest.raises(SourceFailed, match="more than 1 MB"):
        reader(archive, Clock()).thread(ID)


def test_thread_that_is_too_large_as_sent(stand_in: StandIn) -> None:
    stand_in.answers[PATH] = [Answer(body=b"\x1f\x8b" + b"\0" * (2 << 20))]
    archive = replace(Archive(stand_in.url), limit=1 << 20)
    with pytest.raises(SourceFailed, match="more than 1 MB"):
        reader(archive, Clock()).thread(ID)


def test_nobody_there() -> None:
    with pytest.raises(Unreachable, match="did not answer"):
        reader(Archive("http://127.0.0.1:1/all"), Clock()).thread(ID)

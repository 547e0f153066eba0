"""Completed series of a patchwork are handed on once; its own host is all that is asked."""

from __future__ import annotations

import json
from collections.abc import Sequence

import httpx
import pytest

from reviewbot.errors import NotFound, SourceFailed
from reviewbot.sources.patchwork import Patchwork
from reviewbot.store.records import Notice, Origin
from reviewbot.store.store import Store
from reviewbot.watch.patchwork import PatchworkWatch
from tests.sources.conftest import Answer, StandIn
from tests.sources.conftest import stand_in as stand_in
from tests.watch.conftest import Noting

LIST = "linux-wimble@lists.example"
EVENTS = "/api/1.3/events/"


def page(answers: object, **headers: str) -> Answer:
    return Answer(body=json.dumps(answers).encode(), headers=tuple(headers.items()))


class Server:
    """A stand-in that speaks as patchwork's API 1.3 does, in what we ask of it."""

    def __init__(self, stand_in: StandIn) -> None:
        self.url = stand_in.url.removesuffix("/all")
        self.stand_in = stand_in

    def series(self, number: int, **heads: object) -> dict[str, object]:
        """An event of this series, which can be asked for from now on."""
        place = f"/api/1.3/series/{number}/"
        self.stand_in.answers[place] = [page({"id": number, **heads})]
        payload = {"series": {"id": number, "url": f"{self.url}{place}"}}
        return {"id": number, "date": f"2026-11-02T09:30:{number:02}.000000", "payload": payload}

    def events(self, *pages: Sequence[dict[str, object]]) -> None:
        answers = []
        for number, events in enumerate(pages, 1):
            more = f'<{self.url}{EVENTS}?page={number + 1}>; rel="next"'
            answers.append(page(events, **({"Link": more} if number < len(pages) else {})))
        self.stand_in.answers[EVENTS] = answers


@pytest.fixture
def server(stand_in: StandIn) -> Server:
    return Server(stand_in)


@pytest.fixture
def watch(server: Server, store: Store, intake: Noting) -> PatchworkWatch:
    return PatchworkWatch(server.url, "wimble", LIST, "", store.marks, intake)


def cover(message_id: str) -> dict[str, object]:
    return {"cover_letter": {"msgid": f"<{message_id}>"}, "patches": [{"msgid": "<1@x.example>"}]}


def test_series_that_are_completed_after_the_first_look_are_handed_on_once(
    server: Server, watch: PatchworkWatch, intake: Noting, client: httpx.Client, store: Store
) -> None:
    server.events([server.series(1, **cover("old@x.example"))])
    assert watch.look(client) == 0
    one, two = server.series(2, **cover("a@x.example")), server.series(3, **cover("b@x.example"))
    bare = server.series(4, cover_letter=None, patches=[{"msgid": "<c@x.example>"}])
    server.events([one, two], [bare])
    assert watch.look(client) == 3
    told = ["a@x.example", "b@x.example", "c@x.example"]
    assert intake.notices == [Notice(each, LIST, Origin.PATCHWORK) for each in told]
    server.events([bare])
    assert watch.look(client) == 0
    since = [path for _, path, _ in server.stand_in.asked if "since=2026" in path]
    assert "since=2026-11-02T09%3A30%3A04.000000" in since[-1]


def test_an_event_that_leads_elsewhere_is_passed_over(
    server: Server, watch: PatchworkWatch, intake: Noting, client: httpx.Client
) -> None:
    server.events([server.series(1, **cover("old@x.example"))])
    watch.look(client)
    away = {"id": 2, "date": "2026-11-02T09:31:00", "payload": {"series": {"url": "http://e.vil/"}}}
    empty = server.series(3, cover_letter=None, patches=[])
    server.events([away, empty, server.series(4, **cover("d@x.example"))])
    assert watch.look(client) == 1
    assert intake.ids == ["d@x.example"]


@pytest.mark.parametrize(
    ("answer", "error", "complaint"),
    [
        (Answer(404), NotFound, "check the project 'wimble'"),
        (Answer(500), SourceFailed, "status 500"),
        (Answer(body=b"<html>"), SourceFailed, "no JSON"),
        (Answer(body=b"{}"), SourceFailed, "no list of events"),
    ],
)
def test_a_server_that_is_no_patchwork_is_named(
    server: Server, client: httpx.Client, answer: Answer, error: type[Exception], complaint: str
) -> None:
    server.stand_in.answers[EVENTS] = [answer]
    with pytest.raises(error, match=complaint):
        list(Patchwork(server.url, "wimble", "", client).completed(""))

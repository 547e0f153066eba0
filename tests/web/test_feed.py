"""The Atom feed of a list, as a reader of feeds gets it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

from fastapi.testclient import TestClient

from reviewbot.model import Severity
from reviewbot.store.store import Store
from tests.store.kept import LIST, finding, hours, keep_reviewed, series
from tests.web.quick import database as database
from tests.web.quick import empty_file as empty_file
from tests.web.quick import store as store
from tests.web.seeded import HOSTILE, seed_hostile

GOLDEN = Path(__file__).parent.parent / "data" / "feed.xml"
ATOM = "{http://www.w3.org/2005/Atom}"


def titles(client: TestClient, address: str) -> list[str]:
    feed = ElementTree.fromstring(client.get(address).content)
    return [entry.findtext(f"{ATOM}title", "") for entry in feed.iter(f"{ATOM}entry")]


def test_the_feed_of_a_list_is_as_it_was(client: TestClient, store: Store) -> None:
    said = replace(finding("fixes-tag", Severity.LOW), file="", function="", line=5, trace=())
    keep_reviewed(store, series("wimble", 2), (finding(), said), at=hours(1))
    keep_reviewed(store, series("clean"), at=hours(2))
    keep_reviewed(store, series("elsewhere"), mailing_list="other@lists.example", at=hours(3))
    answer = client.get(f"/feeds/{LIST}")
    assert answer.headers["content-type"] == "application/atom+xml"
    assert answer.text == GOLDEN.read_text("utf-8")


def test_all_lists_have_one_feed_and_a_new_list_an_empty_one(
    client: TestClient, store: Store
) -> None:
    keep_reviewed(store, series("early"), at=hours(1))
    keep_reviewed(store, series("late"), mailing_list="other@lists.example", at=hours(2))
    assert [title.split()[2] for title in titles(client, "/feeds")] == ["late:", "early:"]
    assert titles(client, "/feeds/none@lists.example") == []


def test_nothing_is_sent_again_until_there_is_news(client: TestClient, store: Store) -> None:
    keep_reviewed(store, series("wimble"))
    mark = {"If-None-Match": client.get("/feeds").headers["etag"]}
    assert client.get("/feeds", headers=mark).status_code == 304
    keep_reviewed(store, series("news"))
    assert client.get("/feeds", headers=mark).status_code == 200


def test_what_means_no_good_is_text(client: TestClient, store: Store) -> None:
    seed_hostile(store)
    feed = ElementTree.fromstring(client.get("/feeds").content)
    assert {element.tag.removeprefix(ATOM) for element in feed.iter()} == {
        "feed",
        "id",
        "title",
        "updated",
        "link",
        "author",
        "name",
        "entry",
        "content",
    }
    text = "".join(feed.itertext())
    assert "<script>" in text and HOSTILE[-1] not in text

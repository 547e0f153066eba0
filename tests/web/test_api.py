"""The JSON API keeps its promises: one document describes it, and lists come page by page."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient

from reviewbot.store.records import DraftState
from reviewbot.store.store import Store
from reviewbot.store.tokens import Scope
from tests.store.kept import LIST, START, finding, keep, keep_reviewed, series
from tests.web.conftest import NotingQueue
from tests.web.quick import database as database
from tests.web.quick import empty_file as empty_file
from tests.web.quick import store as store
from tests.web.seeded import Seeded, bearer, seed, token

API = "/api/v1"


@pytest.fixture
def seeded(store: Store) -> Seeded:
    return seed(store)


def get(client: TestClient, place: str, **query: object) -> Any:
    answer = client.get(f"{API}{place}", params={key: str(value) for key, value in query.items()})
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_lists_come_page_by_page_and_back(client: TestClient, store: Store) -> None:
    for number in range(5):
        keep(store, series(f"n{number}"), at=START + timedelta(minutes=number))
    first = get(client, "/series", limit=2)
    assert first["newer"] is None
    second = get(client, "/series", limit=2, cursor=first["older"])
    last = get(client, "/series", limit=2, cursor=second["older"])
    assert last["older"] is None
    found = [item["title"][:2] for page in (first, second, last) for item in page["items"]]
    assert found == ["n4", "n3", "n2", "n1", "n0"]
    assert get(client, "/series", limit=2, cursor=second["newer"])["items"] == first["items"]


def test_a_page_does_not_slip_when_something_comes_in(client: TestClient, store: Store) -> None:
    for number in range(4):
        keep(store, series(f"n{number}"), at=START + timedelta(minutes=number))
    first = get(client, "/series", limit=2)
    keep(store, series("news"), at=START + timedelta(hours=1))
    second = get(client, "/series", limit=2, cursor=first["older"])
    assert [item["title"][:2] for item in second["items"]] == ["n1", "n0"]


def test_a_series_its_revisions_and_what_became_of_its_findings(
    client: TestClient, seeded: Seeded
) -> None:
    found = get(client, f"/series/{seeded.series}")
    assert [revision["revision"] for revision in found["revisions"]] == [1, 2]
    fates = {
        story["rule"]: [stage["fate"] for stage in story["stages"]] for story in found["history"]
    }
    assert fates == {"null-lookup": ["new", "still there"], "uninit": ["new", "gone"]}
    [item] = get(client, "/series", q="wimble")["items"]
    assert item["findings"] == {"critical": 0, "high": 1, "medium": 0, "low": 0}
    by_mail = get(client, "/revisions", msgid="<wimble-v2-1@wimble.example>")
    assert by_mail == found["revisions"][1] == get(client, f"/revisions/{by_mail['id']}")


def test_a_finding_has_its_path_and_the_address_of_its_place(
    client: TestClient, seeded: Seeded
) -> None:
    found = get(client, f"/findings/{seeded.finding}")
    assert (found["rule"], found["line"], found["diff_line"]) == ("null-lookup", 13, 9)
    assert [step["note"] for step in found["trace"]] == [
        "wimble_count() can fail",
        "left is used",
    ]
    page = client.get(found["url"])
    assert f'id="{found["url"].partition("#")[2]}"' in page.text
    patch = get(client, f"/patches/{found['patch_id']}")
    assert patch["diff"].startswith("diff --git")
    review = get(client, f"/reviews/{found['review_id']}")
    assert found in review["findings"]
    assert review["review"]["findings"]["high"] == 1


@pytest.mark.parametrize(
    ("query", "number"),
    [
        ({}, 6),
        ({"rule": "uninit"}, 1),
        ({"severity": "low"}, 1),
        ({"list": "none@lists.example"}, 0),
        ({"status": "fixed"}, 0),
    ],
)
def test_findings_are_sought_by_what_they_are(
    client: TestClient, seeded: Seeded, query: dict[str, str], number: int
) -> None:
    assert len(get(client, "/findings", **query)["items"]) == number


def test_a_draft_is_read_edited_and_approved(
    client: TestClient, store: Store, queue: NotingQueue, seeded: Seeded
) -> None:
    may = bearer(token(store, Scope.DRAFTS))
    place = f"{API}/drafts/{seeded.drafts[0]}"
    before = client.get(place).json()
    body = f"Thank you.\n\n{before['body']}"
    edited = client.patch(place, json={"body": body}, headers=may).json()
    assert (edited["body"], edited["to"], edited["cc"]) == (body, before["to"], before["cc"])
    assert edited["headers"] == before["headers"]
    for way in ("patch", "post"):  # somebody else has changed it since
        where = f"{place}/approve?seen={before['digest']}" if way == "post" else place
        given = {"body": "x", "seen": before["digest"]} if way == "patch" else None
        stale = client.request(way, where, json=given, headers=may)
        assert (stale.status_code, stale.json()["error"]["type"]) == (409, "DraftClosed")
    assert client.get(place).json()["digest"] == edited["digest"] != before["digest"]
    wrong = client.patch(place, json={"to": "nobody"}, headers=may)
    assert (wrong.status_code, wrong.json()["error"]["type"]) == (400, "BadUsage")
    approved = client.post(f"{place}/approve?seen={edited['digest']}", headers=may).json()
    assert (approved["state"], approved["decided_by"]) == ("approved", "ada")
    assert queue.approved == [(seeded.drafts[0], "ada")]
    store.drafts.decide(seeded.drafts[1], DraftState.DISCARDED, "ben", "")
    late = client.post(f"{API}/drafts/{seeded.drafts[1]}/approve", headers=may)
    assert (late.status_code, late.json()["error"]["type"]) == (409, "DraftClosed")


def test_a_job_is_asked_for_once(client: TestClient, store: Store, queue: NotingQueue) -> None:
    may = bearer(token(store, Scope.JOBS))
    given = {"msgid": "<a@x.example>", "list": LIST}
    first = client.post(f"{API}/jobs", json=given, headers=may)
    again = client.post(f"{API}/jobs", json=given, headers=may)
    assert first.status_code == again.status_code == 202
    assert first.json()["id"] == again.json()["id"] == queue.queued[0]
    [job] = get(client, "/jobs")["items"]
    assert (job["message_id"], job["state"], job["origin"]) == ("a@x.example", "waiting", "person")
    assert client.get(job["url"]).status_code == 200
    wrong = client.post(f"{API}/jobs", json={"msgid": "https://x/a@b"}, headers=may)
    assert wrong.status_code == 400


def test_reviews_newest_first(client: TestClient, store: Store) -> None:
    keep_reviewed(store, series("wimble"), (finding(),))
    [item] = get(client, "/reviews", list=LIST)["items"]
    assert item["review"]["findings"]["high"] == 1
    assert item["message_id"] == "wimble-v1-0@wimble.example"


@pytest.mark.parametrize("query", ["limit=0", "limit=201", "status=odd", "cursor=%00"])
def test_what_cannot_be_read_is_refused(client: TestClient, query: str) -> None:
    answer = client.get(f"{API}/series?{query}")
    assert answer.status_code in (400, 422)
    assert set(answer.json()) == {"error"}


def test_one_document_describes_every_door(client: TestClient) -> None:
    document = client.get(f"{API}/openapi.json").json()
    assert document["openapi"].startswith("3.")
    for place in ("/series", "/series/{series_id}", "/findings", "/drafts/{draft_id}", "/jobs"):
        assert f"{API}{place}" in document["paths"]
    assert "/api/patchset" in document["paths"] and "/hooks/series" in document["paths"]
    assert not [place for place in document["paths"] if place.startswith(("/login", "/static"))]
    for place, methods in document["paths"].items():
        for method, door in methods.items():
            answers = [code for code in door["responses"] if code.startswith("2")]
            assert answers, f"{method} {place} says what it answers"

"""Reading is open or not by the setting; writing needs the scope, and a form of our own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from fastapi.testclient import TestClient

from reviewbot.config import Settings
from reviewbot.config.service import Reading
from reviewbot.store.records import DraftState
from reviewbot.store.store import Store
from reviewbot.store.tokens import Scope
from reviewbot.web.app import LOGINS_A_MINUTE, create_app
from reviewbot.web.armour import LARGEST
from tests.web.conftest import NotingQueue
from tests.web.quick import database as database
from tests.web.quick import empty_file as empty_file
from tests.web.quick import store as store
from tests.web.seeded import Seeded, bearer, form_key, log_in, seed, token

OPEN = ["/about", "/login", "/healthz", "/readyz"]
CLOSED_PAGES = [
    "/",
    "/series/1",
    "/patches/1",
    "/drafts",
    "/drafts/1",
    "/rules",
    "/figures",
    "/state",
]
CLOSED_DATA = ["/api/v1/series", "/api/v1/jobs/x", "/api/patchset?id=x", "/feeds", "/metrics"]


@pytest.fixture
def private(settings: Settings, store: Store, queue: NotingQueue) -> Iterator[TestClient]:
    """The same site, where reading needs a login."""
    closed = replace(settings, service=replace(settings.service, reading=Reading.LOGIN))
    with TestClient(create_app(closed, store, queue)) as client:
        yield client


@pytest.fixture
def seeded(store: Store) -> Seeded:
    return seed(store)


@pytest.mark.parametrize("page", OPEN)
def test_what_is_open_to_all(private: TestClient, page: str) -> None:
    assert private.get(page).status_code == 200


@pytest.mark.parametrize("page", CLOSED_PAGES)
def test_a_page_that_is_closed_leads_to_the_login_and_back(
    private: TestClient, store: Store, seeded: Seeded, page: str
) -> None:
    answer = private.get(f"{page}?q=%26", follow_redirects=False)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/login?next=")
    form = private.get(answer.headers["location"]).text
    given = {"token": token(store, Scope.READ), "key": form_key(form), "next": f"{page}?q=%26"}
    back = private.post("/login", data=given, follow_redirects=False)
    assert back.headers["location"] == f"{page}?q=%26"
    assert private.get(page).status_code == 200


@pytest.mark.parametrize("place", CLOSED_DATA)
def test_what_programs_read_is_closed_too(private: TestClient, store: Store, place: str) -> None:
    assert private.get(place).status_code == 401
    assert private.get(place).json()["error"]["type"] == "LoginNeeded"
    assert private.get(place, headers=bearer("rvb_other")).status_code == 401
    allowed = private.get(place, headers=bearer(token(store, Scope.READ)))
    assert allowed.status_code in (200, 404)


def test_a_token_that_is_none_of_ours(client: TestClient) -> None:
    answer = client.post("/login", data={"token": "x", "key": form_key(client.get("/login").text)})
    assert answer.status_code == 401
    assert "none of ours" in answer.text
    assert "reviewbot" not in client.cookies
    assert client.get("/api/v1/series", headers=bearer("x")).status_code == 401


def test_the_cookie_is_for_this_site_alone(client: TestClient, store: Store) -> None:
    key = form_key(client.get("/login").text)
    answer = client.post(
        "/login", data={"token": token(store, Scope.READ), "key": key}, follow_redirects=False
    )
    [cookie] = [one for one in answer.headers.get_list("set-cookie") if "reviewbot=" in one]
    assert "HttpOnly" in cookie and "SameSite=lax" in cookie and "Path=/" in cookie
    assert "Secure" not in cookie


def test_behind_https_the_cookie_is_secure(
    settings: Settings, store: Store, queue: NotingQueue
) -> None:
    public = replace(settings.service, public_url="https://reviews.example")
    app = create_app(replace(settings, service=public), store, queue)
    with TestClient(app, base_url="https://reviews.example") as client:
        log_in(client, token(store, Scope.READ))
        assert set(client.cookies) == {"__Host-reviewbot"}
        [cookie] = client.cookies.jar
        assert cookie.secure
        assert "ada" in client.get("/about").text


def test_logging_out(client: TestClient, store: Store) -> None:
    log_in(client, token(store, Scope.READ))
    page = client.get("/").text
    assert "Log out" in page
    cookie = client.cookies["reviewbot"]
    assert client.post("/logout", data={"key": "wrong"}).status_code == 403
    client.post("/logout", data={"key": form_key(page)})
    assert "Log in" in client.get("/").text
    client.cookies.set("reviewbot", cookie)
    assert "Log in" in client.get("/").text, "the session has to end on the server"


def test_tries_to_log_in_are_few(client: TestClient) -> None:
    key = form_key(client.get("/login").text)
    tries = [
        client.post("/login", data={"token": "x", "key": key}).status_code
        for _ in range(LOGINS_A_MINUTE + 1)
    ]
    assert tries == [401] * LOGINS_A_MINUTE + [429]
    answer = client.post("/login", data={"token": "x", "key": key})
    assert int(answer.headers["retry-after"]) >= 1


@pytest.mark.parametrize(
    "elsewhere",
    ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", "/\n/x"],
)
def test_the_login_leads_nowhere_else(client: TestClient, store: Store, elsewhere: str) -> None:
    key = form_key(client.get("/login", params={"next": elsewhere}).text)
    given = {"token": token(store, Scope.READ), "key": key, "next": elsewhere}
    answer = client.post("/login", data=given, follow_redirects=False)
    assert answer.headers["location"] == "/"


FORMS = [
    ("/drafts/{draft}/approve", {"seen": "x"}),
    ("/drafts/{draft}/discard", {}),
    ("/drafts/{draft}/edit", {"to": "a@b.example", "body": "x", "seen": "x"}),
    ("/findings/{finding}/answer", {"verdict": "not a bug"}),
    ("/jobs", {"msgid": "wimble-v1-0@wimble.example"}),
]


@pytest.mark.parametrize(("place", "fields"), FORMS)
def test_a_form_needs_a_login_the_scope_and_its_key(
    client: TestClient,
    store: Store,
    queue: NotingQueue,
    seeded: Seeded,
    place: str,
    fields: dict[str, str],
) -> None:
    address = place.format(draft=seeded.drafts[0], finding=seeded.finding)
    assert client.post(address, data=fields).status_code == 401
    secret = token(store, Scope.READ, name="reader")
    log_in(client, secret)
    key = form_key(client.get("/").text)
    assert client.post(address, data={**fields, "key": key}).status_code == 403
    client.cookies.clear()
    log_in(client, token(store, *Scope, name="writer"))
    assert client.post(address, data=fields).status_code == 403
    assert client.post(address, data={**fields, "key": key}).status_code == 403, "of another login"
    key = form_key(client.get("/").text)
    stranger = {"Sec-Fetch-Site": "cross-site"}
    assert client.post(address, data={**fields, "key": key}, headers=stranger).status_code == 403
    assert not queue.approved and not queue.queued
    assert store.answers.of(seeded.series) == ()
    states = [store.drafts.get(one) for one in seeded.drafts]
    assert {one.state for one in states if one} == {DraftState.DRAFT}


CALLS = [
    ("post", "/api/v1/drafts/{draft}/approve", None),
    ("post", "/api/v1/drafts/{draft}/discard", {}),
    ("patch", "/api/v1/drafts/{draft}", {"body": "x"}),
    ("post", "/api/v1/findings/{finding}/answers", {"verdict": "not a bug"}),
    ("post", "/api/v1/jobs", {"msgid": "wimble-v1-0@wimble.example"}),
]


@pytest.mark.parametrize(("method", "place", "body"), CALLS)
def test_a_call_that_writes_needs_the_scope_in_its_header(
    client: TestClient,
    store: Store,
    queue: NotingQueue,
    seeded: Seeded,
    method: str,
    place: str,
    body: object,
) -> None:
    address = place.format(draft=seeded.drafts[0], finding=seeded.finding)
    assert client.request(method, address, json=body).status_code == 401
    reader = bearer(token(store, Scope.READ, name="reader"))
    assert client.request(method, address, json=body, headers=reader).status_code == 403
    secret = token(store, *Scope, name="writer")
    log_in(client, secret)
    assert client.request(method, address, json=body).status_code == 403, "by cookie alone"
    answer = client.request(method, address, json=body, headers=bearer(secret))
    assert answer.status_code in (200, 202, 204), answer.text


def test_every_answer_is_armoured(client: TestClient) -> None:
    for place in ("/", "/nowhere", "/login", "/api/v1/series", "/healthz", "/static/icon.svg"):
        headers = client.get(place).headers
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy and "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy and "script-src" not in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "DENY"
        assert headers["referrer-policy"] == "same-origin"


def test_pages_are_not_kept_by_proxies_and_the_style_sheet_is(client: TestClient) -> None:
    page = client.get("/")
    assert page.headers["cache-control"] == "private, no-cache"
    sheet = page.text.partition('rel="stylesheet" href="')[2].partition('"')[0]
    answer = client.get(sheet)
    assert answer.headers["content-type"].startswith("text/css")
    assert "immutable" in answer.headers["cache-control"]
    assert client.get("/static/000000000000.css").status_code == 404


def test_a_body_is_not_too_long(client: TestClient) -> None:
    answer = client.post("/login", content=b"x" * (LARGEST + 1))
    assert answer.status_code == 413

    def parts() -> Iterator[bytes]:
        yield b"x"

    assert client.post("/login", content=parts()).status_code == 413


def test_errors_are_pages_for_people_and_json_for_programs(client: TestClient) -> None:
    for place in ("/series/99", "/series/x", "/nowhere", "/series/99999999999999999999"):
        page = client.get(place)
        assert page.status_code == 404
        assert "<h1>Not Found</h1>" in page.text
    answer = client.get("/api/v1/series/99")
    assert (answer.status_code, answer.json()["error"]["type"]) == (404, "NotKept")
    answer = client.get("/api/v1/series/x")
    assert (answer.status_code, answer.json()["error"]["type"]) == (422, "BadRequest")
    assert client.get("/?at=nonsense").status_code == 400
    assert client.get("/api/v1/series?cursor=nonsense").status_code == 400

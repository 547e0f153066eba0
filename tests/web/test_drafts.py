"""A draft is read as it goes out, edited, approved or discarded, and nothing else happens to it."""

from __future__ import annotations

import html
from dataclasses import replace

import pytest
from fastapi.testclient import TestClient

from reviewbot.config import Settings
from reviewbot.config.lists import EVERY_LIST, Audience, ListPolicy
from reviewbot.mail.edit import read
from reviewbot.model import Draft
from reviewbot.store.records import DraftState, Outcome, StoredDraft
from reviewbot.store.store import Store
from reviewbot.store.tokens import Scope
from reviewbot.web.app import create_app
from tests.store.kept import START
from tests.web.conftest import NotingQueue
from tests.web.quick import database as database
from tests.web.quick import empty_file as empty_file
from tests.web.quick import store as store
from tests.web.seeded import Seeded, form_key, log_in, seed, token


@pytest.fixture
def seeded(store: Store) -> Seeded:
    return seed(store)


@pytest.fixture
def place(client: TestClient, store: Store, seeded: Seeded) -> str:
    """The page of the first draft, for somebody who may decide."""
    log_in(client, token(store, Scope.DRAFTS))
    return f"/drafts/{seeded.drafts[0]}"


def draft(store: Store, seeded: Seeded) -> StoredDraft:
    found = store.drafts.get(seeded.drafts[0])
    assert found is not None
    return found


def fields(client: TestClient, place: str) -> dict[str, str]:
    """The hidden fields of the page's forms."""
    page = client.get(place).text
    seen = page.partition('name="seen" value="')[2].partition('"')[0]
    return {"key": form_key(page), "seen": seen}


def test_the_page_has_the_whole_mail(
    client: TestClient, store: Store, seeded: Seeded, place: str
) -> None:
    mail = client.get(f"{place}/mail")
    assert mail.headers["content-type"].startswith("message/rfc822")
    head, _, body = mail.text.partition("\n\n")
    assert body == draft(store, seeded).message.decode().partition("\n\n")[2]
    page = html.unescape(client.get(place).text)
    for line in (*head.split("\n"), *body.split("\n")):
        assert line in page or line.startswith("Date:")


POLICIES = [
    (ListPolicy(muted=False), "", False),
    (ListPolicy(muted=False, write_to=tuple(Audience)), "", True),
    (ListPolicy(), "is kept and does not go out: the list is muted", False),
    (
        ListPolicy(muted=False, write_to=()),
        "is kept and does not go out: the list's mail goes to nobody",
        False,
    ),
    (ListPolicy(muted=False, max_age_days=0.0), "will not go out: older than 0 days", False),
    (ListPolicy(muted=False, opted_out=("*",)), "will not go out: the author", False),
    (ListPolicy(muted=False, mails_a_day=0), "does not go out: the list gets 0 mails", False),
]


@pytest.mark.parametrize(("policy", "why", "public"), POLICIES)
def test_the_mail_is_as_the_policy_of_the_list_lets_it_out(
    settings: Settings,
    store: Store,
    queue: NotingQueue,
    seeded: Seeded,
    policy: ListPolicy,
    why: str,
    public: bool,
) -> None:
    ruled = replace(settings, lists={EVERY_LIST: policy})
    with TestClient(create_app(ruled, store, queue)) as client:
        page = html.unescape(client.get(f"/drafts/{seeded.drafts[0]}").text)
    assert ("nce approved, it" in page or "ven approved" in page) is bool(why)
    assert why in page
    head = page.partition('class="mailhead">')[2].partition("</pre>")[0]
    assert ("\nCc: " in head) is public


def test_approving_puts_it_into_the_queue_under_the_name_of_who_did(
    client: TestClient, queue: NotingQueue, seeded: Seeded, place: str
) -> None:
    answer = client.post(f"{place}/approve", data=fields(client, place), follow_redirects=False)
    assert answer.headers["location"] == f"{place}?done=approved"
    assert queue.approved == [(seeded.drafts[0], "ada")]
    page = client.get(answer.headers["location"]).text
    assert "Approved: it goes out" in page and "/approve" not in page


def test_discarding_keeps_the_reason(
    client: TestClient, store: Store, seeded: Seeded, place: str
) -> None:
    given = {**fields(client, place), "why": " it is locked elsewhere "}
    client.post(f"{place}/discard", data=given)
    stored = draft(store, seeded)
    assert (stored.state, stored.note) == (DraftState.DISCARDED, "it is locked elsewhere")
    page = client.get(place).text
    assert "it is locked elsewhere" in page and 'action="/drafts' not in page


def test_an_edit_changes_what_was_edited_and_nothing_else(
    client: TestClient, store: Store, seeded: Seeded, place: str
) -> None:
    before = read(draft(store, seeded).message)
    body = before.body.replace("Is there", "Is it so, or is there")
    given = {"to": "Bo Brook <bo@x.example>", "cc": "", "body": body.replace("\n", "\r\n")}
    client.post(f"{place}/edit", data={**fields(client, place), **given})
    after = read(draft(store, seeded).message)
    assert after.body == body
    assert [one.email for one in after.to] == ["bo@x.example"] and after.cc == ()
    kept = [
        line for line in before.head.split("\n") if not line.startswith(("To:", "Cc:", " ", "\t"))
    ]
    assert set(kept) <= set(after.head.split("\n"))


def test_an_approved_draft_that_is_edited_waits_again(
    client: TestClient, store: Store, seeded: Seeded, place: str
) -> None:
    client.post(f"{place}/approve", data=fields(client, place))
    mail = read(draft(store, seeded).message)
    given = {"to": mail.to[0].email, "cc": "", "body": mail.body + "Thanks.\n"}
    client.post(f"{place}/edit", data={**fields(client, place), **given})
    assert draft(store, seeded).state is DraftState.DRAFT


def test_what_cannot_be_taken_is_not_lost(
    client: TestClient, store: Store, seeded: Seeded, place: str
) -> None:
    given = {"to": "nobody", "cc": "", "body": "My long <answer>\n"}
    answer = client.post(f"{place}/edit", data={**fields(client, place), **given})
    assert answer.status_code == 422
    assert "'nobody' is no mail address" in html.unescape(answer.text)
    assert "My long &lt;answer&gt;" in answer.text
    assert b"My long" not in draft(store, seeded).message


def test_nobody_approves_what_was_changed_meanwhile(
    client: TestClient, store: Store, queue: NotingQueue, seeded: Seeded, place: str
) -> None:
    read_before = fields(client, place)
    stored = draft(store, seeded)
    store.drafts.edit(stored.id, stored.message + b"Other words.\n", "ben")
    answer = client.post(f"{place}/approve", data=read_before)
    assert answer.status_code == 409 and "read it again" in answer.text
    assert not queue.approved


def test_the_page_warns_of_what_lists_do_not_like(
    client: TestClient, store: Store, seeded: Seeded, place: str
) -> None:
    assert "b4 takes" not in client.get(place).text
    stored = draft(store, seeded)
    text = stored.message.replace(b"\n-- \n", b"\nReviewed-by: Bot <bot@x.example>\n-- \n")
    store.drafts.edit(stored.id, text, "ben")
    assert "b4 takes 'Reviewed-by: Bot <bot@x.example>' into the commit" in html.unescape(
        client.get(place).text
    )


def test_the_list_has_those_that_wait_first(
    client: TestClient, store: Store, seeded: Seeded, place: str
) -> None:
    assert f'href="{place}"' in client.get("/drafts").text
    store.drafts.decide(seeded.drafts[0], DraftState.DISCARDED, "ada", "no")
    assert f'href="{place}"' not in client.get("/drafts").text
    assert f'href="{place}"' in client.get("/drafts?state=discarded").text
    assert f'href="{place}"' in client.get("/drafts?state=all").text
    assert f'href="{place}"' not in client.get("/drafts?state=all&list=none@x.example").text


def test_the_page_says_where_the_mail_went_and_when(
    client: TestClient, store: Store, seeded: Seeded, place: str
) -> None:
    assert "Handed over" not in client.get(place).text
    store.drafts.approve(seeded.drafts[0], "ada", lambda *_: None)
    stored = draft(store, seeded)
    begun = store.deliveries.begin(stored.id, stored.turn, "smtp", lambda _: as_draft(stored))
    assert begun is not None
    store.deliveries.end(begun[0], Outcome.SENT, "250 taken <b>", DraftState.SENT, now=START)
    page = client.get(place).text
    assert "2026-11-02 09:30</time> · smtp ·" in page
    assert "250 taken &lt;b&gt;" in page


def as_draft(stored: StoredDraft) -> Draft:
    return Draft(
        message=stored.message,
        message_id=stored.message_id,
        in_reply_to=stored.in_reply_to,
        to=stored.to,
        cc=stored.cc,
        kind=stored.kind,
        findings=(),
    )

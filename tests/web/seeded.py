"""A store with one series in two versions, its drafts, and people who may do this or that."""

from __future__ import annotations

from dataclasses import dataclass, replace

from fastapi.testclient import TestClient

from reviewbot.model import Address, Severity
from reviewbot.store.records import DraftState
from reviewbot.store.store import Store
from reviewbot.store.tokens import Scope
from tests.mail import invented
from tests.store.kept import LIST, START, again, finding, hours, keep_reviewed, series

HOSTILE = '</pre><script>alert("1")</script><img src=x onerror=alert(1)>\u202e'


@dataclass(frozen=True)
class Seeded:
    """Where things are: ids in the store."""

    series: int
    first_review: int
    patches: tuple[int, ...]
    finding: int
    drafted: int
    drafts: tuple[int, ...]


def seed(store: Store) -> Seeded:
    """`series` has a fault in both versions and one that the second mends; `drafted` has drafts."""
    first = series("wimble", 2)
    lasting, mended = finding(), finding("uninit", Severity.LOW, mark="f2")
    saved, review_id = keep_reviewed(store, first, (lasting, mended))
    keep_reviewed(store, again(first, 2), (lasting,), at=hours(1))
    [shown, _] = store.detail.findings([review_id])[review_id]
    made = invented.series()
    drafted = store.series.save(made.series, LIST, hours(2))
    drafted_review = store.reviews.save(drafted.revision_id, made, 0.1, hours(2))
    drafts = invented.drafts("series")
    ids = store.drafts.add(drafted_review, drafts, LIST, DraftState.DRAFT, START)
    patches = [
        patch.id
        for each in store.detail.series(saved.series_id).revisions
        for patch in each.patches
    ]
    return Seeded(saved.series_id, review_id, tuple(patches), shown.id, drafted.series_id, ids)


def seed_hostile(store: Store) -> tuple[int, int]:
    """(series, patch) of somebody who means no good."""
    made = series(f"evil {HOSTILE}", author=Address(HOSTILE, "evil@evil.example"))
    [patch] = made.patches
    diff = patch.diff.replace("wimble_count(w);", f"wimble_count(w); /* {HOSTILE} */")
    made = replace(made, patches=(replace(patch, message=HOSTILE, diff=diff),))
    found = replace(finding(), message=HOSTILE, function=HOSTILE, suggestion=f"+{HOSTILE}\n")
    saved, _ = keep_reviewed(store, made, (found,), mailing_list=f"{HOSTILE}@lists.example")
    [revision] = store.detail.series(saved.series_id).revisions
    return saved.series_id, revision.patches[0].id


def token(store: Store, *scopes: Scope, name: str = "ada") -> str:
    return store.tokens.add(name, scopes)


def bearer(secret: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {secret}"}


def log_in(client: TestClient, secret: str) -> None:
    """As a browser does: the form is fetched, filled and sent."""
    key = form_key(client.get("/login").text)
    answer = client.post("/login", data={"token": secret, "key": key}, follow_redirects=False)
    assert answer.status_code == 303, answer.text


def form_key(page: str) -> str:
    """The key that the forms of this page carry."""
    _, _, rest = page.partition('name="key" value="')
    assert rest, page
    return rest.partition('"')[0]

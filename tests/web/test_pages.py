"""Each page shows what it is for, whatever the mails hold that it is made from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from html.parser import HTMLParser

import pytest
from fastapi.testclient import TestClient

from reviewbot.config import Settings
from reviewbot.model import Severity
from reviewbot.registry import LoadedRule, load_rules
from reviewbot.resources import rules_dir
from reviewbot.store.records import JobState, Notice, Origin
from reviewbot.store.store import Store
from reviewbot.store.tokens import Scope
from reviewbot.web.app import create_app
from tests.store.kept import LIST, START, finding, hours, keep, keep_reviewed, series
from tests.web.conftest import NotingQueue
from tests.web.quick import database as database
from tests.web.quick import empty_file as empty_file
from tests.web.quick import store as store
from tests.web.seeded import Seeded, form_key, log_in, seed, seed_hostile, token


@pytest.fixture(scope="session")
def rules() -> tuple[LoadedRule, ...]:
    return load_rules(rules_dir())


@pytest.fixture
def site(
    settings: Settings, store: Store, queue: NotingQueue, rules: tuple[LoadedRule, ...]
) -> Iterator[TestClient]:
    with TestClient(create_app(settings, store, queue, rules, remember=0.0)) as client:
        yield client


@pytest.fixture
def seeded(store: Store) -> Seeded:
    return seed(store)


class Page(HTMLParser):
    """What a page says, the places that it leads to, and the tags that it has."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.links: list[str] = []
        self.ids: list[str] = []
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        given = dict(attrs)
        self.attributes |= set(given)
        self.links += [given["href"] or ""] if tag == "a" and "href" in given else []
        self.ids += [given["id"] or ""] if "id" in given else []

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.texts).split())


def page(client: TestClient, address: str, status: int = 200) -> Page:
    answer = client.get(address)
    assert answer.status_code == status, answer.text
    shown = Page(answer.text)
    assert len(shown.ids) == len(set(shown.ids)), "each id once"
    return shown


def test_the_list_of_series_says_how_each_stands(site: TestClient, store: Store) -> None:
    keep_reviewed(store, series("faulty", 2), (finding(),), at=hours(2))
    keep_reviewed(store, series("clean"), at=hours(1))
    keep(store, replace(series("fresh"), missing=(2,), expected=2), "other@lists.example")
    shown = page(site, "/")
    for words in ("1 high", "nothing found", "not reviewed", "1 of 2 missing", "Ada Keeper"):
        assert words in shown.text
    assert [link for link in shown.links if link.startswith("/series/")] == [
        "/series/1",
        "/series/2",
        "/series/3",
    ]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("list=other@lists.example", ["fresh"]),
        ("author=ada@lantern.example", ["faulty", "clean", "fresh"]),
        ("rule=null-lookup", ["faulty"]),
        ("status=findings", ["faulty"]),
        ("status=clean", ["clean"]),
        ("status=open", ["fresh"]),
        ("q=fault", ["faulty"]),
        ("q=nothing+like+it", []),
        ("list=other@lists.example&status=clean", []),
    ],
)
def test_the_list_can_be_filtered_and_searched(
    site: TestClient, store: Store, query: str, found: list[str]
) -> None:
    keep_reviewed(store, series("faulty", 2), (finding(),), at=hours(2))
    keep_reviewed(store, series("clean"), at=hours(1))
    keep(store, series("fresh"), "other@lists.example")
    text = page(site, f"/?{query}").text
    names = [name for name in ("faulty", "clean", "fresh") if f"{name}: all of it" in text]
    assert names == found
    assert ("No series is like that" in text) is (not found)


def test_a_message_id_leads_to_its_series(site: TestClient, seeded: Seeded) -> None:
    answer = site.get("/?q=wimble-v1-1@wimble.example", follow_redirects=False)
    assert answer.headers["location"] == f"/series/{seeded.series}"
    answer = site.get("/m/wimble-v1-2@wimble.example", follow_redirects=False)
    assert answer.headers["location"] == f"/patches/{seeded.patches[1]}"
    answer = site.get("/m/wimble-v1-0@wimble.example", follow_redirects=False)
    assert answer.headers["location"] == f"/series/{seeded.series}"
    page(site, "/m/none@x.example", 404)


def test_pages_of_a_list_lead_to_each_other(site: TestClient, store: Store) -> None:
    for number in range(60):
        keep(store, series(f"n{number}"), at=START + timedelta(minutes=number))
    first = page(site, f"/?list={LIST}")
    [older] = [link for link in first.links if "at=" in link]
    assert "list=" in older, "the filter goes along"
    second = page(site, f"/{older}")
    names = {link for link in (*first.links, *second.links) if link.startswith("/series/")}
    assert len(names) == 60
    [newer] = [link for link in second.links if "at=" in link]
    again = page(site, f"/{newer}")
    assert [link for link in again.links if "series/" in link] == [
        link for link in first.links if "series/" in link
    ]


def test_a_series_shows_what_became_of_each_finding(site: TestClient, seeded: Seeded) -> None:
    shown = page(site, f"/series/{seeded.series}")
    assert "null-lookup speaks of f1" in shown.text and "uninit speaks of f2" in shown.text
    assert "still there" in shown.text and "gone" in shown.text
    assert "unchanged" in shown.text, "the patches are the same in both versions"
    assert {f"/patches/{patch}" for patch in seeded.patches} <= set(shown.links)


def test_a_series_names_the_patches_that_have_not_come(site: TestClient, store: Store) -> None:
    gapped = replace(series("gapped", 2), expected=5, missing=(2, 4, 5))
    saved = keep(store, gapped)
    assert "5 patches without 2, 4, 5" in page(site, f"/series/{saved.series_id}").text


def test_a_patch_shows_the_finding_below_its_line(site: TestClient, seeded: Seeded) -> None:
    text = site.get(f"/patches/{seeded.patches[0]}").text
    shown = Page(text)
    assert f"f{seeded.finding}" in shown.ids and "L9" in shown.ids
    line, note = text.index('id="L9"'), text.index(f'id="f{seeded.finding}"')
    assert line < note < text.index('id="L10"')
    for words in ("13 wimble_count() can fail", "14 left is used", "confidence high"):
        assert words in shown.text
    assert {"#L9", "#L10", "/rules/null-lookup"} <= set(shown.links)
    assert '<span class="ct">int</span>' in text, "the code is coloured"


def test_what_is_said_of_the_commit_message_stands_in_it(site: TestClient, store: Store) -> None:
    said = replace(finding("fixes-tag"), file="", function="", line=3, diff_line=None, trace=())
    saved, _ = keep_reviewed(store, series("tagged"), (said,))
    [revision] = store.detail.series(saved.series_id).revisions
    text = site.get(f"/patches/{revision.patches[0].id}").text
    assert "line 3 of the commit message" in Page(text).text
    assert text.index("Part 1 of tagged") < text.index("of the commit message")
    assert text.index("of the commit message") < text.index('id="changes"')
    assert "commit message" in page(site, f"/series/{saved.series_id}").text


def test_the_plain_diff_is_the_mail_s_own(site: TestClient, seeded: Seeded, store: Store) -> None:
    patch = seeded.patches[0]
    answer = site.get(f"/patches/{patch}/diff")
    assert answer.text == store.detail.patch(patch).patch.diff
    assert answer.headers["content-type"].startswith("text/plain")


def test_a_rule_shows_its_page_its_examples_and_how_it_fared(
    site: TestClient, seeded: Seeded
) -> None:
    shown = page(site, "/rules/null-lookup")
    for words in ("Looks for", "When it is wrong", "bad-1", "good-1", "is reported at"):
        assert words in shown.text
    assert "2 in 1 series" in shown.text
    assert "1 in 1 series" in page(site, "/rules/uninit").text
    page(site, "/rules/nothing-like-it", 404)


def test_an_example_about_commit_messages_shows_them(site: TestClient) -> None:
    text = site.get("/rules/fixes-tag").text
    assert "Fixes: 1a2b3c4 (" in text and "commit message:" in text
    assert "Expect:" not in text


def test_every_rule_has_a_page(site: TestClient, rules: tuple[LoadedRule, ...]) -> None:
    links = page(site, "/rules").links
    for rule in rules:
        assert f"/rules/{rule.id}" in links
        text = page(site, f"/rules/{rule.id}").text
        assert all(example.name in text for example in rule.examples)


def test_figures_are_drawn_and_told(site: TestClient, store: Store) -> None:
    assert "Nothing yet." in page(site, "/figures").text
    keep_reviewed(store, series("a"), (finding(), finding("uninit", Severity.LOW)))
    shown = page(site, "/figures")
    assert "as a table" in shown.text and "Findings a week" in shown.text


def test_state_shows_jobs_and_what_is_wrong(site: TestClient, store: Store) -> None:
    job, _ = store.jobs.accept(Notice("a@x.example", LIST, Origin.WATCH), "r", lambda *_: None)
    store.jobs.move(job.id, JobState.FAILED, "the archive has no such mail")
    shown = page(site, "/state?job=failed")
    assert f"/jobs/{job.id}" in shown.links
    assert "No worker has said anything" in shown.text
    text = page(site, f"/jobs/{job.id}").text
    assert "failed" in text and "the archive has no such mail" in text


def test_who_may_asks_for_a_review(site: TestClient, store: Store, queue: NotingQueue) -> None:
    log_in(site, token(store, Scope.JOBS))
    key = form_key(site.get("/state").text)
    given = {"msgid": " <a@x.example> ", "key": key}
    answer = site.post("/jobs", data=given, follow_redirects=False)
    [job_id] = queue.queued
    assert answer.headers["location"] == f"/jobs/{job_id}"
    assert "a@x.example" in page(site, f"/jobs/{job_id}").text
    wrong = {"msgid": "https://evil.example/a@x", "key": key}
    assert site.post("/jobs", data=wrong).status_code == 400
    assert queue.queued == [job_id]


def test_a_finding_is_answered(site: TestClient, store: Store, seeded: Seeded) -> None:
    log_in(site, token(store, Scope.DRAFTS))
    address = f"/patches/{seeded.patches[0]}"
    given = {"key": form_key(site.get(address).text), "verdict": "not a bug"}
    answer = site.post(f"/findings/{seeded.finding}/answer", data=given, follow_redirects=False)
    assert answer.headers["location"].startswith(f"{address}?review=")
    assert "ada : “not a bug”" in page(site, address).text
    [word] = store.answers.of(seeded.series)
    assert (word.author, word.fingerprint) == ("ada", "f1")


def test_whoever_only_reads_sees_no_forms(site: TestClient, seeded: Seeded) -> None:
    for address in (f"/patches/{seeded.patches[0]}", f"/drafts/{seeded.drafts[0]}", "/state"):
        assert 'method="post"' not in site.get(address).text


def test_what_means_no_good_is_only_shown(site: TestClient, store: Store) -> None:
    series_id, patch_id = seed_hostile(store)
    for address in ("/", f"/series/{series_id}", f"/patches/{patch_id}", "/?q=%3Cscript%3E"):
        shown = page(site, address)
        assert not shown.tags & {"script", "img"}
        assert not {name for name in shown.attributes if name.startswith("on")}
        assert "\u202e" not in "".join(shown.texts)
    assert "⟨U+202E⟩" in page(site, f"/patches/{patch_id}").text

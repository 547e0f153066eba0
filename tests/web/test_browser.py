"""The main paths through the site in a real browser, by mouse and by keyboard."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from reviewbot.config import Settings
from reviewbot.mail.edit import read
from reviewbot.registry import LoadedRule, load_rules
from reviewbot.resources import rules_dir
from reviewbot.store.records import DraftState
from reviewbot.store.store import Store
from reviewbot.store.tokens import Scope
from tests.store.kept import DIFF, keep_reviewed, series
from tests.web.browsing import Look, log_in, looking
from tests.web.browsing import browser as browser
from tests.web.live import serving
from tests.web.quick import database as database
from tests.web.quick import empty_file as empty_file
from tests.web.quick import store as store
from tests.web.seeded import Seeded, seed, seed_hostile, token

LOOKS = [
    pytest.param(Look(1280, "light", scripts=True), id="wide"),
    pytest.param(Look(390, "dark", scripts=False), id="phone, dark, no scripts"),
]


@pytest.fixture(scope="session")
def rules() -> tuple[LoadedRule, ...]:
    return load_rules(rules_dir())


@pytest.fixture
def seeded(store: Store) -> Seeded:
    return seed(store)


@pytest.fixture
def site(
    settings: Settings, store: Store, seeded: Seeded, rules: tuple[LoadedRule, ...]
) -> Iterator[str]:
    with serving(settings, store, rules) as url:
        yield url


@pytest.fixture(params=LOOKS)
def page(request: pytest.FixtureRequest, browser: Browser, site: str) -> Iterator[Page]:
    with looking(browser, site, request.param) as page:
        yield page


def test_from_the_list_to_the_line_that_is_wrong(page: Page) -> None:
    page.goto("/")
    page.get_by_role("searchbox").fill("wimble")
    page.get_by_role("button", name="Show").click()
    page.get_by_role("link", name="wimble: all of it").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("wimble: all of it")
    row = page.get_by_role("row").filter(has_text="null-lookup speaks of f1")
    row.get_by_role("link", name="still there").click()
    finding = page.get_by_role("region", name="Finding: null-lookup")
    expect(finding).to_be_in_viewport()
    below = page.locator("#L9").bounding_box()
    box = finding.bounding_box()
    assert below is not None and box is not None
    assert 0 <= box["y"] - (below["y"] + below["height"]) < 40, "right below its line"
    expect(finding.get_by_text("wimble_count() can fail")).to_be_visible()


def test_numbers_of_long_files_stay_on_their_line(
    browser: Browser, site: str, store: Store
) -> None:
    diff = DIFF.replace("@@ -10,6 +10,7 @@", "@@ -123450,6 +123450,7 @@")
    saved, _ = keep_reviewed(store, series("long", diff=diff))
    [revision] = store.detail.series(saved.series_id).revisions
    with looking(browser, site) as page:
        page.goto(f"/patches/{revision.patches[0].id}")
        line = page.locator("[data-o='123450'][data-n='123450']")
        heights = line.evaluate(
            "line => ['::before', '::after'].map(part => getComputedStyle(line, part).height)"
        )
        box = line.bounding_box()
    assert box is not None
    assert all(float(height.removesuffix("px")) <= box["height"] + 1 for height in heights)


def test_a_finding_can_be_folded_away_by_keyboard(page: Page, seeded: Seeded) -> None:
    page.goto(f"/patches/{seeded.patches[0]}")
    finding = page.locator(f"#f{seeded.finding}")
    path = finding.get_by_text("wimble_count() can fail")
    expect(path).to_be_visible()
    finding.locator("summary").first.focus()
    page.keyboard.press("Enter")
    expect(path).to_be_hidden()
    page.keyboard.press("Enter")
    expect(path).to_be_visible()


def test_a_draft_is_edited_and_approved_by_keyboard_alone(
    page: Page, store: Store, seeded: Seeded
) -> None:
    log_in(page, token(store, Scope.DRAFTS))
    page.goto(f"/drafts/{seeded.drafts[0]}")
    page.get_by_text("Edit the mail").focus()
    page.keyboard.press("Enter")
    words = page.get_by_label("The words")
    words.focus()
    page.keyboard.press("Control+Home")
    page.keyboard.type("Hello,\n\n")
    page.get_by_role("button", name="Keep").press("Enter")
    expect(page.get_by_role("status")).to_contain_text("Kept")
    expect(page.locator(".mailbody")).to_contain_text("Hello,")
    page.get_by_role("button", name="Approve").press("Enter")
    expect(page.get_by_role("status")).to_contain_text("Approved")
    draft = store.drafts.get(seeded.drafts[0])
    assert draft is not None
    assert (draft.state, draft.decided_by) == (DraftState.APPROVED, "ada")
    assert read(draft.message).body.startswith("Hello,\n\nOn ")


def test_a_draft_is_discarded_and_the_badge_counts_down(
    page: Page, store: Store, seeded: Seeded
) -> None:
    log_in(page, token(store, Scope.DRAFTS))
    badge = page.get_by_role("navigation", name="Site").locator(".badge")
    expect(badge).to_contain_text(str(len(seeded.drafts)))
    page.goto(f"/drafts/{seeded.drafts[0]}")
    page.get_by_label("because").fill("no lock is held there")
    page.get_by_role("button", name="Discard").click()
    expect(page.get_by_text("no lock is held there")).to_be_visible()
    expect(badge).to_contain_text(str(len(seeded.drafts) - 1))


def test_the_first_key_skips_to_the_content(page: Page) -> None:
    page.goto("/")
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to the content")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()


def test_nothing_is_wider_than_the_screen(page: Page, store: Store, seeded: Seeded) -> None:
    """What must be wide, as a table of many versions, scrolls within itself."""
    evil_series, evil_patch = seed_hostile(store)
    log_in(page, token(store, *Scope))
    size = page.viewport_size
    assert size is not None
    places = [
        "/",
        f"/series/{seeded.series}",
        f"/series/{evil_series}",
        f"/patches/{seeded.patches[0]}",
        f"/patches/{evil_patch}",
        "/drafts",
        f"/drafts/{seeded.drafts[0]}",
        "/rules",
        "/rules/null-lookup",
        "/figures",
        "/state",
        "/about",
    ]
    for place in places:
        page.goto(place)
        assert page.evaluate("document.documentElement.scrollWidth") <= size["width"], place


@pytest.mark.parametrize("colours", ["light", "dark"])
def test_words_can_be_told_from_the_paper(
    browser: Browser, site: str, seeded: Seeded, colours: str
) -> None:
    """WCAG 2.2, 1.4.3: 4.5 to 1 for every piece of text on the densest page."""
    look = Look(1280, "dark" if colours == "dark" else "light")
    with looking(browser, site, look) as page:
        page.goto(f"/patches/{seeded.patches[0]}")
        faint = page.evaluate(CONTRAST)
    assert not faint


CONTRAST = """() => {
  const bright = colour => {
    const [r, g, b] = colour.map(v => v / 255).map(
      v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const parsed = text => text.match(/[\\d.]+/g).map(Number);
  const paper = element => {
    for (let at = element; at; at = at.parentElement) {
      const found = parsed(getComputedStyle(at).backgroundColor);
      if (found.length < 4 || found[3] > 0) return found.slice(0, 3);
    }
    return [255, 255, 255];
  };
  const faint = [];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const element = walk.currentNode.parentElement;
    if (!walk.currentNode.data.trim() || !element.checkVisibility()) continue;
    const ink = bright(parsed(getComputedStyle(element).color).slice(0, 3));
    const under = bright(paper(element));
    const ratio = (Math.max(ink, under) + 0.05) / (Math.min(ink, under) + 0.05);
    if (ratio < 4.5) faint.push([walk.currentNode.data.trim(), ratio]);
  }
  return faint;
}"""

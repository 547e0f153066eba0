"""Debian's Chromium, driven by Playwright: with or without scripts, wide or narrow."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

QUIET = """--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-dev-shm-usage
--disable-background-networking --disable-component-update --disable-sync""".split()
SLOWEST = 60_000
"""Milliseconds that a page may take; on a busy machine a browser is slow."""


@dataclass(frozen=True)
class Look:
    """How a reader sees the site; `width` in CSS pixels."""

    width: int = 1280
    colours: Literal["light", "dark"] = "light"
    scripts: bool = True


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One for each module: Playwright's loop must not run beneath the tests of others."""
    program = shutil.which("chromium")
    if program is None:
        pytest.skip("chromium is not installed: tests/debian-packages.txt lists what to add")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=QUIET, timeout=SLOWEST)
        yield browser
        browser.close()


@contextmanager
def looking(browser: Browser, site: str, look: Look = Look()) -> Iterator[Page]:
    """A fresh profile at this site. What the page complains of fails the test at the end."""
    size = {"width": look.width, "height": 844}
    context = browser.new_context(
        base_url=site,
        viewport=size,  # type: ignore[arg-type]
        color_scheme=look.colours,
        java_script_enabled=look.scripts,
    )
    context.set_default_timeout(SLOWEST)
    complaints: list[str] = []
    page = context.new_page()
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on(
        "request",
        lambda asked: None if asked.url.startswith(site) else complaints.append(asked.url),
    )
    try:
        yield page
    finally:
        context.close()
    assert not complaints, complaints


def log_in(page: Page, token: str) -> None:
    """Through the form, with nothing but the keyboard."""
    page.goto("/login")
    expect(page.get_by_label("Your token")).to_be_focused()
    page.keyboard.type(token)
    page.keyboard.press("Enter")
    page.wait_for_url("**/")


def picture(page: Page, folder: Path, name: str) -> None:
    """For people to look at after the test."""
    page.screenshot(path=folder / f"{name}.png", full_page=True)

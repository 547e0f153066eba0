"""The whole way, on real parts: an archive, a watcher, a server, a browser, an SMTP server, b4.

A series comes in on the list; its review is read in Chromium and the draft approved there; the
reply arrives as mail, is archived in the thread, and b4 still takes nothing but the series.
"""

from __future__ import annotations

import mailbox
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from email.message import Message
from email.utils import parseaddr
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from reviewbot.jobs.migrate import migrate
from tests.public_inbox import Inbox, serving
from tests.series_builder import AUTHOR, posting
from tests.service import LIST, Process, eventually, faulty_posting, ran, running
from tests.smtp_server import Server
from tests.smtp_server import smtp_server as smtp_server
from tests.web.browsing import browser as browser
from tests.web.browsing import log_in, looking

OLD = posting("before", 1)
SERIES = faulty_posting("whole", 2, minute=99)
POLICY = """
mail_address = "reviewbot@bot.example"

[lists."*"]
muted = false
write_to = ["author", "list"]
"""


@dataclass(frozen=True)
class Service:
    """What runs: the list's archive, and a server that a watcher feeds."""

    archive: Inbox
    settings: dict[str, str]
    url: str

    def token(self) -> str:
        made = ran(["token", "add", "ada"], self.settings)
        assert made.returncode == 0, made.stderr
        return made.stdout.decode().strip()


@pytest.fixture
def service(tmp_path: Path, smtp_server: Server) -> Iterator[Service]:
    config = tmp_path / "config.toml"
    config.write_text(POLICY)
    database = f"sqlite:///{tmp_path / 'reviewbot.db'}"
    migrate(database)
    with serving(tmp_path / "archive") as archive:
        archive.feed(OLD.messages)
        settings = {
            "CONFIG": str(config),
            "ARCHIVE": archive.url,
            "CACHE_DIR": str(tmp_path / "cache"),
            "SERVICE__DATABASE": database,
            "SERVICE__LISTEN": "127.0.0.1:0",
            "SERVICE__ARCHIVE_RATE": "1000",
            "SERVICE__SWEEP_SECONDS": "0.5",
            "WATCH__POLL_SECONDS": "0.5",
            "OUTBOX__CHANNEL": "smtp",
            "OUTBOX__SMTP__HOST": "127.0.0.1",
            "OUTBOX__SMTP__PORT": str(smtp_server.port),
            "OUTBOX__SMTP__SECURITY": "plain",
        }
        first = ran(["watch", "--once", archive.url], settings)
        assert first.returncode == 0, first.stderr
        with (
            running(["serve"], settings, tmp_path / "serve.log") as server,
            running(["watch", archive.url], settings, tmp_path / "watch.log"),
        ):
            yield Service(archive, settings, address(server))


def address(server: Process) -> str:
    def look() -> str | None:
        found = re.search(r"serving at (http://\S+)", server.said())
        return found[1].rstrip("/") if found else None

    return eventually(look)


def test_from_a_new_series_to_a_reply_in_its_thread(
    service: Service, browser: Browser, smtp_server: Server, tmp_path: Path
) -> None:
    service.archive.feed(SERIES.messages)
    with looking(browser, service.url) as page:
        read_the_review(page)
        approve_the_first_draft(page, service.token())
        taken = eventually(lambda: smtp_server.post.taken)
        eventually(lambda: says_it_was_sent(page) or None)
    [mail] = taken
    check_reply(mail.message)
    assert set(mail.recipients) == {parseaddr(AUTHOR)[1], LIST}
    service.archive.feed([mail.content.replace(b"\r\n", b"\n")])
    assert in_thread(service.archive, mail.message["Message-ID"])
    check_series(taken_by_b4(service.archive, tmp_path))


def read_the_review(page: Page) -> None:
    """From the list of series to the finding below its line."""

    def reviewed() -> bool | None:
        page.goto("/?q=whole&status=findings")
        return page.get_by_role("link", name="misc: whole").count() == 1 or None

    eventually(reviewed)
    page.get_by_role("link", name="misc: whole").click()
    row = page.get_by_role("row").filter(has_text="near is dereferenced").first
    row.get_by_role("link", name="new").click()
    finding = page.get_by_role("region", name="Finding: null-lookup")
    expect(finding.get_by_text("pci_get_slot() can return NULL", exact=True)).to_be_visible()


def approve_the_first_draft(page: Page, token: str) -> None:
    log_in(page, token)
    page.get_by_role("navigation", name="Site").get_by_role("link", name="Drafts").click()
    page.get_by_role("link", name="[PATCH 1/2]").click()
    expect(page.locator(".mailbody")).to_contain_text("Ada Wimble wrote:")
    page.get_by_role("button", name="Approve").click()
    expect(page.get_by_role("status")).to_contain_text("Approved")


def says_it_was_sent(page: Page) -> bool:
    page.reload()
    return page.locator(".state").first.inner_text() == "sent"


def check_reply(mail: Message) -> None:
    patch = SERIES.patches[0]
    assert SERIES.cover is not None
    assert mail["Subject"] == f"Re: {patch.subject}"
    assert mail["In-Reply-To"] == f"<{patch.message_id}>"
    assert mail["References"].split() == [
        f"<{SERIES.cover.message_id}>",
        f"<{patch.message_id}>",
    ]
    assert mail["Auto-Submitted"] == "auto-replied"
    assert mail.get_content_type() == "text/plain"
    body = mail.get_payload(decode=True)
    assert isinstance(body, bytes)
    text = body.decode().replace("\r\n", "\n")
    quoted, comment = text.index("> +\treturn near->device;"), text.index("pci_get_slot() can")
    assert quoted < comment < text.index("\n-- \n")
    assert "not a bug: null-lookup" in text


def in_thread(archive: Inbox, message_id: str) -> bool:
    """Whether the archive shows the mail among the answers to the series."""
    thread = httpx.get(f"{archive.url}/{SERIES.ids[0]}/t.atom").text
    return message_id.strip("<>") in thread


def taken_by_b4(archive: Inbox, folder: Path) -> list[Message]:
    """What the installed `b4 am` makes of the thread now."""
    home = folder / "home"
    home.mkdir()
    program = str(Path(sys.executable).with_name("b4"))
    mask = ["-c", f"b4.midmask={archive.url}/%s", "-c", "b4.attestation-policy=off"]
    done = subprocess.run(
        [program, *mask, "am", "-o", str(folder), SERIES.ids[0]],
        env={"HOME": str(home), "PATH": os.environ["PATH"], "GIT_CONFIG_SYSTEM": os.devnull},
        cwd=home,
        capture_output=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()
    [made] = folder.glob("*.mbx")
    with closing(mailbox.mbox(made)) as box:
        return list(box)


def check_series(mails: list[Message]) -> None:
    """The patches as they were posted: none more, and not a line of ours in them."""
    assert len(mails) == len(SERIES.patches)
    for mail, patch in zip(mails, SERIES.patches, strict=True):
        body = mail.get_payload(decode=True)
        assert isinstance(body, bytes)
        message, _, rest = body.decode().partition("\n---\n")
        assert message.rstrip() == patch.body.partition("\n---\n")[0].rstrip()
        assert "+\treturn near->device;" in rest
        assert "reviewbot" not in str(mail)

"""Workers of real processes send approved drafts: each once, wherever one is killed (kill -9)."""

from __future__ import annotations

import mailbox
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text

from reviewbot.jobs.queue import Queue
from reviewbot.store.records import DraftState, Outcome, StoredDraft
from reviewbot.store.store import Store
from tests.imap_server import Dovecot
from tests.imap_server import dovecot as dovecot
from tests.jobs.posted import filed, seen
from tests.mail import invented
from tests.public_inbox import Inbox
from tests.service import Process, died, eventually, running
from tests.smtp_server import PASSWORD, Server
from tests.smtp_server import certificate as certificate
from tests.smtp_server import smtp_server as smtp_server

POLICY = """
[lists."*"]
muted = false
write_to = ["author", "maintainers", "list"]
"""
DELIVERIES = ("reviewbot.store.deliveries", "Deliveries")


@pytest.fixture
def settings(migrated: Store, database: str, tmp_path: Path) -> dict[str, str]:
    file = tmp_path / "config.toml"
    file.write_text(POLICY)
    return {
        "CONFIG": str(file),
        "SERVICE__DATABASE": database,
        "SERVICE__WORKER_LOST_SECONDS": "3",
        "SERVICE__SWEEP_SECONDS": "0.3",
        "SERVICE__ARCHIVE_RATE": "1000",
        "OUTBOX__RETRY_SECONDS": "0.3",
        "OUTBOX__TRIES": "4",
        "OUTBOX__PATH": str(tmp_path / "drafts"),
    }


@pytest.fixture
def by_smtp(settings: dict[str, str], smtp_server: Server) -> dict[str, str]:
    return {
        **settings,
        "OUTBOX__CHANNEL": "smtp",
        "OUTBOX__SMTP__HOST": "127.0.0.1",
        "OUTBOX__SMTP__PORT": str(smtp_server.port),
        "OUTBOX__SMTP__SECURITY": "plain",
    }


@pytest.fixture
def draft(migrated: Store) -> StoredDraft:
    return let_go(migrated, "single")


def let_go(store: Store, case: str) -> StoredDraft:
    """The draft of an invented thread, approved and in the queue."""
    [draft] = filed(store, case)
    with closing(Queue(store, "rules")) as queue:
        queue.approve(draft.id, "ada")
    return draft


def ended(store: Store, draft: StoredDraft, worker: Process, *states: DraftState) -> StoredDraft:
    def look() -> StoredDraft | None:
        now = seen(store, draft.id)
        return now if now.state in states else None

    try:
        return eventually(look)
    except AssertionError as error:
        raise AssertionError(f"{seen(store, draft.id)}: {worker.said()}") from error


def kept(settings: dict[str, str]) -> list[str]:
    """The Message-IDs of the mails in the maildir."""
    return [mail["Message-ID"] for mail in mailbox.Maildir(settings["OUTBOX__PATH"])]


def listening(store: Store) -> list[str]:
    """The looks for answers that are in the queue, none of them due yet."""
    prefix = "dbos." if store.sessions.engine.dialect.name == "postgresql" else ""
    wanted = "queue_name = 'listen' AND status = 'DELAYED'"
    asked = f"SELECT workflow_uuid FROM {prefix}workflow_status WHERE {wanted}"

    def look() -> list[str]:
        with store.sessions.reading() as session:
            return list(session.scalars(text(asked)))

    return eventually(lambda: look() or None)


def test_an_approved_draft_arrives_as_a_reply_in_the_thread(
    migrated: Store,
    draft: StoredDraft,
    by_smtp: dict[str, str],
    tmp_path: Path,
    smtp_server: Server,
) -> None:
    with running(["worker"], by_smtp, tmp_path / "log") as worker:
        ended(migrated, draft, worker, DraftState.SENT)
        begun = listening(migrated)
    [taken] = smtp_server.post.taken
    patch = invented.single().series.patches[0].mail
    assert taken.message["In-Reply-To"] == f"<{patch.message_id}>"
    assert taken.message["Message-ID"] == f"<{draft.message_id}>"
    assert set(taken.recipients) == {each.email for each in (*draft.to, *draft.cc)}
    assert begun == [f"listen-{patch.message_id}-1"], "answers are looked for"


def test_a_draft_that_needs_no_approval_is_found_and_sent(
    migrated: Store, settings: dict[str, str], tmp_path: Path
) -> None:
    [draft] = filed(migrated)
    migrated.drafts.decide(draft.id, DraftState.APPROVED, "")
    with running(["worker"], settings, tmp_path / "log") as worker:
        ended(migrated, draft, worker, DraftState.SENT)
    assert kept(settings) == [f"<{draft.message_id}>"]


@pytest.mark.parametrize(
    ("point", "tries"),
    [
        pytest.param((*DELIVERIES, "begin", "after"), ["failed", "sent"], id="noted"),
        pytest.param((*DELIVERIES, "hand_over", "after"), ["failed", "sent"], id="at the brink"),
        pytest.param(
            ("reviewbot.outbox.files", "Maildir", "send", "after"), ["sent"], id="delivered"
        ),
        pytest.param((*DELIVERIES, "end", "after"), ["sent"], id="noted as sent"),
    ],
)
def test_a_worker_that_is_killed_while_it_sends_sends_once(
    migrated: Store,
    draft: StoredDraft,
    settings: dict[str, str],
    tmp_path: Path,
    point: tuple[str, ...],
    tries: list[str],
) -> None:
    died(point, settings, tmp_path / "first")
    with running(["worker"], settings, tmp_path / "second") as second:
        ended(migrated, draft, second, DraftState.SENT)
        eventually(lambda: len(migrated.workers.all()) == 1)
    assert kept(settings) == [f"<{draft.message_id}>"]
    assert [each.outcome for each in migrated.deliveries.of(draft.id)] == tries


def test_what_was_put_into_a_drafts_folder_before_the_kill_is_found_there(
    migrated: Store,
    draft: StoredDraft,
    settings: dict[str, str],
    tmp_path: Path,
    dovecot: Dovecot,
) -> None:
    user = f"sender-{migrated.sessions.engine.dialect.name}"
    by_imap = {
        **settings,
        "OUTBOX__CHANNEL": "imap",
        "OUTBOX__IMAP__HOST": "127.0.0.1",
        "OUTBOX__IMAP__PORT": str(dovecot.port),
        "OUTBOX__IMAP__SECURITY": "plain",
        "OUTBOX__IMAP__USER": user,
        "OUTBOX__IMAP__PASSWORD": PASSWORD,
    }
    died(("reviewbot.outbox.imap", "Imap", "send", "after"), by_imap, tmp_path / "first")
    assert seen(migrated, draft.id).state is DraftState.SENDING
    with running(["worker"], by_imap, tmp_path / "second") as second:
        ended(migrated, draft, second, DraftState.SENT)
    assert len(dovecot.mails(user)) == 1


def test_what_was_written_to_an_mbox_before_the_kill_is_found_there(
    migrated: Store, draft: StoredDraft, settings: dict[str, str], tmp_path: Path
) -> None:
    box = str(tmp_path / "out.mbox")
    by_mbox = {**settings, "OUTBOX__CHANNEL": "mbox", "OUTBOX__PATH": box}
    died(("reviewbot.outbox.files", "MboxFile", "send", "after"), by_mbox, tmp_path / "first")
    assert seen(migrated, draft.id).state is DraftState.SENDING
    with running(["worker"], by_mbox, tmp_path / "second") as second:
        ended(migrated, draft, second, DraftState.SENT)
    with closing(mailbox.mbox(box, create=False)) as held:
        assert [mail["Message-ID"] for mail in held] == [f"<{draft.message_id}>"]


def test_a_mail_that_went_out_before_the_kill_is_found_in_the_archive(
    migrated: Store,
    draft: StoredDraft,
    by_smtp: dict[str, str],
    tmp_path: Path,
    smtp_server: Server,
    public_inbox: Inbox,
) -> None:
    settings = {**by_smtp, "ARCHIVE": public_inbox.url}
    sent = ("reviewbot.outbox.smtp", "Smtp", "send", "after")
    died(sent, settings, tmp_path / "first")
    assert seen(migrated, draft.id).state is DraftState.SENDING
    public_inbox.feed([taken.content for taken in smtp_server.post.taken])
    with running(["worker"], settings, tmp_path / "second") as second:
        ended(migrated, draft, second, DraftState.SENT)
    assert len(smtp_server.post.taken) == 1


@pytest.mark.parametrize(
    ("point", "mails"),
    [
        pytest.param((*DELIVERIES, "hand_over", "after"), 0, id="at the brink"),
        pytest.param(("reviewbot.outbox.smtp", "Smtp", "send", "after"), 1, id="delivered"),
    ],
)
def test_where_no_archive_has_it_a_person_is_asked_and_nothing_is_sent_again(
    migrated: Store,
    by_smtp: dict[str, str],
    tmp_path: Path,
    smtp_server: Server,
    public_inbox: Inbox,
    point: tuple[str, ...],
    mails: int,
) -> None:
    settings, draft = {**by_smtp, "ARCHIVE": public_inbox.url}, let_go(migrated, "several")
    died(point, settings, tmp_path / "first")
    with running(["worker"], settings, tmp_path / "second") as second:
        now = ended(migrated, draft, second, DraftState.FAILED, DraftState.SENT)
    assert now.state is DraftState.FAILED
    assert f"look for <{draft.message_id}> in the log of 127.0.0.1" in now.note
    assert len(smtp_server.post.taken) == mails
    assert [each.outcome for each in migrated.deliveries.of(draft.id)] == [Outcome.UNCLEAR]

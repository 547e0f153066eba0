"""Drafts in a real Dovecot: in the folder that it marks as drafts, once, and found again."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from itertools import count

import pytest

from reviewbot.config.outgoing import MailServer, Security
from reviewbot.errors import DeliveryUnclear, MailRefused, OutboxUnusable
from reviewbot.outbox.imap import Imap
from reviewbot.outbox.interface import Whereabouts
from tests.imap_server import OTHER, Dovecot
from tests.imap_server import dovecot as dovecot
from tests.mail import invented
from tests.smtp_server import PASSWORD, Certificate
from tests.smtp_server import certificate as certificate

DRAFT, SECOND = invented.drafts("names")[0], invented.drafts("single")[0]
_users = count()


@pytest.fixture
def account(dovecot: Dovecot) -> MailServer:
    """Of somebody who has no mail yet."""
    user = f"ada{next(_users)}"
    return MailServer("localhost", dovecot.port, Security.PLAIN, user, PASSWORD)


def nothing() -> None:
    pass


def test_a_draft_is_kept_where_the_server_says_that_drafts_are(
    dovecot: Dovecot, account: MailServer
) -> None:
    imap = Imap(account)
    assert imap.find(DRAFT) is Whereabouts.ABSENT
    assert imap.send(DRAFT, nothing) == ""
    [(about, content)] = dovecot.mails(account.user)
    assert content.replace(b"\r\n", b"\n") == DRAFT.message
    assert rb"\Draft" in about
    assert rb"\Seen" not in about
    assert imap.find(DRAFT) is Whereabouts.THERE
    assert imap.find(SECOND) is Whereabouts.ABSENT


def test_a_folder_may_be_named_and_its_name_may_be_any(
    dovecot: Dovecot, account: MailServer
) -> None:
    for folder, raw in ((OTHER, '"Reviews &- more"'), ("Entwürfe", '"Entw&APw-rfe"')):
        imap = Imap(replace(account, folder=folder))
        imap.send(DRAFT, nothing)
        assert imap.find(DRAFT) is Whereabouts.THERE
        assert len(dovecot.mails(account.user, raw)) == 1


def test_what_a_person_has_read_flagged_or_edited_is_still_there(
    dovecot: Dovecot, account: MailServer
) -> None:
    Imap(account).send(DRAFT, nothing)
    with dovecot.opened(account.user) as program:
        program.select("Entw&APw-rfe")
        program.store("1", "+FLAGS", r"(\Seen \Flagged)")
    assert Imap(account).find(DRAFT) is Whereabouts.THERE


def test_login_and_draft_go_encrypted(
    dovecot: Dovecot, account: MailServer, certificate: Certificate
) -> None:
    for security, port in ((Security.STARTTLS, dovecot.port), (Security.TLS, dovecot.tls_port)):
        server = replace(account, security=security, port=port)
        imap = Imap(server, certificate.trusting)
        imap.send(DRAFT, nothing)
        assert imap.find(DRAFT) is Whereabouts.THERE
        with pytest.raises(MailRefused, match="self-signed certificate; no mail is put there"):
            Imap(server).find(DRAFT)
    assert len(dovecot.mails(account.user)) == 2


def test_a_wrong_password_is_not_tried_again(account: MailServer) -> None:
    with pytest.raises(MailRefused, match=r"localhost refused the login: .*Authentication failed"):
        Imap(replace(account, password="x")).send(DRAFT, nothing)


def test_a_folder_that_is_not_there_is_named(account: MailServer) -> None:
    imap = Imap(replace(account, folder="Nowhere"))
    with pytest.raises(OutboxUnusable, match='refused to open "Nowhere": Mailbox does'):
        imap.find(DRAFT)
    with pytest.raises(OutboxUnusable, match=r'to put the mail into "Nowhere": \[TRYCREATE\]'):
        imap.send(DRAFT, nothing)


def test_at_the_brink_the_draft_can_be_held_back(dovecot: Dovecot, account: MailServer) -> None:
    def brink() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Imap(account).send(DRAFT, brink)
    assert dovecot.mails(account.user) == []


def test_a_server_that_is_away_took_nothing() -> None:
    with socket.create_server(("127.0.0.1", 0)) as gone:
        port = gone.getsockname()[1]
    imap = Imap(MailServer("127.0.0.1", port, Security.PLAIN, "ada", PASSWORD))
    with pytest.raises(OutboxUnusable, match=r"127\.0\.0\.1: does not answer as it should"):
        imap.send(DRAFT, nothing)


@contextmanager
def playing(lines: list[tuple[str, str]]) -> Iterator[int]:
    """A server with no manners: for each command that holds a word, an answer; then it goes."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def play() -> None:
            connection, _ = listener.accept()
            with closing(connection), connection.makefile("rwb") as stream:
                stream.write(b"* OK [CAPABILITY IMAP4rev1] here\r\n")
                stream.flush()
                for word, answer in lines:
                    asked = stream.readline().decode()
                    assert word in asked, asked
                    stream.write(answer.replace("TAG", asked.split()[0]).encode())
                    stream.flush()

        thread = threading.Thread(target=play)
        thread.start()
        yield listener.getsockname()[1]
        thread.join()


OFFERS = ("CAPABILITY", "* CAPABILITY IMAP4rev1\r\nTAG OK done\r\n")
HELLO = [OFFERS, ("LOGIN", "TAG OK in\r\n"), OFFERS]


def test_a_connection_that_ends_while_the_draft_goes_leaves_it_open() -> None:
    folders = '* LIST (\\Drafts) "/" Drafts\r\nTAG OK done\r\n'
    with playing([*HELLO, ('LIST "" "*"', folders), ("APPEND Drafts", "")]) as port:
        imap = Imap(MailServer("127.0.0.1", port, Security.PLAIN, "ada", PASSWORD))
        with pytest.raises(DeliveryUnclear, match="while the mail was handed over"):
            imap.send(DRAFT, nothing)


def test_a_server_that_marks_no_drafts_needs_a_setting() -> None:
    folders = '* LIST () "/" INBOX\r\n* LIST (\\Drafts-of-others) NIL x\r\nTAG OK done\r\n'
    with playing([*HELLO, ("LIST", folders)]) as port:
        imap = Imap(MailServer("127.0.0.1", port, Security.PLAIN, "ada", PASSWORD))
        with pytest.raises(MailRefused, match=r"marks no folder as drafts; set outbox\.imap"):
            imap.send(DRAFT, nothing)


def test_a_folder_s_name_may_come_as_a_literal() -> None:
    folders = '* LIST (\\HasNoChildren \\DRAFTS) "/" {8}\r\nDra "fts\r\nTAG OK done\r\n'
    kept = ('APPEND "Dra \\"fts" (\\Draft)', "TAG NO over quota\r\n")
    with playing([*HELLO, ("LIST", folders), kept]) as port:
        imap = Imap(MailServer("127.0.0.1", port, Security.PLAIN, "ada", PASSWORD))
        with pytest.raises(OutboxUnusable, match="over quota"):
            imap.send(DRAFT, nothing)

"""Mail by SMTP to a real server: as it was written, once, and never without knowing."""

from __future__ import annotations

from dataclasses import replace
from email import policy
from email.parser import BytesParser
from typing import Any

import pytest

from reviewbot.config.outgoing import MailServer, Security
from reviewbot.errors import DeliveryUnclear, MailRefused, OutboxUnusable
from reviewbot.model import Address, Draft
from reviewbot.outbox.interface import Whereabouts
from reviewbot.outbox.smtp import Smtp
from tests.mail import invented
from tests.smtp_server import PASSWORD, USER, Certificate, Post, Server, knows, serving
from tests.smtp_server import certificate as certificate
from tests.smtp_server import smtp_server as smtp_server

SENDER = "reviewbot@bots.example.org"
DRAFT = invented.drafts("names")[0]
PEOPLE = tuple(each.email for each in (*DRAFT.to, *DRAFT.cc))


def plain(server: Server) -> Smtp:
    return Smtp(MailServer("127.0.0.1", server.port, Security.PLAIN), SENDER)


def sent(smtp: Smtp, draft: Draft = DRAFT) -> str:
    """What `send` says, and that the brink was reached once."""
    brinks: list[str] = []
    said = smtp.send(draft, lambda: brinks.append("here"))
    assert brinks == ["here"]
    return said


def test_a_mail_arrives_byte_for_byte_at_everybody(smtp_server: Server) -> None:
    assert sent(plain(smtp_server)) == ""
    [taken] = smtp_server.post.taken
    assert (taken.sender, taken.recipients) == (SENDER, PEOPLE)
    assert taken.content.replace(b"\r\n", b"\n") == DRAFT.message
    assert not DRAFT.message.isascii(), "the draft should show that umlauts pass"


def test_lines_that_begin_with_a_dot_arrive(smtp_server: Server) -> None:
    body = b"\n.\n..\n.x\nFrom here\nlast\n"
    sent(plain(smtp_server), replace(DRAFT, message=b"Subject: dots\n" + body))
    assert smtp_server.post.taken[0].content == b"Subject: dots\r\n" + body.replace(b"\n", b"\r\n")


def test_a_server_that_takes_no_8bit_gets_quoted_printable() -> None:
    with serving(decode_data=True) as server:  # aiosmtpd offers no 8BITMIME then
        sent(plain(server))
        content = server.post.taken[0].content
    assert content.isascii()
    read = BytesParser(policy=policy.default).parsebytes(content.replace(b"\r\n", b"\n"))
    assert read["Content-Transfer-Encoding"] == "quoted-printable"
    assert read.get_content() == DRAFT.message.decode().partition("\n\n")[2]


@pytest.mark.parametrize("security", [Security.TLS, Security.STARTTLS])
def test_login_and_mail_go_encrypted(certificate: Certificate, security: Security) -> None:
    options: dict[str, Any] = {"implicit_tls": certificate.server, "auth_require_tls": False}
    if security is Security.STARTTLS:
        options = {"tls_context": certificate.server, "auth_required": True}
    with serving(authenticator=knows, **options) as server:
        account = MailServer("localhost", server.port, security, USER, PASSWORD)
        sent(Smtp(account, SENDER, certificate.trusting))
        assert len(server.post.taken) == 1
        with pytest.raises(MailRefused, match="localhost refused the login: 535"):
            sent(Smtp(replace(account, password="x"), SENDER, certificate.trusting))
        with pytest.raises(MailRefused, match="self-signed certificate; no mail is sent so"):
            sent(Smtp(account, SENDER))
        assert len(server.post.taken) == 1


def test_a_server_without_the_encryption_that_was_asked_for_gets_nothing(
    smtp_server: Server,
) -> None:
    account = MailServer("127.0.0.1", smtp_server.port, Security.STARTTLS)
    with pytest.raises(MailRefused, match="is not as the settings say: STARTTLS"):
        sent(Smtp(account, SENDER))
    assert smtp_server.post.taken == []


@pytest.mark.parametrize(
    ("answer", "error"), [("550 no such user", MailRefused), ("450 come back", OutboxUnusable)]
)
@pytest.mark.parametrize("what", ["everybody", "data"])
def test_a_mail_that_nobody_takes_was_not_sent(
    answer: str, error: type[Exception], what: str
) -> None:
    refuses = {"data": answer} if what == "data" else dict.fromkeys(PEOPLE, answer)
    with serving(Post(refuses=refuses)) as server:
        with pytest.raises(error, match=f"127.0.0.1 refused .*: {answer}"):
            plain(server).send(DRAFT, lambda: None)
        assert server.post.taken == []


def test_somebody_who_is_refused_for_good_is_named_and_the_others_get_it() -> None:
    with serving(Post(refuses={PEOPLE[1]: "550 gone"})) as server:
        assert sent(plain(server)) == f"not taken for {PEOPLE[1]} (550 gone)"
        assert server.post.taken[0].recipients == (PEOPLE[0], *PEOPLE[2:])


def test_somebody_who_is_refused_for_now_puts_the_whole_mail_off() -> None:
    with serving(Post(refuses={PEOPLE[1]: "451 greylisted"})) as server:
        with pytest.raises(OutboxUnusable, match=f"mail to {PEOPLE[1]}: 451 greylisted"):
            plain(server).send(DRAFT, lambda: None)
        assert server.post.taken == []


def test_a_server_that_is_away_took_nothing() -> None:
    with serving() as server:
        port = server.port
    with pytest.raises(OutboxUnusable, match=r"127\.0\.0\.1: does not answer as it should"):
        Smtp(MailServer("127.0.0.1", port, Security.PLAIN), SENDER).send(DRAFT, lambda: None)


def test_a_connection_that_ends_after_the_mail_leaves_it_open_whether_it_is_out() -> None:
    with serving(Post(hangs_up=True)) as server:
        with pytest.raises(DeliveryUnclear, match="when the mail had been handed over"):
            sent(plain(server))
        assert len(server.post.taken) == 1
        assert plain(server).find(DRAFT) is Whereabouts.UNKNOWN


def test_at_the_brink_the_mail_can_be_held_back(smtp_server: Server) -> None:
    class Stop(Exception):
        pass

    def brink() -> None:
        raise Stop

    with pytest.raises(Stop):
        plain(smtp_server).send(DRAFT, brink)
    sent(plain(smtp_server), replace(DRAFT, to=(Address("", "second@example.org"),), cc=()))
    assert [taken.recipients for taken in smtp_server.post.taken] == [("second@example.org",)]

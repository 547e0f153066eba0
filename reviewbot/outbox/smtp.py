"""Sends mail by SMTP, and knows at each moment whether the server may have it.

The conversation is held step by step, because smtplib's own `sendmail` would not say whether a
connection broke before or after the line that ends the mail. A recipient that is refused for
now puts the whole mail off: sent to the others, it could not be sent again.
"""

from __future__ import annotations

import quopri
import re
import smtplib
import socket
import ssl
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from reviewbot.config.outgoing import MailServer, Security
from reviewbot.errors import DeliveryUnclear, MailRefused, OutboxUnusable
from reviewbot.model import Draft
from reviewbot.outbox.interface import Brink, Whereabouts

PATIENCE = 60.0
"""Seconds that we wait for each answer of the server."""
PORTS = {Security.TLS: 465, Security.STARTTLS: 587, Security.PLAIN: 25}
_8BIT = re.compile(rb"^Content-Transfer-Encoding: 8bit$", re.M | re.I)


class Smtp:
    """A server that takes our mail. `sender` is where it sends what cannot be delivered."""

    def __init__(self, server: MailServer, sender: str, context: ssl.SSLContext | None = None):
        self._server = server
        self._sender = sender
        self._context = context or ssl.create_default_context()
        self.name = server.host

    def find(self, draft: Draft) -> Whereabouts:
        return Whereabouts.UNKNOWN

    def send(self, draft: Draft, brink: Brink) -> str:
        with self._mapped():
            smtp = self._connected()
        try:
            with self._mapped():
                message = _fitting(draft.message, smtp)
                refused = self._announce(smtp, draft)
                smtp.send(_lines(message))
            brink()
            self._finish(smtp)
        finally:
            smtp.close()
        return refused

    def _connected(self) -> smtplib.SMTP:
        server = self._server
        port = server.port or PORTS[server.security]
        here = socket.gethostname()
        if server.security is Security.TLS:
            smtp: smtplib.SMTP = smtplib.SMTP_SSL(
                server.host, port, here, timeout=PATIENCE, context=self._context
            )
        else:
            smtp = smtplib.SMTP(server.host, port, here, timeout=PATIENCE)
        try:
            if server.security is Security.STARTTLS:
                smtp.starttls(context=self._context)
            smtp.ehlo_or_helo_if_needed()
            if server.user:
                smtp.login(server.user, server.password)
        except BaseException:
            smtp.close()
            raise
        return smtp

    def _announce(self, smtp: smtplib.SMTP, draft: Draft) -> str:
        """Sender, recipients and DATA; who was refused for good, in words."""
        options = ["BODY=8BITMIME"] if smtp.has_extn("8bitmime") else []
        self._expect(smtp.mail(self._sender, options), f"mail from {self._sender}")
        people = [address.email for address in (*draft.to, *draft.cc)]
        answers = [(email, *smtp.rcpt(email)) for email in people]
        for email, code, said in answers:
            if 400 <= code < 500:
                self._expect((code, said), f"mail to {email}")
        refused = [(email, code, said) for email, code, said in answers if code >= 500]
        if len(refused) == len(people):
            self._expect(refused[0][1:], f"mail to {refused[0][0]}")
        self._expect(smtp.docmd("DATA"), "the mail", 354)
        return _words(refused)

    def _finish(self, smtp: smtplib.SMTP) -> None:
        """The line that ends the mail: from here on the server may have it."""
        try:
            smtp.send(b".\r\n")
            code, said = smtp.getreply()
        except (OSError, smtplib.SMTPException) as error:
            raise DeliveryUnclear(
                f"{self.name}: the connection ended ({error}) when the mail had been handed over"
            ) from error
        self._expect((code, said), "the mail")

    def _expect(self, answer: tuple[int, bytes], what: str, *good: int) -> None:
        code, said = answer
        if code in good or (not good and 200 <= code < 300):
            return
        text = f"{self.name} refused {what}: {code} {_line(said)}"
        raise MailRefused(text) if code >= 500 else OutboxUnusable(text)

    @contextmanager
    def _mapped(self) -> Iterator[None]:
        try:
            yield
        except smtplib.SMTPAuthenticationError as error:
            self._expect((error.smtp_code, _bytes(error.smtp_error)), "the login")
        except smtplib.SMTPNotSupportedError as error:
            raise MailRefused(f"{self.name}: is not as the settings say: {error}") from error
        except ssl.SSLCertVerificationError as error:
            raise MailRefused(f"{self.name}: {error.verify_message}; no mail is sent so") from error
        except (OSError, smtplib.SMTPException) as error:
            raise OutboxUnusable(f"{self.name}: does not answer as it should: {error}") from error


def _fitting(message: bytes, smtp: smtplib.SMTP) -> bytes:
    """The mail as this server takes it: one that cannot pass bytes over 127 gets none."""
    head, _, body = message.partition(b"\n\n")
    if smtp.has_extn("8bitmime") or body.isascii() or not _8BIT.search(head):
        return message
    head = _8BIT.sub(b"Content-Transfer-Encoding: quoted-printable", head)
    return head + b"\n\n" + quopri.encodestring(body)


def _lines(message: bytes) -> bytes:
    """The mail as it goes over the wire, RFC 5321 section 4.5.2."""
    return re.sub(rb"(?m)^\.", b"..", message.rstrip(b"\n").replace(b"\n", b"\r\n")) + b"\r\n"


def _words(refused: Iterable[tuple[str, int, bytes]]) -> str:
    each = [f"{email} ({code} {_line(said)})" for email, code, said in refused]
    return f"not taken for {', '.join(each)}" if each else ""


def _line(said: bytes) -> str:
    return " ".join(said.decode("utf-8", "replace").split())[:200]


def _bytes(said: bytes | str) -> bytes:
    return said.encode() if isinstance(said, str) else said

"""Puts drafts into the drafts folder of an IMAP account, for a person's mail program to show."""

from __future__ import annotations

import base64
import imaplib
import re
import ssl
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress

from reviewbot.config.outgoing import MailServer, Security
from reviewbot.errors import DeliveryUnclear, MailRefused, OutboxUnusable
from reviewbot.model import Draft
from reviewbot.outbox.interface import Brink, Whereabouts

PATIENCE = 60.0
"""Seconds that we wait for each answer of the server."""
PORTS = {Security.TLS: 993, Security.STARTTLS: 143, Security.PLAIN: 143}
_LISTED = re.compile(rb'\((?P<flags>[^)]*)\) (?:"(?:[^"\\]|\\.)*"|NIL) (?P<name>.+)', re.DOTALL)


class Imap:
    """One account. The folder is the one that the settings name, or that the server marks."""

    def __init__(self, server: MailServer, context: ssl.SSLContext | None = None) -> None:
        self._server = server
        self._context = context or ssl.create_default_context()
        self.name = server.host

    def find(self, draft: Draft) -> Whereabouts:
        with self._mapped(), self._logged_in() as imap:
            folder = self._folder(imap)
            self._expect(imap.select(folder, readonly=True), f"to open {folder}")
            wanted = ("HEADER", "Message-ID", f'"<{draft.message_id}>"')
            answer = imap.uid("SEARCH", *wanted)
            self._expect(answer, f"to search {folder}")
            return Whereabouts.THERE if answer[1][0] else Whereabouts.ABSENT

    def send(self, draft: Draft, brink: Brink) -> str:
        with self._mapped(), self._logged_in() as imap:
            folder = self._folder(imap)
            now = imaplib.Time2Internaldate(time.time())
            brink()
            try:
                answer = imap.append(folder, r"(\Draft)", now, draft.message)
            except (OSError, imaplib.IMAP4.error) as error:
                raise DeliveryUnclear(
                    f"{self.name}: the connection ended ({error}) while the mail was handed over"
                ) from error
            self._expect(answer, f"to put the mail into {folder}")
        return ""

    @contextmanager
    def _logged_in(self) -> Iterator[imaplib.IMAP4]:
        server = self._server
        port = server.port or PORTS[server.security]
        if server.security is Security.TLS:
            imap: imaplib.IMAP4 = imaplib.IMAP4_SSL(
                server.host, port, ssl_context=self._context, timeout=PATIENCE
            )
        else:
            imap = imaplib.IMAP4(server.host, port, timeout=PATIENCE)
        try:
            if server.security is Security.STARTTLS:
                self._start_tls(imap)
            self._log_in(imap)
            yield imap
        finally:
            with suppress(OSError):
                imap.shutdown()

    def _start_tls(self, imap: imaplib.IMAP4) -> None:
        if "STARTTLS" not in imap.capabilities:
            raise MailRefused(f"{self.name}: is not as the settings say: it offers no STARTTLS")
        imap.starttls(self._context)

    def _log_in(self, imap: imaplib.IMAP4) -> None:
        try:
            imap.login(self._server.user, self._server.password)
        except imaplib.IMAP4.abort:
            raise
        except imaplib.IMAP4.error as error:
            said = str(error)
            text = f"{self.name} refused the login: {_line(said)}"
            raise (OutboxUnusable if "[UNAVAILABLE]" in said else MailRefused)(text) from error

    def _folder(self, imap: imaplib.IMAP4) -> str:
        """The folder's name as it is written in commands."""
        if self._server.folder:
            return _quoted(_modified_utf7(self._server.folder))
        offers = imap.capability()[1][0].split()
        pattern = '"*" RETURN (SPECIAL-USE)' if b"SPECIAL-USE" in offers else '"*"'
        answer = imap.list('""', pattern)
        self._expect(answer, "to list its folders")
        for line in answer[1]:
            name = _if_drafts(line)
            if name:
                return name
        raise MailRefused(f"{self.name}: marks no folder as drafts; set outbox.imap.folder")

    def _expect(self, answer: tuple[str, Sequence[object]], what: str) -> None:
        status, said = answer
        if status != "OK":
            text = said[0].decode("utf-8", "replace") if isinstance(said[0], bytes) else status
            raise OutboxUnusable(f"{self.name} refused {what}: {_line(text)}")

    @contextmanager
    def _mapped(self) -> Iterator[None]:
        try:
            yield
        except ssl.SSLCertVerificationError as error:
            why = error.verify_message
            raise MailRefused(f"{self.name}: {why}; no mail is put there") from error
        except (OSError, imaplib.IMAP4.error) as error:
            raise OutboxUnusable(f"{self.name}: does not answer as it should: {error}") from error


def _if_drafts(line: bytes | tuple[bytes, bytes] | None) -> str:
    """The name in this answer to LIST if the folder is marked as drafts (RFC 6154), else ""."""
    head, literal = line if isinstance(line, tuple) else (line or b"", None)
    found = _LISTED.match(head)
    if not found or rb"\drafts" not in found["flags"].lower().split():
        return ""
    if literal is not None:
        return _quoted(literal.decode("ascii"))
    return found["name"].decode("ascii")


def _quoted(name: str) -> str:
    escaped = name.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _modified_utf7(name: str) -> str:
    """A folder's name as IMAP writes it, RFC 3501 section 5.1.3: `Entw&APw-rfe`."""

    def shifted(run: re.Match[str]) -> str:
        code = base64.b64encode(run[0].encode("utf-16-be")).decode().rstrip("=")
        return f"&{code.replace('/', ',')}-"

    return re.sub(r"[^ -~]+", shifted, name.replace("&", "&-"))


def _line(said: str) -> str:
    return " ".join(said.split())[:200]

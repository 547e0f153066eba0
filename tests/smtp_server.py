"""A real SMTP server on loopback for tests; it keeps what it takes, and misbehaves when asked."""

from __future__ import annotations

import asyncio
import email
import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import Message
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

USER, PASSWORD = "reviewbot", "swordfish"


@dataclass(frozen=True)
class Taken:
    """One mail as the server took it, with what was said around it."""

    sender: str
    recipients: tuple[str, ...]
    content: bytes
    tls: bool

    @property
    def message(self) -> Message:
        return email.message_from_bytes(self.content)


@dataclass
class Post:
    """What the server does with mail. `refuses` has an answer for an address, or for "data"."""

    taken: list[Taken] = field(default_factory=list)
    refuses: dict[str, str] = field(default_factory=dict)
    hangs_up: bool = False
    """Whether it takes the mail, and goes away without a word."""
    holds: threading.Event | None = None
    """Where it is set up, mail is taken, and the answer waits for it."""

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address in self.refuses:
            return self.refuses[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        if "data" in self.refuses:
            return self.refuses["data"]
        content = envelope.original_content
        assert content is not None
        people = tuple(envelope.rcpt_tos)
        tls = session.ssl is not None
        self.taken.append(Taken(envelope.mail_from or "", people, content, tls))
        if self.hangs_up:
            _drop(server)
        if self.holds is not None:
            await asyncio.to_thread(self.holds.wait, 60)
        return "250 taken"


class Server:
    """A running server; `port` is on 127.0.0.1."""

    def __init__(self, post: Post, **options: object) -> None:
        self.post = post
        self._options = options
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._loop = asyncio.new_event_loop()
        self._end = asyncio.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._loop.call_soon_threadsafe(self._end.set)
        self._thread.join()

    def _run(self) -> None:
        with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
            runner.run(self._serve())

    async def _serve(self) -> None:
        implicit: Any = self._options.pop("implicit_tls", None)
        options: Any = {"hostname": "mx.test", "loop": self._loop, **self._options}
        open_ones: list[SMTP] = []

        def protocol() -> SMTP:
            open_ones.append(SMTP(self.post, **options))
            return open_ones[-1]

        async with await self._loop.create_server(protocol, sock=self._listener, ssl=implicit):
            await self._end.wait()
        for one in open_ones:
            _drop(one)
        await asyncio.sleep(0)


def _drop(server: SMTP) -> None:
    if isinstance(server.transport, asyncio.Transport):
        server.transport.abort()


def knows(_: object, __: object, ___: object, ____: object, given: object) -> AuthResult:
    """The one login that the server takes."""
    right = LoginPassword(USER.encode(), PASSWORD.encode())
    return AuthResult(success=given == right, handled=False)


@contextmanager
def serving(post: Post | None = None, **options: Any) -> Iterator[Server]:
    server = Server(post or Post(), **options)
    try:
        yield server
    finally:
        server.close()


@pytest.fixture
def smtp_server() -> Iterator[Server]:
    with serving() as server:
        yield server


@dataclass(frozen=True)
class Certificate:
    """A certificate for `localhost` that nobody but `trusting` believes."""

    file: Path
    key: Path

    @property
    def server(self) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.file, self.key)
        return context

    @property
    def trusting(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=str(self.file))


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    folder = tmp_path_factory.mktemp("certificate")
    made = Certificate(folder / "cert.pem", folder / "key.pem")
    make = "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost".split()
    names = ["-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"]
    out = ["-keyout", str(made.key), "-out", str(made.file)]
    done = subprocess.run([*make, *names, *out], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    return made

"""What tests of sources share: an archive that answers what it is told to, and a real one."""

from __future__ import annotations

import gzip
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote

import pytest

from tests.public_inbox import public_inbox as public_inbox


@dataclass(frozen=True, slots=True)
class Answer:
    status: int = 200
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()


@dataclass(slots=True)
class StandIn:
    """`answers` by path, the last one of each again and again.

    `asked` is what came in, `moments` are when, in seconds as `time.time` counts them.
    """

    url: str
    answers: dict[str, list[Answer]] = field(default_factory=dict)
    asked: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)
    moments: list[float] = field(default_factory=list)

    def serve(self, message_id: str, mbox: bytes) -> None:
        self.answers[f"/all/{message_id}/t.mbox.gz"] = [Answer(body=gzip.compress(mbox))]

    def answer(self, method: str, path: str, headers: dict[str, str]) -> Answer:
        self.moments.append(time.time())
        self.asked.append((method, path, headers))
        waiting = self.answers.get(unquote(path.partition("?")[0]), [Answer(404)])
        return waiting.pop(0) if len(waiting) > 1 else waiting[0]


@pytest.fixture
def stand_in() -> Iterator[StandIn]:
    """An archive of scripted answers on loopback, for what a real one does on bad days."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            answer = archive.answer(self.command, self.path, dict(self.headers.items()))
            self.send_response(answer.status)
            for name, value in answer.headers:
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(answer.body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(answer.body)

        do_HEAD = do_POST = do_GET  # noqa: N815 (the base class names them)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    archive = StandIn(f"http://127.0.0.1:{server.server_port}/all")
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield archive
    server.shutdown()
    server.server_close()
    thread.join()

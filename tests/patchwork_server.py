"""A server on loopback that speaks as patchwork's API 1.3 does, in what our checks need of it."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest

TOKEN = "0123456789abcdef"


@dataclass
class PatchworkServer:
    """`patches` are (Message-ID, list) by number - 1; `checks` all that were ever set, by patch.

    `refuses` are statuses for the next posts, and `hangs_up` is how many of the next posts are
    taken without a word.
    """

    url: str
    patches: list[tuple[str, str]] = field(default_factory=list)
    checks: dict[int, list[dict[str, object]]] = field(default_factory=dict)
    refuses: list[int] = field(default_factory=list)
    hangs_up: int = 0
    agents: set[str] = field(default_factory=set)
    calls: list[str] = field(default_factory=list)

    def add(self, message_id: str, mailing_list: str = "linux-demo@lists.example.org") -> int:
        self.patches.append((message_id, mailing_list))
        self.checks[len(self.patches)] = []
        return len(self.patches)

    def states(self) -> list[list[object]]:
        """What was set on each patch, in its order."""
        return [[one["state"] for one in self.checks[number]] for number in sorted(self.checks)]

    def get(self, path: str, asked: dict[str, str]) -> tuple[int, object]:
        if path == "/api/1.3/patches/":
            return 200, [
                {"id": number, "msgid": f"<{key}>", "project": {"list_email": address}}
                for number, (key, address) in enumerate(self.patches, 1)
                if key == asked["msgid"]
            ]
        number = _patch(path)
        if number not in self.checks:
            return 404, {"detail": "Not found."}
        context = asked.get("context")
        return 200, [one for one in self.checks[number] if context in (None, one["context"])]

    def post(self, path: str, form: dict[str, str], token: str) -> tuple[int, object]:
        if self.refuses:
            return self.refuses.pop(0), {"detail": "no"}
        if token != f"Token {TOKEN}":
            return 401, {"detail": "Invalid token."}
        if form["state"] not in ("pending", "success", "warning", "fail"):
            return 400, {"state": ["This is not a valid choice."]}
        held = self.checks[_patch(path)]
        number = sum(len(each) for each in self.checks.values()) + 1
        held.append({"id": number, "target_url": None, "description": None, **form})
        return 201, held[-1]


def _patch(path: str) -> int:
    return int(path.removeprefix("/api/1.3/patches/").removesuffix("/checks/"))


@pytest.fixture
def patchwork_server() -> Iterator[PatchworkServer]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._note()
            parts = urlsplit(self.path)
            self._answer(*known.get(parts.path, _flat(parts.query)))

        def do_POST(self) -> None:
            self._note()
            form = self.rfile.read(int(self.headers["Content-Length"])).decode()
            said = known.post(self.path, _flat(form), self.headers.get("Authorization", ""))
            if known.hangs_up:
                known.hangs_up -= 1
                self.close_connection = True
            else:
                self._answer(*said)

        def _note(self) -> None:
            known.agents.add(self.headers["User-Agent"])
            known.calls.append(f"{self.command} {self.path}")

        def _answer(self, status: int, body: object) -> None:
            content = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    known = PatchworkServer(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield known
    server.shutdown()
    server.server_close()
    thread.join()


def _flat(query: str) -> dict[str, str]:
    return {name: values[-1] for name, values in parse_qs(query).items()}

"""The application on a real socket, for clients that are not ours: b4, a browser."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace

import uvicorn

from reviewbot.config import Settings
from reviewbot.registry import LoadedRule
from reviewbot.store.store import Store
from reviewbot.web.app import create_app
from reviewbot.web.server import address, listen
from tests.web.conftest import NotingQueue


@contextmanager
def serving(settings: Settings, store: Store, rules: Iterable[LoadedRule] = ()) -> Iterator[str]:
    """The address of a real server, in a thread of its own."""
    at = replace(settings, service=replace(settings.service, listen="127.0.0.1:0"))
    with listen(at.service) as place:
        app = create_app(at, store, NotingQueue(store), rules, remember=0.0)
        server = uvicorn.Server(uvicorn.Config(app, log_config=None, lifespan="off"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [place]})
        thread.start()
        try:
            yield address(place).rstrip("/")
        finally:
            server.should_exit = True
            thread.join()

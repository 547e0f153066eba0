"""`reviewbot worker`: do the reviews that are in the queue, until told to stop."""

from __future__ import annotations

import os
import signal
import threading
from types import FrameType
from typing import Annotated

import typer

from reviewbot.cli.options import Config

STDIN = 0
"""Read by its number: a thread that waits in sys.stdin would hold its lock at the end."""


def worker(
    config: Config = None,
    until_eof: Annotated[bool, typer.Option("--until-eof", hidden=True)] = False,
) -> None:
    """Do the reviews that are in the queue.

    As many workers, on as many machines, as wanted.
    """
    from reviewbot.config import load_settings
    from reviewbot.jobs.worker import Worker
    from reviewbot.logs import set_up_logs
    from reviewbot.store.store import Store

    settings = load_settings(config)
    set_up_logs(settings.service.log_format)
    store = Store.open(settings.service.database)
    worker = Worker(settings, store)

    def stop(_signal: int, _frame: FrameType | None) -> None:
        worker.ask_to_stop()

    def stop_at_eof() -> None:
        while os.read(STDIN, 4096):
            pass
        worker.ask_to_stop()

    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, stop)
    if until_eof:  # standard input ends when the server that started this ends, however it does
        threading.Thread(target=stop_at_eof, daemon=True).start()
    try:
        worker.start()
        worker.wait()
        worker.stop()
    finally:
        store.close()

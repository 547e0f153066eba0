"""`reviewbot worker`: do the reviews that are in the queue, until told to stop."""

from __future__ import annotations

import signal
from types import FrameType

from reviewbot.cli.options import Config


def worker(config: Config = None) -> None:
    """Do the reviews that are in the queue; as many workers, on as many machines, as wanted."""
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

    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, stop)
    try:
        worker.start()
        worker.wait()
        worker.stop()
    finally:
        store.close()

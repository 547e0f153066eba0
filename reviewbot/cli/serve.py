"""`reviewbot serve`: the web server and, beside it, the workers that do the reviews."""

from __future__ import annotations

import sys
from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer

from reviewbot.cli.options import Config


def serve(
    workers: Annotated[
        int, typer.Option("--workers", metavar="N", min=0, help="Worker processes; 0 for none.")
    ] = 1,
    config: Config = None,
) -> None:
    """Answer on the web: the pages, the API and the webhook.

    Starts workers too, which do the reviews and send what was approved.
    """
    from reviewbot.cli.crew import Crew
    from reviewbot.config import load_settings
    from reviewbot.jobs.queue import Queue
    from reviewbot.logs import set_up_logs
    from reviewbot.pipeline import Reviewer
    from reviewbot.store.store import Store
    from reviewbot.web.app import create_app
    from reviewbot.web.server import address, listen, run

    settings = load_settings(config)
    set_up_logs(settings.service.log_format)
    store = Store.open(settings.service.database)
    try:
        reviewer = Reviewer.load(settings)
        with closing(Queue(store, reviewer.rule_set)) as queue, listen(settings.service) as place:
            app = create_app(settings, store, queue, reviewer.rules)
            with Crew(_worker(config), workers):
                print(f"reviewbot: serving at {address(place)}", file=sys.stderr, flush=True)
                run(app, place)
    finally:
        store.close()


def _worker(config: Path | None) -> list[str]:
    """The command of one worker, which ends when this process does."""
    named = ["--config", str(config)] if config else []
    # -P: a checkout that the server was started in must not stand in for what is installed.
    return [sys.executable, "-P", "-m", "reviewbot", "worker", "--until-eof", *named]

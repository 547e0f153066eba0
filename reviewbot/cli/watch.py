"""`reviewbot watch`: follow lists, or projects of a patchwork, and review what is new there."""

from __future__ import annotations

import signal
from types import FrameType
from typing import TYPE_CHECKING, Annotated

import typer

from reviewbot.cli.options import Config
from reviewbot.errors import BadUsage

if TYPE_CHECKING:
    from reviewbot.config import Settings
    from reviewbot.intake import Intake
    from reviewbot.store.store import Store
    from reviewbot.watch.rounds import Watched


def watch(
    lists: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[LIST]...",
            help="Lists by their name in the archive, or by the address of their own archive; "
            "with --patchwork the names of projects.",
        ),
    ] = None,
    patchwork: Annotated[
        str | None, typer.Option(metavar="URL", help="Follow projects of this patchwork instead.")
    ] = None,
    once: Annotated[
        bool, typer.Option("--once", help="Look at each once, for cron and timers.")
    ] = False,
    config: Config = None,
) -> None:
    """Follow lists, and have what is new there reviewed.

    From now on: what was there before the first look is left alone.
    Remembers where it was, so nothing is lost while it does not run.
    """
    from reviewbot.config import load_settings
    from reviewbot.jobs.queue import Queue
    from reviewbot.logs import set_up_logs
    from reviewbot.pipeline import Reviewer
    from reviewbot.store.store import Store

    if not lists:
        raise BadUsage("nothing to follow: name a LIST, see reviewbot watch --help")
    settings = load_settings(config)
    set_up_logs(settings.service.log_format)
    store = Store.open(settings.service.database)
    queue = Queue(store, Reviewer.load(settings).rule_set)
    try:
        _follow(_watched(lists, patchwork, settings, store, queue), settings, once)
    finally:
        queue.close()
        store.close()


def _watched(
    names: list[str], patchwork: str | None, settings: Settings, store: Store, intake: Intake
) -> list[Watched]:
    from pathlib import Path

    from reviewbot.sources.interface import Archive
    from reviewbot.watch.lists import ListWatch, list_archive
    from reviewbot.watch.patchwork import PatchworkWatch

    clones = Path(settings.watch.clone_dir or settings.cache_dir / "epochs")
    watched: list[Watched] = []
    for name in names:
        address = _address(name, settings)
        if patchwork is not None:
            one = PatchworkWatch(patchwork, name, address, settings.contact, store.marks, intake)
            watched.append(one)
        else:
            url = list_archive(name, settings.policy(address).archive or settings.archive)
            archive = Archive(url, contact=settings.contact)
            watched.append(ListWatch(archive, address, store.marks, intake, clones))
    return watched


def _address(name: str, settings: Settings) -> str:
    """The configured list of this name, by its address or the part before the @."""
    short = name.rstrip("/").rpartition("/")[2].lower()
    known = [one for one in settings.lists if one.lower() == short]
    known += [one for one in settings.lists if one.lower().partition("@")[0] == short]
    return known[0] if known else ""


def _follow(watched: list[Watched], settings: Settings, once: bool) -> None:
    import httpx

    from reviewbot.watch.rounds import Rounds

    rounds = Rounds(watched, settings.watch.poll_seconds)

    def stop(_signal: int, _frame: FrameType | None) -> None:
        rounds.stop()

    with httpx.Client(timeout=30) as client:
        if once:
            for _ in watched:
                rounds.step(client)
            return
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, stop)
        rounds.run(client)

"""Puts the web application together: one place for the settings, all routes, all errors."""

from __future__ import annotations

from collections.abc import Iterable

from fastapi import FastAPI

from reviewbot import __version__
from reviewbot.config import Settings
from reviewbot.intake import Intake
from reviewbot.registry import LoadedRule
from reviewbot.store.store import Store
from reviewbot.web import health, hooks, metrics
from reviewbot.web.faults import answer_faults
from reviewbot.web.pulse import ArchivePulse
from reviewbot.web.site import Site
from reviewbot.web.throttle import Throttle


def create_app(
    settings: Settings, store: Store, intake: Intake, rules: Iterable[LoadedRule] = ()
) -> FastAPI:
    """The application; the caller opens and closes what it is given.

    Routes are plain functions, which run in threads: the store waits for its database.
    """
    app = FastAPI(
        title="reviewbot",
        version=__version__,
        openapi_url="/api/v1/openapi.json",
        docs_url=None,  # they load scripts from elsewhere
        redoc_url=None,
    )
    archive = ArchivePulse(settings.archive, settings.contact)
    throttle = Throttle(settings.service.hook_rate)
    app.state.site = Site(settings, store, intake, tuple(rules), archive, throttle)
    answer_faults(app)
    for part in (hooks, health, metrics):
        app.include_router(part.router)
    return app

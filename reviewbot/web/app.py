"""Puts the web application together: one place for the settings, all routes, all errors."""

from __future__ import annotations

from collections.abc import Iterable

from fastapi import FastAPI

from reviewbot import __version__
from reviewbot.config import Settings
from reviewbot.intake import Intake
from reviewbot.registry import LoadedRule
from reviewbot.store.store import Store
from reviewbot.web import compat, feed, health, hooks, login, metrics, static
from reviewbot.web.api import desk, reading
from reviewbot.web.armour import Armour
from reviewbot.web.faults import answer_faults
from reviewbot.web.memory import Memory
from reviewbot.web.pulse import ArchivePulse
from reviewbot.web.site import Site
from reviewbot.web.throttle import Throttle
from reviewbot.web.views import about, answers, drafts, figures, patch, rules, series, state

LOGINS_A_MINUTE = 10
"""Tries to log in from one address."""
REMEMBER = 30.0
"""Seconds that figures may be old."""


def create_app(
    settings: Settings,
    store: Store,
    intake: Intake,
    loaded: Iterable[LoadedRule] = (),
    remember: float = REMEMBER,
) -> FastAPI:
    """The application; the caller opens and closes what it is given.

    Routes are plain functions, which run in threads: the store waits for its database. Figures
    are counted anew after `remember` seconds.
    """
    app = FastAPI(
        title="reviewbot",
        version=__version__,
        openapi_url="/api/v1/openapi.json",
        docs_url=None,  # they load scripts from elsewhere
        redoc_url=None,
    )
    app.state.site = Site(
        settings,
        store,
        intake,
        rules=tuple(loaded),
        archive=ArchivePulse(settings.archive, settings.contact),
        hook_throttle=Throttle(settings.service.hook_rate),
        login_throttle=Throttle(LOGINS_A_MINUTE),
        memory=Memory(remember),
    )
    answer_faults(app)
    app.add_middleware(Armour)
    for part in (hooks, health, metrics, feed, compat, static, login):
        app.include_router(part.router)
    for half in (reading, desk):
        app.include_router(half.router)
    for view in (series, patch, answers, drafts, rules, figures, state, about):
        app.include_router(view.router)
    return app

"""`reviewbot migrate`: make the database, or bring it up to date."""

from __future__ import annotations

import sys

from reviewbot.cli.options import Config


def migrate(config: Config = None) -> None:
    """Make the service's database, or bring it up to date.

    Run it after each upgrade.
    """
    from reviewbot.config import load_settings
    from reviewbot.jobs.migrate import migrate as bring_up_to_date

    url = load_settings(config).service.database
    bring_up_to_date(url)
    print("reviewbot: the database is up to date", file=sys.stderr)

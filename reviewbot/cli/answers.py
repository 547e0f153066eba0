"""`reviewbot answers`: a mail to the bot, as procmail, sieve or an alias hands it over."""

from __future__ import annotations

import sys
from contextlib import closing

import typer

from reviewbot.cli.options import Config
from reviewbot.errors import StoreUnusable

TRY_AGAIN = 75
"""EX_TEMPFAIL of sysexits.h: the mail system keeps the mail, and tries again later."""


def answers(config: Config = None) -> None:
    """Do what a mail on standard input tells the bot to.

    For the mailbox that answers go to. Mail that tells it nothing is no error.
    """
    from reviewbot.config import load_settings
    from reviewbot.jobs.hearing import Hearing
    from reviewbot.logs import set_up_logs
    from reviewbot.pipeline import read_mail
    from reviewbot.registry import load_rules
    from reviewbot.resources import rules_dir
    from reviewbot.store.store import Store

    settings = load_settings(config)
    set_up_logs(settings.service.log_format)
    mail = read_mail(sys.stdin.buffer.read())
    rules = [rule.id for rule in load_rules(rules_dir())]
    try:
        with closing(Store.open(settings.service.database)) as store:
            Hearing(settings, store, rules).hear(mail)
    except StoreUnusable as error:
        print(f"reviewbot: {error}", file=sys.stderr)
        raise typer.Exit(TRY_AGAIN) from error

"""`reviewbot token`: who may write on the web and through the API, and read where that is asked."""

from __future__ import annotations

import sys
from contextlib import closing
from typing import TYPE_CHECKING, Annotated

import typer

from reviewbot.cli.options import Config

if TYPE_CHECKING:
    from reviewbot.store.store import Store
    from reviewbot.store.tokens import Token

token = typer.Typer(
    help="Add, list and revoke what people and programs log in with.",
    no_args_is_help=False,
)

Name = Annotated[str, typer.Argument(metavar="NAME", help="Who has it: a person or a program.")]
ScopeNames = Annotated[
    list[str] | None,
    typer.Option(
        "--scope",
        metavar="SCOPE",
        help="read, jobs or drafts; once for each. Without: read and drafts.",
    ),
]


@token.command()
def add(name: Name, scope: ScopeNames = None, config: Config = None) -> None:
    """Make a token and print it; it cannot be shown again."""
    from reviewbot.errors import BadUsage
    from reviewbot.store.tokens import Scope

    wanted = scope or ["read", "drafts"]
    known = [str(one) for one in Scope]
    for one in wanted:
        if one not in known:
            raise BadUsage(f"--scope: there is no scope '{one}'; take one of {', '.join(known)}")
    with _store(config) as store:
        print(store.tokens.add(name, [Scope(one) for one in wanted]))
    print(
        f"reviewbot: this is the token of {name}; it is kept as a hash, so note it now",
        file=sys.stderr,
    )


@token.command("list")
def list_(config: Config = None) -> None:
    """List the tokens: name, scopes, when made, when last used."""
    with _store(config) as store:
        for each in store.tokens.all():
            print(_line(each))


@token.command()
def revoke(name: Name, config: Config = None) -> None:
    """Take a token back; whoever is logged in with it is logged out."""
    from reviewbot.errors import BadUsage

    with _store(config) as store:
        if not store.tokens.revoke(name):
            raise BadUsage(f"there is no token '{name}'; `reviewbot token list` shows all")


def _line(token: Token) -> str:
    used = f"used {token.used_at:%Y-%m-%d}" if token.used_at else "never used"
    scopes = ",".join(sorted(token.scopes))
    return f"{token.name}  {scopes}  made {token.made_at:%Y-%m-%d}  {used}"


def _store(config: Config) -> closing[Store]:
    from reviewbot.config import load_settings
    from reviewbot.store.store import Store

    return closing(Store.open(load_settings(config).service.database))

"""`reviewbot token`: the secret goes to standard output alone, and every end is one line."""

from __future__ import annotations

from pathlib import Path

import pytest

from reviewbot.store.store import Store
from reviewbot.store.tokens import PREFIX, Scope
from tests.cli.conftest import Bot


@pytest.fixture(autouse=True)
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    url = f"sqlite:///{tmp_path / 'reviewbot.db'}"
    Store.create(url).close()
    monkeypatch.setenv("REVIEWBOT_SERVICE__DATABASE", url)
    return url


def test_a_token_is_made_used_and_taken_back(bot: Bot, database: str) -> None:
    made = bot("token", "add", "ada", "--scope", "jobs")
    assert made.status == 0
    assert made.out.startswith(PREFIX) and made.out.count("\n") == 1
    store = Store.open(database)
    token = store.tokens.holder(made.out.strip())
    store.close()
    assert token is not None
    assert (token.name, token.scopes) == ("ada", frozenset([Scope.JOBS]))
    listed = bot("token", "list")
    assert listed.out.startswith("ada  jobs  made 20")
    assert made.out.strip() not in listed.out
    assert bot("token", "revoke", "ada").status == 0
    assert bot("token", "list").out == ""


def test_without_scopes_a_token_is_for_a_person(bot: Bot) -> None:
    bot("token", "add", "ada")
    assert bot("token", "list").out.startswith("ada  drafts,read  ")


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["add", "ada", "--scope", "everything"], "take one of read, jobs, drafts"),
        (["revoke", "ben"], "there is no token 'ben'"),
        ([], "Missing command"),
    ],
)
def test_bad_usage_is_2_and_one_line(bot: Bot, arguments: list[str], named: str) -> None:
    ended = bot("token", *arguments)
    assert (ended.status, ended.out) == (2, "")
    assert named in ended.err
    assert ended.err.count("\n") == 1


def test_a_name_that_is_taken_is_refused(bot: Bot) -> None:
    bot("token", "add", "ada")
    assert "there is a token 'ada' already" in bot("token", "add", "ada").err

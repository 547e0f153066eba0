"""A token's secret is shown once and kept nowhere; a login lasts as long as it may."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from reviewbot.errors import BadUsage
from reviewbot.store.store import Store
from reviewbot.store.tokens import Scope, Token

NOW = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)
DAY = timedelta(days=1)


def ada(store: Store, *scopes: Scope) -> tuple[str, Token]:
    secret = store.tokens.add("ada", scopes or [Scope.DRAFTS], NOW)
    token = store.tokens.holder(secret, NOW)
    assert token is not None
    return secret, token


def test_whoever_has_the_secret_has_the_scopes(store: Store) -> None:
    _, token = ada(store, Scope.DRAFTS, Scope.READ)
    assert (token.name, token.made_at) == ("ada", NOW)
    assert token.scopes == {Scope.READ, Scope.DRAFTS}
    assert store.tokens.holder("rvb_other") is None
    assert store.tokens.holder("\udcff\0") is None


def test_the_secret_is_kept_nowhere(store: Store) -> None:
    secret, token = ada(store)
    cookie = store.tokens.log_in(token, DAY)
    with store.sessions.reading() as session:
        kept = [
            str(row)
            for table in ("token", "session")
            for row in session.execute(text(f"SELECT * FROM {table}"))
        ]
    assert len(kept) == 2
    assert not [row for row in kept if secret in row or cookie in row]


def test_two_of_one_name_are_refused(store: Store) -> None:
    ada(store)
    with pytest.raises(BadUsage, match="'ada' already"):
        store.tokens.add("ada", [Scope.READ])
    assert [token.scopes for token in store.tokens.all()] == [{Scope.DRAFTS}]


def test_use_is_noted_to_a_minute(store: Store) -> None:
    secret, _ = ada(store)

    def used() -> datetime | None:
        [token] = store.tokens.all()
        return token.used_at

    assert used() == NOW
    store.tokens.holder(secret, NOW + timedelta(seconds=59))
    assert used() == NOW
    store.tokens.holder(secret, NOW + timedelta(seconds=60))
    assert used() == NOW + timedelta(seconds=60)


def test_a_login_lasts_as_long_as_it_may(store: Store) -> None:
    _, token = ada(store)
    cookie = store.tokens.log_in(token, DAY, NOW)
    found = store.tokens.logged_in(cookie, NOW + DAY)
    assert found is not None
    assert found.name == "ada"
    assert store.tokens.logged_in(cookie, NOW + DAY + timedelta(seconds=1)) is None
    assert store.tokens.logged_in("rvb_other", NOW) is None


def test_old_logins_are_cleared_away(store: Store) -> None:
    _, token = ada(store)
    store.tokens.log_in(token, DAY, NOW)
    store.tokens.log_in(token, DAY, NOW + 2 * DAY)
    with store.sessions.reading() as session:
        assert session.scalar(text("SELECT count(*) FROM session")) == 1


def test_logging_out_ends_one_login(store: Store) -> None:
    _, token = ada(store)
    here, there = store.tokens.log_in(token, DAY, NOW), store.tokens.log_in(token, DAY, NOW)
    store.tokens.log_out(here)
    assert store.tokens.logged_in(here, NOW) is None
    assert store.tokens.logged_in(there, NOW) is not None


def test_a_revoked_token_ends_its_logins(store: Store) -> None:
    secret, token = ada(store)
    cookie = store.tokens.log_in(token, DAY, NOW)
    assert store.tokens.revoke("ada")
    assert not store.tokens.revoke("ada")
    assert store.tokens.holder(secret) is None
    assert store.tokens.logged_in(cookie, NOW) is None

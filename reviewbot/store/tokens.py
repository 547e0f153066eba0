"""API tokens and the people who are logged in with one; secrets are kept as hashes only."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from reviewbot.errors import BadUsage
from reviewbot.store.sessions import Sessions
from reviewbot.store.tables import SessionRow, TokenRow
from reviewbot.store.upsert import insert_new

PREFIX = "rvb_"
"""What secrets begin with, so that scanners of public places know one when they see it."""
_USED_AGAIN = timedelta(minutes=1)


class Scope(StrEnum):
    """What a token is good for."""

    READ = "read"  # pages and API, where reading is not public
    JOBS = "jobs"  # ask for reviews
    DRAFTS = "drafts"  # edit, approve and discard drafts; say what is no bug


@dataclass(frozen=True, slots=True)
class Token:
    """A token without its secret. `used_at` is right to a minute."""

    id: int
    name: str
    scopes: frozenset[Scope]
    made_at: datetime
    used_at: datetime | None


class Tokens:
    """All tokens, and all who are logged in.

    Secrets are 256 random bits, so that one round of SHA-256 is enough to keep them by.
    """

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    def add(self, name: str, scopes: Iterable[Scope], now: datetime | None = None) -> str:
        """The secret, which nobody can be told again. Raises BadUsage for a name that is taken."""
        secret = _secret()
        values = {
            "name": name,
            "hash": _hash(secret),
            "scopes": sorted(set(scopes)),
            "made_at": now or datetime.now(UTC),
            "used_at": None,
        }
        with self._sessions.writing() as session:
            if not insert_new(session, TokenRow, values):
                raise BadUsage(f"there is a token '{name}' already; take another name or revoke it")
        return secret

    def all(self) -> tuple[Token, ...]:
        with self._sessions.reading() as session:
            return tuple(_token(row) for row in session.scalars(select(TokenRow).order_by("name")))

    def revoke(self, name: str) -> bool:
        """Whether there was one; who is logged in with it is logged out."""
        with self._sessions.writing() as session:
            gone = delete(TokenRow).where(TokenRow.name == name).returning(TokenRow.id)
            return session.scalars(gone).first() is not None

    def holder(self, secret: str, now: datetime | None = None) -> Token | None:
        """The token with this secret."""
        now = now or datetime.now(UTC)
        with self._sessions.reading() as session:
            row = session.scalars(select(TokenRow).filter_by(hash=_hash(secret))).first()
            found = _token(row) if row is not None else None
        if found and (found.used_at is None or now - found.used_at >= _USED_AGAIN):
            with self._sessions.writing() as session:
                _note_use(session, found.id, now)
        return found

    def log_in(self, token: Token, lasts: timedelta, now: datetime | None = None) -> str:
        """A new session of whoever holds the token: the cookie's secret."""
        now = now or datetime.now(UTC)
        secret = _secret()
        with self._sessions.writing() as session:
            session.execute(delete(SessionRow).where(SessionRow.ends_at < now))
            session.add(SessionRow(hash=_hash(secret), token_id=token.id, ends_at=now + lasts))
        return secret

    def logged_in(self, secret: str, now: datetime | None = None) -> Token | None:
        """The token that this session was begun with, while both hold."""
        now = now or datetime.now(UTC)
        mine = (SessionRow.hash == _hash(secret)) & (SessionRow.ends_at >= now)
        with self._sessions.reading() as session:
            token = select(TokenRow).join(SessionRow, SessionRow.token_id == TokenRow.id)
            row = session.scalars(token.where(mine)).first()
            return _token(row) if row is not None else None

    def log_out(self, secret: str) -> None:
        with self._sessions.writing() as session:
            session.execute(delete(SessionRow).where(SessionRow.hash == _hash(secret)))


def _secret() -> str:
    return PREFIX + secrets.token_urlsafe(32)


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


def _note_use(session: Session, token_id: int, now: datetime) -> None:
    row = session.get(TokenRow, token_id)
    if row is not None:  # or it was revoked a moment ago
        row.used_at = now


def _token(row: TokenRow) -> Token:
    scopes = frozenset(Scope(scope) for scope in row.scopes)
    return Token(row.id, row.name, scopes, row.made_at, row.used_at)

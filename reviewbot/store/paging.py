"""Long lists in pages: a cursor names the place between two rows, so nothing is counted out."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from sqlalchemy import Select, tuple_
from sqlalchemy.orm import Session

from reviewbot.errors import BadUsage

Item = TypeVar("Item")

MOST = 200
"""Rows that one page may have."""


@dataclass(frozen=True, slots=True)
class Ask:
    """Which page is wanted: after the cursor of another page (`older` or `newer`), "" the first."""

    cursor: str = ""
    limit: int = 50


@dataclass(frozen=True, slots=True)
class Page(Generic[Item]):
    """The newest first. `older` and `newer` are the cursors of the pages beside it, or ""."""

    items: tuple[Item, ...]
    older: str = ""
    newer: str = ""


Key = tuple[Any, ...]


def read_page(
    session: Session,
    statement: Select[*tuple[Any, ...]],
    columns: Sequence[Any],
    key_of: Callable[[Any], Key],
    ask: Ask,
) -> Page[Any]:
    """One page of the statement's rows, ordered by `columns`, whose values `key_of` takes from a
    row: times and numbers that tell all rows apart. Raises BadUsage for a cursor that is none.
    """
    back, key = _read(ask.cursor) if ask.cursor else (False, None)
    limit = max(1, min(ask.limit, MOST))
    if key is not None:
        if len(key) != len(columns):
            raise _bad()
        place, edge = tuple_(*columns), tuple_(*key)
        statement = statement.where(place > edge if back else place < edge)
    order = [column.asc() if back else column.desc() for column in columns]
    found = session.execute(statement.order_by(*order).limit(limit + 1))
    rows: list[Any] = list(found.scalars() if _is_single(statement) else found)
    more, rows = len(rows) > limit, rows[:limit]
    if back:
        rows.reverse()
    older = more if not back else True
    newer = more if back else key is not None
    return Page(
        tuple(rows),
        _written(False, key_of(rows[-1])) if rows and older else "",
        _written(True, key_of(rows[0])) if rows and newer else "",
    )


def _is_single(statement: Select[*tuple[Any, ...]]) -> bool:
    """Whether a row is one thing, and not a tuple of them."""
    return len(statement.column_descriptions) == 1


def _written(back: bool, key: Key) -> str:
    """Opaque to whoever is given it: what it is made of may change."""
    parts = [part.isoformat() if isinstance(part, datetime) else part for part in key]
    text = json.dumps([back, *parts], separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _read(cursor: str) -> tuple[bool, Key]:
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        back, *parts = json.loads(base64.urlsafe_b64decode(padded.encode("ascii")))
        key = tuple(_part(part) for part in parts)
    except (ValueError, TypeError) as error:
        raise _bad() from error
    return bool(back), key


def _part(part: object) -> object:
    """Numbers are numbers, and text is a time (with its zone) or an id."""
    match part:
        case bool() | None | list() | dict():
            raise ValueError("no part of a key")
        case str() if part[:2].isdigit() and "T" in part:
            moment = datetime.fromisoformat(part)
            if moment.tzinfo is None:
                raise ValueError("a time without its zone")
            return moment
        case _:
            return part


def _bad() -> BadUsage:
    return BadUsage("the cursor is none of ours; begin with the first page")

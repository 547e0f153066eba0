"""Loads rules/facts/*.toml as Facts; keeps a compiled copy, for TOML is slow to read."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator as Names
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from reviewbot.csource import facttable
from reviewbot.csource.facts import (
    Acquire,
    Fact,
    Facts,
    Failure,
    FreeClass,
    GuardClass,
    Iterator,
    Kind,
    NullableField,
    PrintHelper,
    Registers,
    Removed,
    Resource,
)
from reviewbot.errors import BadRule

_COMPILED = "9"  # raise it when the rows of facttable.py change their shape
_COPIES = 4  # compiled copies that are kept: several versions may be in use
_NONE: frozenset[Any] = frozenset()


def load_facts(folder: Path) -> Facts:
    """All facts of `folder`, merged.

    Raises BadRule, naming file, entry and what to do, when a file is wrong or none is there.
    The compiled copy lies in the user's cache folder under the digest of the files; it is
    made anew when they change, and done without where that folder cannot be written.
    """
    try:
        sources = {path: path.read_bytes() for path in sorted(folder.glob("*.toml"))}
    except OSError as error:
        raise BadRule(f"cannot read {error.filename}: {error.strerror}; mend its rights") from error
    if not sources:
        raise BadRule(f"no facts in {folder}: a folder with *.toml files is needed")
    digest = _digest(sources)
    cached = _cache_file(digest)
    table = _from_cache(cached)
    if table is None:
        table = facttable.read(sources)
        _to_cache(cached, table)
    return _facts(table, digest)


def _digest(sources: Mapping[Path, bytes]) -> str:
    total = hashlib.sha256()
    for path, data in sources.items():
        total.update(f"{path.name} {len(data)}\n".encode())
        total.update(data)
    return total.hexdigest()


def _cache_file(digest: str) -> Path:
    base = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    return Path(base) / "reviewbot" / f"facts-{_COMPILED}-{digest[:32]}.json"


def _from_cache(path: Path) -> facttable.Table | None:
    try:
        table: facttable.Table = json.loads(path.read_bytes())
        rows: Any = table.pop("rows")
        table["function"] = {name: rows[at] for name, at in table["function"].items()}
    except (OSError, ValueError, LookupError, AttributeError, TypeError):
        return None  # none there, or not ours: it is made anew
    return table


def _to_cache(path: Path, table: facttable.Table) -> None:
    """Written beside and renamed, so that a second process never reads half a file."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        copies = sorted(path.parent.glob("facts-*.json"), key=lambda p: p.stat().st_mtime)
        for old in copies[:-_COPIES]:
            old.unlink(missing_ok=True)
        beside = path.with_suffix(f".{os.getpid()}")
        beside.write_text(json.dumps(_compact(table), separators=(",", ":")))
        beside.replace(path)
    except OSError:
        return


def _compact(table: facttable.Table) -> dict[str, Any]:
    """Equal rows once, for most functions share theirs with kin; places in files are left out."""
    for entries in table.values():
        for row in entries.values():
            row.pop("@", None)
    rows: dict[str, int] = {}
    places = {
        name: rows.setdefault(json.dumps(row), len(rows)) for name, row in table["function"].items()
    }
    sources: dict[str, int] = {}
    returned = {
        n: {"failure": row["failure"], "at": sources.setdefault(row["source"], len(sources))}
        for n, row in table["returned"].items()
    }
    unique = [json.loads(text) for text in rows]
    named = {str(at): {"source": source} for source, at in sources.items()}
    return {**table, "function": places, "returned": returned, "sources": named, "rows": unique}


class _Functions(Mapping[str, Fact]):
    """The facts of functions, each made when it is first asked for: a run needs few of them."""

    def __init__(self, rows: Mapping[str, facttable.Row]) -> None:
        self._rows = rows
        self._made: dict[str, Fact | None] = {}

    def __getitem__(self, name: str) -> Fact:
        fact: Fact | None = self.get(name)
        if fact is None:
            raise KeyError(name)
        return fact

    def get(self, name: str, default: Any = None) -> Any:
        try:
            fact = self._made[name]
        except KeyError:
            row = self._rows.get(name)
            fact = self._made[name] = None if row is None else _fact(name, row)
        return default if fact is None else fact

    def __contains__(self, name: object) -> bool:
        return name in self._rows

    def __iter__(self) -> Names[str]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)


class _Returned(Mapping[str, Failure]):
    """What failures look like, each made when it is asked for: there are thousands."""

    def __init__(self, rows: Mapping[str, facttable.Row]) -> None:
        self._rows = rows

    def __getitem__(self, name: str) -> Failure:
        return Failure(self._rows[name]["failure"])

    def __contains__(self, name: object) -> bool:
        return name in self._rows

    def __iter__(self) -> Names[str]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)


class _Sources:
    """Where the fact of a function was read, looked up when it is asked for."""

    def __init__(self, table: facttable.Table) -> None:
        self._table = table

    def __call__(self, name: str) -> str:
        row = self._table["function"].get(name, {})
        if "failure" not in row:
            row = self._table["returned"].get(name, row)
        if "at" in row:
            row = self._table["sources"][str(row["at"])]
        source: str = row.get("source", "")
        return source


def _facts(table: facttable.Table, digest: str) -> Facts:
    return Facts(
        functions=_Functions(table["function"]),
        resources=MappingProxyType({n: _resource(n, r) for n, r in table["resource"].items()}),
        guards=MappingProxyType({n: _guard(n, r) for n, r in table["guard"].items()}),
        frees=MappingProxyType({n: _free(n, r) for n, r in table["free"].items()}),
        iterators=MappingProxyType({n: _iterator(n, r) for n, r in table["iterator"].items()}),
        fields=tuple(
            NullableField(n, r["why"], r["source"]) for n, r in sorted(table["field"].items())
        ),
        printers=MappingProxyType(
            {n: PrintHelper(n, r["format"], r["source"]) for n, r in table["printer"].items()}
        ),
        removed=MappingProxyType(
            {
                n: Removed(n, r["use"], version(r["since"]), r.get("header", ""), r["source"])
                for n, r in table["removed"].items()
            }
        ),
        releases=tuple(
            sorted((row["day"], version(name)) for name, row in table["release"].items())
        ),
        terminated=frozenset(table["terminated"]),
        options=frozenset(table["option"]),
        insiders=frozenset(n for n, row in table["function"].items() if row.get("inside")),
        handlers=tuple(
            Registers(key.partition(" ")[0], row.get("arg", 0), row.get("on", 0), row["context"])
            for key, row in sorted(table["handler"].items())
        ),
        sleepers=frozenset(table["sleeper"]),
        slow=frozenset(
            place[0]
            for row in table["function"].values()
            for place in row.get("acquires", ())
            if row.get("sleeps")
        ),
        waiters=tuple(
            (name, context)
            for name, row in sorted(table["function"].items())
            for context in row.get("waits_for", ())
        ),
        by_value=frozenset(
            place[0]
            for row in table["function"].values()
            for place in row.get("acquires", ())
            if place[1] == 0
        ),
        returned=_Returned(table["returned"]),
        source_of=_Sources(table),
        digest=digest,
    )


def version(text: str) -> tuple[int, int]:
    """`6.15`, as facttable.py has checked it."""
    major, _, minor = text.partition(".")
    return int(major), int(minor)


def _set(row: facttable.Row, key: str) -> frozenset[Any]:
    return frozenset(row[key]) if key in row else _NONE


def _fact(name: str, row: facttable.Row) -> Fact:
    return Fact(
        name=name,
        acquires=tuple(Acquire(*place) for place in row.get("acquires", ())),
        releases=tuple(Acquire(*place) for place in row.get("releases", ())),
        failure=Failure(row["failure"]) if "failure" in row else None,
        borrows=_set(row, "borrows"),
        borrows_all=row.get("borrows_all", False),
        keeps=_set(row, "keeps"),
        consumes=_set(row, "consumes"),
        consumes_on_success=_set(row, "consumes_on_success"),
        consumes_on_failure=_set(row, "consumes_on_failure"),
        uses=_set(row, "uses"),
        typeof=_set(row, "typeof"),
        fills=_set(row, "fills"),
        sleeps=row.get("sleeps", False),
        gfp=row.get("gfp", 0),
        takes=tuple(row.get("takes", ())),
        callbacks_under=tuple(row.get("callbacks_under", ())),
        waits_for=tuple(row.get("waits_for", ())),
        waits_at=row.get("waits_at", 1),
        asserts=row.get("asserts", 0),
        asserts_held=row.get("asserts_held", ""),
        drops=_set(row, "drops"),
        undo=tuple(row.get("undo", ())),
        accepts=_set(row, "accepts"),
        variant=row.get("variant", ""),
        flags=row.get("flags", 0),
        noreturn=row.get("noreturn", False),
        inside=row.get("inside", 0),
        returns=row.get("returns", 0),
        managed=row.get("managed", False),
        shared=row.get("shared", False),
        lends=row.get("lends", False),
        under=row.get("under", ""),
        links=row.get("links", 0),
        unlinks=row.get("unlinks", 0),
        arms=row.get("arms", 0),
        disarms=row.get("disarms", 0),
        moves=row.get("moves", 0),
        managed_by=tuple(row.get("managed_by", ())),
        source=row["source"],
    )


def _resource(name: str, row: facttable.Row) -> Resource:
    flags = ("linear", "singleton", "atomic", "nests", "value", "inner", "optional")
    switches = {key: row.get(key, False) for key in flags}
    via = tuple(row.get("via", ()))
    return Resource(name, Kind(row["kind"]), row["noun"], via=via, **switches)


def _guard(name: str, row: facttable.Row) -> GuardClass:
    conditional, variant = row.get("conditional", False), row.get("variant", "")
    return GuardClass(name, row["resource"], row.get("arg", 1), conditional, variant, row["source"])


def _free(name: str, row: facttable.Row) -> FreeClass:
    return FreeClass(name, tuple(row["resources"]), _set(row, "accepts"), row["source"])


def _iterator(name: str, row: facttable.Row) -> Iterator:
    scoped, removable = row.get("scoped", False), row.get("removable", False)
    return Iterator(
        name, row.get("var", 1), row.get("resource", ""), scoped, removable, row["source"]
    )

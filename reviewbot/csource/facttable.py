"""Reads rules/facts/*.toml into one checked, merged table of plain rows.

A row is a dict of the keys that an entry gave, ready for JSON; factfile.py makes the values
of facts.py from it. Every fault raises errors.BadRule naming file, entry and remedy.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from reviewbot.csource.facts import Failure, Kind
from reviewbot.errors import BadRule

type_names = {str: "a string", int: "an argument number (1 or more)", bool: "true or false"}
Row = dict[str, Any]
Table = dict[str, dict[str, Row]]
Check = Callable[[object], str]
"""What is wrong with a value, in words that end a sentence; empty where nothing is."""


def _is(kind: type) -> Check:
    def check(value: object) -> str:
        fits = type(value) is kind and (kind is not int or value > 0)  # type: ignore[operator]
        return "" if fits else f"must be {type_names[kind]}"

    return check


def _one_of(*words: str) -> Check:
    return lambda value: "" if value in words else f"must be one of {', '.join(words)}"


def _words(*allowed: str) -> Check:
    def check(value: object) -> str:
        if not isinstance(value, list) or not all(isinstance(v, str) for v in value):
            return "must be a list of strings"
        bad = [v for v in value if allowed and v not in allowed]
        return f"may only hold {', '.join(allowed)}" if bad else ""

    return check


def _names(value: object) -> str:
    return "must be a string or a list of strings" if not _as_list(value) else ""


def _arguments(value: object) -> str:
    if isinstance(value, list) and value and all(type(v) is int and v > 0 for v in value):
        return ""
    return "must be a list of argument numbers, counted from 1"


def _borrows(value: object) -> str:
    return "" if value == "all" else _arguments(value)


def _from(value: object) -> str:
    return "" if value == "return" else _is(int)(value)


def _version(value: object) -> str:
    fits = isinstance(value, str) and re.fullmatch(r"\d+\.\d+", value)
    return "" if fits else 'must be a release such as "6.15"'


def _day(value: object) -> str:
    fits = isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", value)
    return "" if fits else 'must be a day such as "2025-05-25"'


def _as_list(value: object) -> list[str]:
    """A string or a list of strings as a list; empty for anything else."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, list) and all(isinstance(v, str) for v in value):
        return value
    return []


_SOURCE: dict[str, Check] = {"source": _is(str)}
_NAMED: dict[str, Check] = {"names": _words(), **_SOURCE}
_FLAGS = ("linear", "singleton", "atomic", "nests", "value", "inner", "optional")
_PLACED = (
    *("returns", "inside", "links", "unlinks", "arms", "disarms", "moves"),
    *("waits_at", "asserts"),
)
_SCALARS = ("failure", "gfp", "variant", "flags", "under", "asserts_held", *_PLACED)
_GIVEN = ("keeps", "consumes", "consumes_on_success", "consumes_on_failure")
_SETS = (
    *("borrows", *_GIVEN, "uses", "typeof", "fills"),
    *("takes", "callbacks_under", "drops", "undo", "accepts", "managed_by"),
    "waits_for",
)

SCHEMA: Mapping[str, dict[str, Check]] = {
    "function": {
        **_NAMED,
        **dict.fromkeys(_GIVEN, _arguments),
        "uses": _arguments,
        "typeof": _arguments,
        "fills": _arguments,
        **{key: _is(bool) for key in ("sleeps", "noreturn", "managed", "shared", "lends")},
        **{key: _is(bool) for key in ("out", "always")},
        **dict.fromkeys(
            ("takes", "callbacks_under", "drops", "undo", "managed_by", "waits_for"),
            _words(),
        ),
        **{key: _is(int) for key in ("gfp", "flags", "arg", *_PLACED)},
        "acquires": _names,
        "releases": _names,
        "from": _from,
        "member": _is(str),
        "under": _is(str),
        "asserts_held": _is(str),
        "failure": _one_of(*Failure),
        "borrows": _borrows,
        "accepts": _words("null", "err-ptr", "untaken"),
        "variant": _is(str),
    },
    "guard": {
        **_NAMED,
        "resource": _is(str),
        "arg": lambda value: "" if value == 0 else _is(int)(value),
        "conditional": _is(bool),
        "variant": _is(str),
    },
    "free": {**_NAMED, "resources": _words(), "accepts": _words("null", "err-ptr")},
    "iterator": {
        **_NAMED,
        "var": _is(int),
        "resource": _is(str),
        "scoped": _is(bool),
        "removable": _is(bool),
    },
    "handler": {**_NAMED, "arg": _is(int), "on": _is(int), "context": _is(str)},
    "sleeper": _NAMED,
    "printer": {**_NAMED, "format": _is(int)},
    "removed": {**_NAMED, "use": _is(str), "since": _version, "header": _is(str)},
    "release": {"version": _version, "day": _day, **_SOURCE},
    "terminated": {**_NAMED},
    "option": {**_NAMED},
    "returned": {**_NAMED, "failure": _one_of(*Failure)},
    "field": {"path": _is(str), "why": _is(str), **_SOURCE},
}
RESOURCE: dict[str, Check] = {
    "kind": _one_of(*Kind),
    "noun": _is(str),
    "via": _words(),
    **{key: _is(bool) for key in _FLAGS},
    **_SOURCE,
}
_REQUIRED = {
    "function": ("names",),
    "guard": ("names", "resource"),
    "free": ("names", "resources"),
    "iterator": ("names",),
    "handler": ("names", "context"),
    "sleeper": ("names",),
    "printer": ("names", "format"),
    "removed": ("names", "use", "since"),
    "release": ("version", "day"),
    "terminated": ("names",),
    "option": ("names",),
    "returned": ("names", "failure"),
    "field": ("path", "why"),
    "resource": ("kind", "noun"),
}
_PLACES = {  # keys that say more of another key, and mean nothing without it
    "from": "acquires",
    "out": "acquires",
    "member": "acquires",
    "always": "acquires",
    "arg": "releases",
}


def read(sources: Mapping[Path, bytes]) -> Table:
    """All files merged: table name → name → row. `sources` maps each file to its bytes."""
    table: Table = {kind: {} for kind in (*SCHEMA, "resource")}
    for path, data in sources.items():
        _read_file(path.name, _parse(path, data), table)
    _check_references(table)
    return table


def _parse(path: Path, data: bytes) -> dict[str, Any]:
    try:
        return tomllib.loads(data.decode("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadRule(f"{path.name} is not valid TOML: {error}; mend the file") from error


def _read_file(file: str, document: dict[str, Any], table: Table) -> None:
    for key in ("title", "source"):
        if not isinstance(document.get(key), str):
            raise BadRule(f'{file} has no {key}; add a line {key} = "..." at its top')
    for kind, entries in document.items():
        if kind in ("title", "source"):
            continue
        if kind == "resource" and isinstance(entries, dict):
            for name, entry in entries.items():
                place = f"{file}: [resource.{name}]"
                _check_entry(place, "resource", RESOURCE, entry)
                _declare(
                    place, table[kind], name, {"source": document["source"], **entry, "@": place}
                )
        elif kind in SCHEMA and isinstance(entries, list):
            for number, entry in enumerate(entries, 1):
                _read_entry(f"{file}: [[{kind}]] {number}", kind, entry, document["source"], table)
        else:
            raise BadRule(f"{file}: unknown table {kind!r}{_meant(kind, [*SCHEMA, 'resource'])}")


def _read_entry(place: str, kind: str, entry: Row, source: str, table: Table) -> None:
    names = entry.get("names") if isinstance(entry, dict) else None
    if isinstance(names, list) and names:
        place += f" ({names[0]})"
    _check_entry(place, kind, SCHEMA[kind], entry)
    row = {"source": source, **entry, "@": place}
    for name in row.pop("names", None) or [row.get("path") or row.get("version", "")]:
        if kind != "function":
            # One call may register several handlers.
            key = f"{name} {row.get('arg', 0)}" if kind == "handler" else name
            _declare(place, table[kind], key, row)
            continue
        _merge(name, table[kind].setdefault(name, {"@": place}), _function_row(row))


def _check_entry(place: str, kind: str, schema: Mapping[str, Check], entry: object) -> None:
    if not isinstance(entry, dict):
        raise BadRule(f"{place} is not a table; write it as in rules/facts/README.md")
    for key, value in entry.items():
        if key not in schema:
            raise BadRule(f"{place}: unknown key {key!r}{_meant(key, schema)}")
        if wrong := schema[key](value):
            raise BadRule(f"{place}: {key} = {value!r} is wrong: it {wrong}")
        if kind == "function" and _PLACES.get(key, key) not in entry:
            raise BadRule(f"{place}: {key} says nothing without {_PLACES[key]}; add it")
    for key in _REQUIRED[kind]:
        if not entry.get(key):
            raise BadRule(f"{place}: {key} is missing; add it")


def _meant(word: str, known: Mapping[str, object] | list[str]) -> str:
    from difflib import get_close_matches  # only when something is wrong

    close = get_close_matches(word, list(known), 1)
    guess = f"did you mean {close[0]!r}?" if close else "known are " + ", ".join(sorted(known))
    return f"; {guess}"


def _declare(place: str, rows: dict[str, Row], name: str, row: Row) -> None:
    if name in rows:
        raise BadRule(
            f"{place}: {name} is already declared in {rows[name]['@']}; keep one of the two"
        )
    rows[name] = row


def _function_row(entry: Row) -> Row:
    """An entry in the shape that merges: places folded into what they place."""
    row = {k: v for k, v in entry.items() if k not in _PLACES}
    if "acquires" in row:
        start = entry.get("from", "return")
        where = 0 if start == "return" else start
        place = [
            where,
            entry.get("out", False),
            entry.get("member", ""),
            entry.get("always", False),
        ]
        row["acquires"] = [[id_, *place] for id_ in _as_list(row["acquires"])]
    if "releases" in row:
        row["releases"] = [[id_, entry.get("arg", 1)] for id_ in _as_list(row["releases"])]
    if row.get("borrows") == "all":
        del row["borrows"]
        row["borrows_all"] = True
    return row


def _merge(name: str, into: Row, row: Row) -> None:
    for key, value in row.items():
        if key in ("acquires", "releases", *_SETS):
            have = into.setdefault(key, [])
            into[key] = have + [v for v in value if v not in have]
        elif key == "source":
            have = into.get("source", "")
            if value not in have:
                into["source"] = f"{have}; {value}" if have else value
        elif key != "@":
            if key in _SCALARS and into.get(key, value) != value:
                raise BadRule(
                    f"{row['@']}: {name} has {key} = {value!r}, but {into['@']} says"
                    f" {into[key]!r}; only one can be right"
                )
            into[key] = value
    _check_arguments(name, into, row["@"])


def _check_arguments(name: str, row: Row, place: str) -> None:
    """An argument cannot both stay the caller's and go over."""
    gone = {argument for key in _GIVEN for argument in row.get(key, ())}
    both = gone & set(row.get("borrows", ()))
    if both or (gone and row.get("borrows_all")):
        which = f"argument {min(both)}" if both else "some argument"
        raise BadRule(
            f"{place}: {name} borrows {which} and also keeps or consumes it; only one can be right"
        )


def _check_references(table: Table) -> None:
    known = table["resource"]
    for kind in ("function", "guard", "free", "iterator", "handler"):
        for name, row in table[kind].items():
            ids = [place[0] for key in ("acquires", "releases") for place in row.get(key, ())]
            ids += [
                i
                for key in ("takes", "callbacks_under", "drops", "resources", "waits_for")
                for i in row.get(key, ())
            ]
            named = ("resource", "context", "under", "asserts_held")
            ids += [row[key] for key in named if row.get(key)]
            for id_ in ids:
                if id_ not in known:
                    raise BadRule(
                        f"{row['@']}: {name} names the resource {id_!r}, which no file declares;"
                        f" add [resource.{id_}]{_meant(id_, known)}"
                    )

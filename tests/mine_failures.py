#!/usr/bin/env python3
"""Read from a kernel tree what functions return when they fail: makes rules/facts/failures.toml.

    python tests/mine_failures.py TREE > rules/facts/failures.toml

Exported functions and inline ones of headers that return a pointer are walked by the engine with
the other tables; what a function hands on from a callee is filled in until nothing changes.
Silent about a function with a way out that is not understood. Takes some minutes.
"""

from __future__ import annotations

import re
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path
from textwrap import fill, indent
from typing import NamedTuple

from reviewbot.csource import syntax as c
from reviewbot.csource.factfile import load_facts
from reviewbot.csource.facts import Facts, Failure
from reviewbot.csource.parse import parse_file
from reviewbot.csource.paths import Paths, walk
from reviewbot.csource.summaries import FunctionSource, Summaries
from reviewbot.csource.values import ANY, ERR, POS, POSSIBLE, UNSET, ZERO
from reviewbot.resources import rules_dir

FOLDERS = (
    "block crypto drivers fs include init io_uring ipc kernel lib mm net security sound".split()
)
EXPORT = re.compile(rb"^\s*EXPORT_SYMBOL\w*\(\s*(\w+)", re.M)
POINTER = re.compile(rb"^[A-Za-z_][\w\s]*?\*+\s*(?:__\w+\s+)*(\w+)\s*\(", re.M)
LINE = 88
SKIPPED = ("/uapi/", "/generated/")


class Way(NamedTuple):
    """One way out: a mask, or the callee whose value is handed on, with what is left of it."""

    mask: int
    callee: str = ""


class Row(NamedTuple):
    """A function: `offered` to other files, or only there for others of its file to call."""

    name: str
    file: str
    offered: bool
    ways: tuple[Way, ...]


def main(tree: Path) -> None:
    files = [f for folder in FOLDERS for f in sorted((tree / folder).rglob("*.[ch]"))]
    names = [str(f.relative_to(tree)) for f in files]
    with ProcessPoolExecutor() as pool:
        found = pool.map(partial(read_file, tree), names, chunksize=50)
        rows = [row for some in found for row in some]
    facts = _facts()
    shapes = solve(rows, facts)
    print(render(rows, shapes, facts), end="")


def _facts() -> Facts:
    return load_facts(rules_dir() / "facts")


def read_file(tree: Path, name: str) -> list[Row]:
    """The functions of one file that return a pointer, if it offers any to others."""
    text = (tree / name).read_bytes()
    header = name.endswith(".h")
    exported = {m.decode() for m in EXPORT.findall(text)}
    shared = name.startswith("include/") and not any(part in name for part in SKIPPED)
    if not exported and not (header and shared):
        return []
    facts = _facts()
    file = parse_file(name, text)
    rows = []
    for found in dict.fromkeys(POINTER.findall(text)):
        function = file.function(found.decode())
        if function is None or not function.readable or "*" not in function.returns:
            continue
        paths = walk(function, facts, Summaries(facts, FunctionSource([], {})))
        if paths.complete:
            offered = (header and shared) or function.name in exported
            rows.append(Row(function.name, name, offered, tuple(ways(function, paths))))
    return rows


def ways(function: c.Function, paths: Paths) -> Iterator[Way]:
    """What each way out returns."""
    values: dict[str, list[c.Expr]] = defaultdict(list)
    for expr in function.expressions:
        if expr.kind == "assign" and expr.op == "=":
            values[expr.parts[0].text].append(expr.parts[1].bare)
    for stmt in function.statements:
        if isinstance(stmt, c.Declare) and stmt.value is not None:
            values[stmt.name].append(stmt.value.bare)
    given = {parameter.name for parameter in function.params}
    for exit in paths.exits:
        if exit.value is not None:
            mask = ANY if exit.mask == UNSET else exit.mask
            yield from _ways(exit.value.bare, mask, values, given, 3)


def _ways(
    value: c.Expr, mask: int, values: dict[str, list[c.Expr]], given: set[str], depth: int
) -> Iterator[Way]:
    if mask in (ERR, ZERO, POS, ERR | POS, ZERO | POS, ERR | ZERO, ERR | ZERO | POS):
        yield Way(mask)
    elif value.kind == "call":
        yield Way(mask, value.name or "?")
    elif value.kind == "conditional":
        for part in value.parts[1:]:
            yield from _ways(part.bare, ANY, values, given, depth)
    elif value.kind in ("member", "index") or value.text in given - values.keys():
        yield Way(POS)  # where a member may be NULL, that is not how the function fails
    elif value.kind in ("binary", "string") or (value.kind == "unary" and value.op == "&"):
        yield Way(POS)
    elif value.text == "NULL":
        yield Way(mask & ZERO)
    elif depth and values.get(value.text):
        for source in values[value.text]:
            yield from _ways(source, mask, values, given, depth - 1)
    else:
        yield Way(ANY, "?")


def solve(rows: Iterable[Row], facts: Facts) -> dict[tuple[str, str], int | None]:
    """What each function, by (name, file), can return; None where a way is not understood."""
    rows = list(rows)
    shapes: dict[tuple[str, str], int | None] = {(row.name, row.file): 0 for row in rows}
    offered = {row.name: row.file for row in rows if row.offered}
    changed = True
    while changed:
        changed = False
        for row in rows:
            mask = _together(row, shapes, offered, facts)
            if mask != shapes[row.name, row.file]:
                shapes[row.name, row.file] = mask
                changed = True
    return shapes


def _together(
    row: Row,
    shapes: dict[tuple[str, str], int | None],
    offered: dict[str, str],
    facts: Facts,
) -> int | None:
    total = 0
    for way in row.ways:
        mask: int | None = way.mask
        if way.callee:
            fact = facts.functions.get(way.callee)
            known = fact.failure if fact is not None else None
            place = row.file if (way.callee, row.file) in shapes else offered.get(way.callee, "")
            mask = POSSIBLE[known] if known is not None else shapes.get((way.callee, place))
            mask = None if mask is None else mask & way.mask
        if mask is None:
            return None
        total |= mask
    return total


FAILURES = {ZERO: Failure.NULL, ERR: Failure.ERR_PTR, ERR | ZERO: Failure.NULL_OR_ERR_PTR}


def render(rows: Iterable[Row], shapes: dict[tuple[str, str], int | None], facts: Facts) -> str:
    """The table: one entry a file and failure, without what [[function]] entries say already."""
    entries: dict[tuple[str, Failure], list[str]] = defaultdict(list)
    for row in rows:
        fact = facts.functions.get(row.name)
        failure = FAILURES.get((shapes[row.name, row.file] or 0) & (ZERO | ERR))
        if row.offered and failure and (fact is None or fact.failure is None):
            entries[row.file, failure].append(row.name)
    text = 'title = "What a pointer looks like that says its function failed"\n'
    text += 'source = "each definition, with tests/mine_failures.py"\n'
    for (file, failure), names in sorted(entries.items()):
        listed = ", ".join(f'"{name}"' for name in sorted(set(names)))
        if len(listed) > LINE:
            listed = "\n" + indent(fill(listed + ",", LINE), "    ") + "\n"
        text += f'\n[[returned]]\nnames = [{listed}]\nfailure = "{failure}"\nsource = "{file}"\n'
    return text


if __name__ == "__main__":
    main(Path(sys.argv[1]))

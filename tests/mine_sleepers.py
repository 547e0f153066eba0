#!/usr/bin/env python3
"""Read from a kernel tree which functions may sleep: makes rules/facts/sleepers.toml.

    python tests/mine_sleepers.py TREE > rules/facts/sleepers.toml

A function sleeps if one of the statements at the top of its body calls what sleeps: by the other
tables, or by what was found so far, until nothing changes. What asks in which context it runs is
left out. Takes some minutes.
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
from reviewbot.csource.atomic import may_wait
from reviewbot.csource.factfile import load_facts
from reviewbot.csource.facts import Facts
from reviewbot.csource.parse import parse_file
from reviewbot.resources import rules_dir

FOLDERS = "block crypto drivers fs include kernel lib mm net security sound".split()
EXPORT = re.compile(rb"^\s*EXPORT_SYMBOL\w*\(\s*(\w+)", re.M)
ASKS = re.compile(
    r"\b(?:in_task|in_atomic|in_interrupt|in_irq|in_softirq|in_hardirq|irqs_disabled|preemptible"
    r"|in_nmi|oops_in_progress|GFP_ATOMIC|might_sleep_if|gfpflags_allow_blocking|rcu_preempt_depth)\b"
)
LINE = 88
SKIPPED = ("/uapi/", "/generated/")


class Row(NamedTuple):
    """A function: `offered` to other files, or only there for others of its file to call."""

    name: str
    file: str
    offered: bool
    sleeps: bool
    callees: tuple[str, ...]


def main(tree: Path) -> None:
    files = [f for folder in FOLDERS for f in sorted((tree / folder).rglob("*.[ch]"))]
    names = [str(f.relative_to(tree)) for f in files]
    with ProcessPoolExecutor() as pool:
        found = pool.map(partial(read_file, tree), names, chunksize=50)
        rows = [row for some in found for row in some]
    print(render(rows, solve(rows), _facts()), end="")


def _facts() -> Facts:
    return load_facts(rules_dir() / "facts")


def read_file(tree: Path, name: str) -> list[Row]:
    """The functions of one file, if it offers any to others."""
    text = (tree / name).read_bytes()
    header = name.endswith(".h")
    exported = {m.decode() for m in EXPORT.findall(text)}
    shared = name.startswith("include/") and not any(part in name for part in SKIPPED)
    if not exported and not (header and shared):
        return []
    facts = _facts()
    rows = []
    for function in parse_file(name, text).functions():
        if not function.readable or any(ASKS.search(e.text) for e in function.expressions):
            continue
        calls = list(always_called(function))
        known = [(call, facts.functions.get(call.name)) for call in calls]
        sleeps = any(fact and (fact.sleeps or may_wait(call, fact)) for call, fact in known)
        callees = tuple(call.name for call, fact in known if fact is None and call.name)
        offered = (header and shared) or function.name in exported
        rows.append(Row(function.name, name, offered, sleeps, callees))
    return rows


def always_called(function: c.Function) -> Iterator[c.Expr]:
    """The calls in the statements at the top of a body, below early returns too."""
    for stmt in function.body.body:
        if isinstance(stmt, (c.ExprStmt, c.Declare, c.Return, c.Guard)):
            for top in c.expressions(stmt):
                if not any(e.op in ("&&", "||") or e.kind == "conditional" for e in top.walk()):
                    yield from (e for e in top.walk() if e.kind == "call")


def solve(rows: Iterable[Row]) -> set[tuple[str, str]]:
    """(name, file) of all that sleeps."""
    rows = list(rows)
    offered = {row.name: row.file for row in rows if row.offered}
    here = {(row.name, row.file) for row in rows}
    sleeping = {(row.name, row.file) for row in rows if row.sleeps}
    changed = True
    while changed:
        changed = False
        for row in rows:
            key = (row.name, row.file)
            if key in sleeping:
                continue
            for callee in row.callees:
                place = row.file if (callee, row.file) in here else offered.get(callee, "")
                if (callee, place) in sleeping:
                    sleeping.add(key)
                    changed = True
                    break
    return sleeping


def render(rows: Iterable[Row], sleeping: set[tuple[str, str]], facts: Facts) -> str:
    """The table: one entry a file, without what [[function]] entries say already."""
    entries: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        fact = facts.functions.get(row.name)
        if row.offered and (row.name, row.file) in sleeping and not (fact and fact.sleeps):
            entries[row.file].add(row.name)
    text = 'title = "What may sleep, read from the functions themselves"\n'
    text += 'source = "each definition, with tests/mine_sleepers.py"\n'
    for file, names in sorted(entries.items()):
        listed = ", ".join(f'"{name}"' for name in sorted(names))
        if len(listed) > LINE:
            listed = "\n" + indent(fill(listed + ",", LINE), "    ") + "\n"
        text += f'\n[[sleeper]]\nnames = [{listed}]\nsource = "{file}"\n'
    return text


if __name__ == "__main__":
    main(Path(sys.argv[1]))

"""How well the front end reads a kernel tree: `measure_frontend.py DIR [--files N] [--seed S]`.

Takes a random sample of DIR's .c files (or all, `--files 0`) and counts the functions that the
parser cannot read: raw, and after the pre-pass. "Lost" are functions that the raw parse finds,
without an error in them, and the front end does not. `--list` names the unread functions.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tree_sitter import Node

from reviewbot.csource.grammar import parse
from reviewbot.csource.parse import parse_file
from reviewbot.csource.syntax import Declare, Function, Guard, Guarded, statements

_CONTAINERS = ("preproc_ifdef", "preproc_if", "preproc_else", "preproc_elif", "ERROR")


@dataclass
class Tally:
    """Counts over the sample; times in seconds."""

    files: int = 0
    raw: int = 0
    raw_bad: int = 0
    read: int = 0
    bad: int = 0
    guarded: int = 0
    guarded_bad: int = 0
    lost: list[str] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)
    opening: list[float] = field(default_factory=list)
    reading: list[float] = field(default_factory=list)


def raw_functions(node: Node) -> Iterator[Node]:
    """The function definitions of a tree, also those inside #if and ERROR nodes."""
    for child in node.children:
        if child.type == "function_definition":
            yield child
        elif child.type in _CONTAINERS:
            yield from raw_functions(child)


def raw_name(node: Node) -> str:
    inner = node.child_by_field_name("declarator")
    while inner is not None and inner.type != "identifier":
        inner = inner.child_by_field_name("declarator")
    return "" if inner is None or inner.text is None else inner.text.decode("utf-8", "replace")


def uses_guards(function: Function, text: str) -> bool:
    if not function.readable:
        return "guard(" in text or "__free(" in text
    return any(
        isinstance(stmt, Guard | Guarded) or (isinstance(stmt, Declare) and stmt.cleanup)
        for stmt in statements(function.body)
    )


def measure(path: Path, tally: Tally) -> None:
    text = path.read_bytes()
    tally.files += 1
    sound = set()
    for node in raw_functions(parse(text)):
        tally.raw += 1
        tally.raw_bad += node.has_error
        if not node.has_error:
            sound.add(raw_name(node))
    started = time.perf_counter()
    source = parse_file(str(path), text)
    opened = time.perf_counter()
    functions = source.functions()
    tally.reading.append(time.perf_counter() - opened)
    tally.opening.append(opened - started)
    lines = text.decode("utf-8", "replace").split("\n")
    for function in functions:
        guarded = uses_guards(function, "\n".join(lines[function.line - 1 : function.end_line]))
        tally.read += 1
        tally.guarded += guarded
        if not function.readable:
            tally.bad += 1
            tally.guarded_bad += guarded
            tally.unread.append(f"{path}:{function.line} {function.name}")
    dead = source.dead
    for node in raw_functions(parse(text)):
        line = node.start_point.row + 1
        name = raw_name(node)
        if name not in sound or name in source.names:
            continue
        if not any(first <= line <= last for first, last in dead):
            tally.lost.append(f"{path}:{line} {name}")


def median(values: list[float], share: float = 0.5) -> float:
    return sorted(values)[int(len(values) * share)] * 1000


def report(tally: Tally) -> None:
    def share(part: int, whole: int) -> str:
        return f"{part} ({100 * part / max(whole, 1):.2f}%)"

    print(f"files                      {tally.files}")
    print(
        f"functions, raw             {tally.raw}, with an error {share(tally.raw_bad, tally.raw)}"
    )
    print(f"functions, after pre-pass  {tally.read}, with an error {share(tally.bad, tally.read)}")
    print(
        f"  that use guards          {tally.guarded}, with an error "
        f"{share(tally.guarded_bad, tally.guarded)}"
    )
    print(f"lost                       {share(len(tally.lost), tally.raw)}")
    for name, times in (("open a file", tally.opening), ("read all functions", tally.reading)):
        mean = 1000 * sum(times) / len(times)
        print(
            f"{name:26} mean {mean:.2f} ms, median {median(times):.2f} ms, "
            f"p95 {median(times, 0.95):.2f} ms"
        )
    each = 1000 * sum(tally.reading) / max(tally.read, 1)
    print(f"read one function          mean {each:.2f} ms")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("directory", type=Path)
    parser.add_argument("--files", type=int, default=500)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--list", action="store_true")
    options = parser.parse_args()
    paths = sorted(options.directory.rglob("*.c"))
    if not paths:
        parser.error(f"{options.directory} holds no .c file")
    if options.files:
        paths = random.Random(options.seed).sample(paths, min(options.files, len(paths)))
    tally = Tally()
    for path in paths:
        measure(path, tally)
    report(tally)
    if options.list:
        print("unread:", *tally.unread, "lost:", *tally.lost, sep="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""How well the front end reads a kernel tree: `measure_frontend.py DIR [--files N] [--seed S]`.

Takes a random sample of DIR's .c files (or all, `--files 0`) and counts the functions that the
parser cannot read: raw, and after the pre-pass. "Lost" are functions that the raw parse finds,
without an error in them, and the front end does not. With `--mails DIR` the diffs of DIR's
.eml files are stitched instead. `--list` names what was not read.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tree_sitter import Node

from reviewbot.csource.grammar import parse
from reviewbot.csource.parse import parse_file
from reviewbot.csource.stitch import stitch
from reviewbot.csource.syntax import (
    Block,
    Declare,
    Elided,
    Function,
    Guard,
    Guarded,
    Unread,
    statements,
)
from reviewbot.diff import read_diff
from reviewbot.model import Change, FileDiff

_CONTAINERS = ("preproc_ifdef", "preproc_if", "preproc_else", "preproc_elif", "ERROR")


@dataclass
class Tally:
    """Counts over the sample; times are of the processor, in seconds."""

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
    started = time.process_time()
    source = parse_file(str(path), text)
    opened = time.process_time()
    functions = source.functions()
    tally.reading.append(time.process_time() - opened)
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


@dataclass
class MailTally:
    """Counts over mails without their files."""

    mails: int = 0
    units: int = 0
    sound: int = 0
    whole: int = 0
    added: int = 0
    found: int = 0
    seconds: float = 0
    unread: list[str] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)


def measure_mail(path: Path, tally: MailTally) -> None:
    """Stitch what one mail's diff shows: which functions parse, which added statements of
    theirs (lines that end in a semicolon) are found again."""
    text = message_from_bytes(path.read_bytes(), policy=policy.default).get_body(("plain",))
    body = text.get_content() if isinstance(text, EmailMessage) else ""
    at = body.find("diff --git")
    if at < 0:
        return
    tally.mails += 1
    for diff in read_diff(body[at:])[0]:
        if diff.path.endswith(".c") and diff.change is Change.MODIFIED:
            measure_diff(path, diff, tally)


def measure_diff(path: Path, diff: FileDiff, tally: MailTally) -> None:
    started = time.process_time()
    functions = stitch(diff.path, diff, "after").functions()
    tally.seconds += time.process_time() - started
    seen: dict[int, bool] = {}
    for function in functions:
        tally.units += 1
        tally.sound += function.readable
        tally.whole += function.whole
        if not function.readable:
            tally.unread.append(f"{path}: {diff.path}:{function.line} {function.name}")
        for line in range(function.line, function.end_line + 1):
            seen.setdefault(line, False)
        for stmt in statements(function.body):
            if not isinstance(stmt, Block | Unread | Elided):
                seen.update(dict.fromkeys(range(stmt.line, stmt.end_line + 1), True))
    for hunk in diff.hunks:
        for each in hunk.lines:
            if each.kind == "+" and each.new in seen and each.text.endswith(";"):
                tally.added += 1
                tally.found += seen[each.new]
                if not seen[each.new]:
                    tally.missed.append(f"{path}: {diff.path}:{each.new} {each.text.strip()}")


def report_mails(tally: MailTally) -> None:
    def share(part: int, whole: int) -> str:
        return f"{part} ({100 * part / max(whole, 1):.2f}%)"

    print(f"mails                      {tally.mails}")
    print(f"functions in sight         {tally.units}, whole {share(tally.whole, tally.units)}")
    print(f"  without an error         {share(tally.sound, tally.units)}")
    print(f"added statements           {tally.added}, found {share(tally.found, tally.added)}")
    print(f"stitch one function        mean {1000 * tally.seconds / max(tally.units, 1):.2f} ms")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("directory", type=Path, nargs="?", help="an unpacked kernel tree")
    parser.add_argument("--mails", type=Path, help="a folder of .eml files, to stitch instead")
    parser.add_argument("--files", type=int, default=500)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--list", action="store_true")
    options = parser.parse_args()
    if options.mails:
        return main_mails(options.mails, options.list)
    if options.directory is None:
        parser.error("a kernel tree, or --mails and a folder")
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


def main_mails(folder: Path, listed: bool) -> int:
    tally = MailTally()
    for path in sorted(folder.rglob("*.eml")):
        measure_mail(path, tally)
    report_mails(tally)
    if listed:
        print("unread:", *tally.unread, "not found:", *tally.missed, sep="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())

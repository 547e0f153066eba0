#!/usr/bin/env python3
"""Prints what reviewbot costs: cold starts, and the time a patch beside checkpatch.pl.

    tests/benchmark.py [--runs N] [--cases DIR [--limit N]] [--checkpatch PATH]

Cold starts are whole processes: `reviewbot --help`, and `reviewbot check` of the three-patch
example series. `--cases` is a folder of cases as the scorer reads it (fixes/, clean/); its
patches are reviewed one after the other in one process, each with its whole files.
`--checkpatch` is the kernel's scripts/checkpatch.pl, timed on the same patches in the same run.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import mean, median, quantiles

EXAMPLE = Path(__file__).resolve().parent.parent / "deploy" / "example"
REVIEWBOT = (sys.executable, "-m", "reviewbot")
CASES = {
    "fixes/*/introduce.patch": "fixed",
    "fixes/*/fix.patch": "buggy",
    "clean/*/clean.patch": "before",
}


@dataclass(frozen=True)
class Case:
    """A patch and the folder with the files before it."""

    patch: Path
    tree: Path


def main() -> None:
    arguments = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    arguments.add_argument("--runs", type=int, default=9, help="cold starts of each kind")
    arguments.add_argument("--cases", type=Path, help="a folder of cases")
    arguments.add_argument("--limit", type=int, help="at most this many patches, evenly chosen")
    arguments.add_argument("--checkpatch", type=Path, help="the kernel's checkpatch.pl")
    given = arguments.parse_args()

    series, tree = str(EXAMPLE / "series.mbox"), str(EXAMPLE / "tree")
    show_cold("reviewbot --help", ["--help"], given.runs)
    show_cold("reviewbot check, 3 patches", ["check", series, "--tree", tree], given.runs)
    if given.cases:
        cases = chosen(find(given.cases), given.limit)
        show_patches("reviewbot", reviewed(cases))
        if given.checkpatch and given.checkpatch.is_file():
            show_patches("checkpatch --no-tree", checked(cases, given.checkpatch))
        else:
            print("checkpatch --no-tree        skipped: give --checkpatch PATH")


def show_cold(name: str, command: Sequence[str], runs: int) -> None:
    times = [timed([*REVIEWBOT, *command]) for _ in range(runs)]
    print(f"{name:<27} median {median(times):6.3f} s  worst {max(times):6.3f} s  of {runs}")


def show_patches(name: str, seconds: Sequence[float]) -> None:
    p95 = quantiles(seconds, n=20)[-1]
    print(
        f"{name:<27} mean {mean(seconds) * 1000:7.1f} ms  median {median(seconds) * 1000:7.1f} ms"
        f"  p95 {p95 * 1000:7.1f} ms  worst {max(seconds) * 1000:7.1f} ms"
        f"  of {len(seconds)} patches"
    )


def timed(command: Sequence[str]) -> float:
    start = time.perf_counter()
    subprocess.run(command, capture_output=True, check=False)
    return time.perf_counter() - start


def find(folder: Path) -> list[Case]:
    cases = [
        Case(patch, patch.parent / tree)
        for pattern, tree in CASES.items()
        for patch in sorted(folder.glob(pattern))
    ]
    if len(cases) < 2:
        raise SystemExit(f"{folder}: no cases here; it should hold fixes/ or clean/")
    return cases


def chosen(cases: list[Case], limit: int | None) -> list[Case]:
    return cases[:: max(1, len(cases) // limit)][:limit] if limit else cases


def reviewed(cases: Sequence[Case]) -> list[float]:
    """The seconds of each patch, as the batch itself reports them."""
    with tempfile.NamedTemporaryFile("w", suffix=".jsonl") as batch:
        for case in cases:
            request = {"id": None, "source": str(case.patch), "tree": str(case.tree)}
            batch.write(json.dumps(request) + "\n")
        batch.flush()
        command = [*REVIEWBOT, "check", "--batch", batch.name, "--jobs", "1"]
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    if failed := sum("report" not in answer for answer in answers):
        print(f"{failed} patches could not be reviewed", file=sys.stderr)
    return [answer["seconds"] for answer in answers]


def checked(cases: Sequence[Case], checkpatch: Path) -> list[float]:
    return [timed(["perl", str(checkpatch), "--no-tree", str(case.patch)]) for case in cases]


if __name__ == "__main__":
    main()

"""Lists the names in rules/facts that do not occur in an unpacked kernel tree.

    python tests/check_facts.py TREE

A name that is not there is misspelt, or newer or older than that tree (its source then says so).
Reads the headers and the core's C files, some ten seconds. Exit status 1 when names are missing.
"""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

FACTS = Path(__file__).resolve().parent.parent / "rules" / "facts"
FOLDERS = (
    *("include", "arch/x86/include", "kernel", "mm", "lib", "fs", "block", "crypto", "net"),
    *("drivers/base", "drivers/of", "drivers/pci", "drivers/mmc", "drivers/usb", "drivers/spi"),
    *("drivers/i2c", "drivers/media", "drivers/tty", "drivers/dma", "sound/core", "security"),
)
GUARD = re.compile(rb"DEFINE_(?:LOCK_)?(?:GUARD|CLASS)\w*\(\s*(\w+)(?:,\s*(_\w+))?")


def words_of(tree: Path) -> set[str]:
    """Every identifier of the tree's headers and core, and the guard names made by pasting."""
    words: set[bytes] = set()
    for folder in FOLDERS:
        for path in (tree / folder).rglob("*.[ch]"):
            text = path.read_bytes()
            words.update(re.findall(rb"[A-Za-z_]\w+", text))
            words.update(a + b for a, b in GUARD.findall(text))
    return {word.decode() for word in words}


def named(kinds: tuple[str, ...]) -> Iterator[tuple[str, str, str]]:
    """(file, name, source) of every entry of the tables `kinds`."""
    for path in sorted(FACTS.glob("*.toml")):
        document = tomllib.loads(path.read_text())
        for kind in kinds:
            for entry in document.get(kind, ()):
                for name in entry["names"]:
                    yield path.name, name, entry.get("source", document["source"])


def main(tree: Path) -> int:
    if not (tree / "include" / "linux").is_dir():
        print(
            f"{tree} is no kernel tree: give the folder that holds include/linux", file=sys.stderr
        )
        return 2
    known = words_of(tree)
    kinds = ("function", "guard", "free", "iterator", "printer")
    missing = [entry for entry in named(kinds) if entry[1] not in known]
    for file, name, source in missing:
        print(f"{file}: {name}  ({source})")
    print(f"{len(missing)} names do not occur in {tree}", file=sys.stderr)
    return 1 if missing else 0


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    sys.exit(main(Path(sys.argv[1])))

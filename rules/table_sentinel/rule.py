"""A device table whose last entry is not empty: whoever reads it goes on behind its end.

Source: include/linux/mod_devicetable.h; the match functions of the buses, which stop at zeroes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from reviewbot.rule import (
    Claim,
    Confidence,
    Entry,
    FileSight,
    Need,
    Note,
    Rule,
    Severity,
    Table,
)

_DESIGNATOR = re.compile(r"(?:\. \w+ |\[ \w+ \] )+= ")
_NOTHING = re.compile(r"0[xX]?0*[uUlL]*|NULL|\"\"|false|[{},]")
_ONE_WORD = re.compile(r"\{ [A-Za-z_]\w* (?:, )?\}")
_READ = r"MODULE_DEVICE_TABLE\s*\(\s*\w+\s*,\s*%s\b|=\s*(?:of_match_ptr|ACPI_PTR)?\(?%s\b"


def check(sight: FileSight) -> Iterable[Claim]:
    for table in sight.tables(sight.facts.terminated):
        if table.size != "" or not table.closed or not table.entries:
            continue
        last = table.entries[-1]
        counted = rf"ARRAY_SIZE\s*\(\s*{table.name}\b"
        if _names_a_device(last) and not _is_used(sight, counted):
            yield _claim(sight, table, last)


def _names_a_device(entry: Entry) -> bool:
    """A macro by itself says nothing: it may stand for many entries, the empty one among them."""
    if not entry.text.startswith("{ ") or _ONE_WORD.fullmatch(entry.text):
        return False
    values = _DESIGNATOR.sub("", entry.text)
    return any(not _NOTHING.fullmatch(word) for word in values.split(" "))


def _is_used(sight: FileSight, how: str) -> bool:
    use = re.compile(how.encode())
    return any(use.search(run.code) for run in sight.runs)


def _claim(sight: FileSight, table: Table, last: Entry) -> Claim:
    """Out of sight the length of the table may be asked for: unless it is known to be read."""
    read = _is_used(sight, _READ % (table.name, table.name))
    sure = sight.file.whole or read
    return Claim(
        line=last.line,
        end_line=last.end_line,
        message=f"{table.name} does not end with an empty entry",
        shape=(table.name,),
        trace=(Note(last.line, f"the last entry of {table.name} names a device"),),
        confidence=None if sure else Confidence.MEDIUM,
        words=(("table", table.name), ("type", table.type)),
    )


RULE = Rule(
    title="device table without the empty entry at its end",
    category="api",
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    needs=Need.DIFF,
    source="include/linux/mod_devicetable.h, and the buses' match functions",
    check_file=check,
)

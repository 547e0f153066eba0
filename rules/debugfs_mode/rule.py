"""A debugfs file whose mode allows what its operations cannot do: to write it, or to read it.

Source: Documentation/filesystems/debugfs.rst; fs/debugfs/inode.c, debugfs_create_file().
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from reviewbot.rule import Claim, Confidence, Need, Note, Rule, Severity, Sight, syntax, tables_in

_CREATES = frozenset(
    {"debugfs_create_file", "debugfs_create_file_unsafe", "debugfs_create_file_size"}
)
_MODE, _OPERATIONS = 1, 4
_READS = 0o444
_WRITES = 0o222
_MODES = {
    "S_IRUGO": 0o444,
    "S_IWUGO": 0o222,
    "S_IRUSR": 0o400,
    "S_IWUSR": 0o200,
    "S_IRGRP": 0o040,
    "S_IWGRP": 0o020,
    "S_IROTH": 0o004,
    "S_IWOTH": 0o002,
    "S_IFREG": 0,
}
_OCTAL = re.compile(r"0[0-7]*")
_STRUCT = frozenset({"file_operations", "debugfs_short_fops"})
_PLAIN = frozenset({"owner", "open", "release", "llseek"})
_READERS = frozenset({"read", "read_iter", "splice_read"})
_WRITERS = frozenset({"write", "write_iter", "splice_write"})
_SHOWN = re.compile(rb"\bDEFINE_(?:SHOW|SEQ)_ATTRIBUTE[ \t]*\(\s*(\w+)\s*\)")
_GOTTEN = re.compile(
    rb"\bDEFINE_(?:SIMPLE|DEBUGFS)_ATTRIBUTE(?:_SIGNED)?[ \t]*"
    rb"\(\s*(\w+)\s*,\s*(\w+)\s*,\s*(\w+)\s*,"
)


class Can(NamedTuple):
    """What a set of operations can do."""

    read: bool
    write: bool


def check(sight: Sight) -> Iterable[Claim]:
    for call in sight.function.calls:
        if call.name not in _CREATES or len(call.args) <= _OPERATIONS:
            continue
        name = call.args[_OPERATIONS].bare.text.removeprefix("&")
        mode, can = _bits(call.args[_MODE]), _can(sight, name)
        if mode is None or can is None:
            continue
        if mode & _WRITES and not can.write:
            yield _claim(call, name, "writing", "write")
        elif mode & _READS and not can.read:
            yield _claim(call, name, "reading", "read")


def _bits(mode: syntax.Expr) -> int | None:
    """None for what is not known here, and for decimal numbers, which checkpatch names."""
    mode = mode.bare
    if mode.kind == "binary" and mode.op == "|":
        left, right = (_bits(part) for part in mode.parts)
        return None if left is None or right is None else left | right
    if mode.kind == "number" and _OCTAL.fullmatch(mode.text):
        return int(mode.text, 8)
    return _MODES.get(mode.text)


def _can(sight: Sight, name: str) -> Can | None:
    """None where the operations are not wholly in sight."""
    found = [can for known, can in _operations(sight) if known == name]
    return found[0] if len(found) == 1 else None


def _operations(sight: Sight) -> Iterator[tuple[str, Can]]:
    """What is opened for an ioctl() may need any mode."""
    for run in sight.file.runs():
        for table in tables_in(run, _STRUCT):
            if table.whole and table.size is None:
                words = (entry.text.split(" ") for entry in table.entries)
                members = {text[1] for text in words if text[0] == "." and text[-1] != "NULL"}
                more = bool(members - _PLAIN - _READERS - _WRITERS)
                yield (
                    table.name,
                    Can(bool(members & _READERS) or more, bool(members & _WRITERS) or more),
                )
        for found in _SHOWN.finditer(run.code):
            yield f"{found[1].decode()}_fops", Can(True, False)
        for found in _GOTTEN.finditer(run.code):
            yield found[1].decode(), Can(found[2] != b"NULL", found[3] != b"NULL")


def _claim(call: syntax.Expr, operations: str, allowed: str, missing: str) -> Claim:
    mode = call.args[_MODE].text
    return Claim(
        line=call.line,
        end_line=call.end_line,
        message=f"mode {mode} allows {allowed}, and {operations} cannot {missing}",
        shape=(operations, missing),
        trace=(Note(call.line, f"{operations} goes with mode {mode}"),),
        words=(
            ("mode", mode),
            ("operations", operations),
            ("allowed", allowed),
            ("missing", missing),
        ),
    )


RULE = Rule(
    title="debugfs file with a mode that its operations do not fit",
    category="api",
    severity=Severity.LOW,
    confidence=Confidence.HIGH,
    needs=Need.DIFF,
    source="Documentation/filesystems/debugfs.rst; fs/debugfs/inode.c, debugfs_create_file()",
    check=check,
)

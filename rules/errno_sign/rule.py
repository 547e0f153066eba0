"""An errno with the wrong sign, or in a type that cannot hold it.

Source: Documentation/process/coding-style.rst, 16) Function return values and names.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from reviewbot.rule import (
    POS,
    Claim,
    Confidence,
    Failure,
    Need,
    Rule,
    Severity,
    Sight,
    returns_errno,
    syntax,
)

_ERRNO = re.compile(
    r"E(?:PERM|NOENT|SRCH|INTR|IO|NXIO|AGAIN|NOMEM|ACCES|FAULT|BUSY|EXIST|NODEV|INVAL|NOSPC|RANGE"
    r"|TIMEDOUT|OPNOTSUPP|NOTSUPP|PROTO|MSGSIZE|NOBUFS|NODATA|NOSYS|BADF|ALREADY|REMOTEIO)$"
)


def check(sight: Sight) -> Iterable[Claim]:
    returned = {
        s.value.bare.text
        for s in sight.function.statements
        if isinstance(s, syntax.Return) and s.value is not None
    }
    type = _type(sight.function)
    for stmt in sight.function.statements:
        if isinstance(stmt, syntax.Return) and stmt.value is not None:
            yield from _returned(stmt, type)
    for expr in sight.function.expressions:
        stored = expr.kind == "assign" and expr.op == "=" and expr.parts[0].text in returned
        if stored and _ERRNO.match(expr.parts[1].bare.text) and type == "int" and _negative(sight):
            text = f"{expr.parts[0].text} is set to {expr.parts[1].text}, a positive number"
            yield _claim(expr.line, text, ("positive", expr.parts[1].text), Confidence.HIGH)
    yield from _left_over(sight)


def _left_over(sight: Sight) -> Iterator[Claim]:
    """The number of what a call has left undone, returned by a function that returns errnos."""
    told: set[int] = set()
    for exit in sight.paths.exits:
        giver = exit.giver
        if giver is None or giver.failure is not Failure.POSITIVE or not exit.mask & POS:
            continue
        if exit.value is None or giver.id in told or not returns_errno(sight.function):
            continue
        told.add(giver.id)
        text = f"what {giver.name}() has left undone is returned, a positive number"
        yield _claim(exit.line, text, ("left over", giver.name), Confidence.HIGH)


def _type(function: syntax.Function) -> str:
    words = [w for w in function.returns.split() if w not in ("static", "inline")]
    return " ".join(words)


def _negative(sight: Sight) -> bool:
    """Whether the file spells the errnos of others with a minus sign, as the kernel does."""
    return re.search(rb"-E[A-Z]{2,}\b", sight.file.text) is not None


def _returned(stmt: syntax.Return, type: str) -> Iterator[Claim]:
    assert stmt.value is not None
    value = stmt.value.bare
    if type == "int" and _ERRNO.match(value.text):
        yield _claim(
            stmt.line,
            f"{value.text} is returned as a positive number",
            ("positive", value.text),
            Confidence.MEDIUM,
        )
    if value.kind != "unary" or value.op != "-" or not _ERRNO.match(value.parts[0].text):
        return
    if type == "bool":
        yield _claim(
            stmt.line,
            f"{value.text} is returned as a bool, and so as true",
            ("bool", value.text),
            Confidence.HIGH,
        )
    elif type in ("unsigned int", "u32", "unsigned long", "u8", "u16", "irqreturn_t", "size_t"):
        yield _claim(
            stmt.line,
            f"{value.text} is returned as {type}",
            ("unsigned", value.text),
            Confidence.MEDIUM,
        )


def _claim(line: int, message: str, shape: tuple[str, ...], sure: Confidence) -> Claim:
    words = (("kind", shape[0]), ("errno", shape[1].lstrip("-")))
    return Claim(
        line=line, end_line=line, message=message, shape=shape, confidence=sure, words=words
    )


RULE = Rule(
    title="errno with the wrong sign or type",
    category="error-code",
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    needs=Need.DIFF,
    source="Documentation/process/coding-style.rst, 16)",
    check=check,
)

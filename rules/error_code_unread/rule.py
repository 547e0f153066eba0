"""A verdict is stored in a variable, and no path reads it.

Source: gcc, -Wunused-but-set-variable, as far as it goes; Documentation/process/coding-style.rst.
"""

from __future__ import annotations

from collections.abc import Iterable

from reviewbot.rule import (
    Claim,
    Confidence,
    Need,
    Rule,
    Severity,
    Sight,
    Store,
    returns_code,
    unread_stores,
)

_VERDICTS = frozenset("ret rc err error retval rval rv r res result status".split())


def check(sight: Sight) -> Iterable[Claim]:
    if not returns_code(sight.function):
        return
    for store in unread_stores(sight.function):
        value = store.value.bare
        errno = value.kind == "unary" and value.op == "-" and value.parts[0].text.startswith("E")
        if errno or (value.kind == "call" and store.name in _VERDICTS):
            yield _claim(sight, store, errno)


def _claim(sight: Sight, store: Store, errno: bool) -> Claim:
    value = store.value.bare
    what = value.text if errno else f"what {value.name}() returned"
    return Claim(
        line=store.line,
        end_line=store.line,
        message=f"{store.name} is set to {what}, and nothing reads it before the function ends",
        shape=("unread", store.name, value.text if errno else value.name),
        confidence=Confidence.MEDIUM if not errno and "read" in value.name else None,
        words=(("function", sight.function.name), ("name", store.name), ("what", what)),
    )


RULE = Rule(
    title="error code stored and never read",
    category="error-code",
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    needs=Need.FUNCTION,
    source="gcc manual, -Wunused-but-set-variable",
    check=check,
)

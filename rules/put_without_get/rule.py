"""A count of users that is lowered though nobody has raised it: of runtime PM, a clock, a supply.

Source: Documentation/power/runtime_pm.rst; Documentation/driver-api/clk.rst.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from reviewbot.rule import (
    Claim,
    Confidence,
    Need,
    Note,
    Rule,
    Severity,
    Sight,
    Unraised,
    early_claim,
    gives,
    syntax,
    takes,
    too_early,
    unraised,
)

_DRIVER = re.compile(rb"\bstruct\s+(?:platform|i2c|spi)_driver\s+\w+\s*=\s*\{(.*?)\n\};", re.S)
"""Buses that leave the counts of a device alone; those of PCI, AMBA, USB and SDIO raise them."""
_CALLBACK = re.compile(rb"\.(probe|remove)(?:_new)?\s*=\s*(?:__exit_p\()?(\w+)")
_COUNTS = ("runtime-pm", "runtime-pm-enable")
_RAISES_TOO = b"pm_runtime_forbid"


def check(sight: Sight) -> Iterable[Claim]:
    yield from (early_claim(early) for early in too_early(sight) if early.counted)
    callbacks = dict(_callbacks(sight))
    if sight.function.name in callbacks:
        for each in unraised(sight, sight.function, _COUNTS):
            yield _claim(sight, each.call, sight.function.name, each)
    for name, what in callbacks.items():
        if what == b"remove" and name != sight.function.name:
            yield from _by_then(sight, name)


def _callbacks(sight: Sight) -> Iterator[tuple[str, bytes]]:
    """The functions of the file that a bus calls to begin with a device, or to end with it."""
    text = sight.file.text if sight.file.whole else b""
    if b"pm_runtime" in text and _RAISES_TOO not in text:
        for body in _DRIVER.findall(text):
            yield from ((name.decode(), what) for what, name in _CALLBACK.findall(body))


def _by_then(sight: Sight, remove: str) -> Iterator[Claim]:
    """What `remove` gives back, as it always did, and this function keeps no longer for it."""
    other, function = sight.other, sight.file.function(remove)
    if other is None or function is None or sight.changes(remove):
        return
    before = {each.resource.id for each in unraised(other, function, _COUNTS)}
    for each in unraised(sight, function, _COUNTS):
        id = each.resource.id
        mine = [call for call in sight.function.calls if gives(sight, call, id)]
        took = any(takes(side, c, id) for side in (sight, other) for c in side.function.calls)
        if took and mine and id not in before:
            yield _claim(sight, mine[-1], remove, each)


def _claim(sight: Sight, place: syntax.Expr, lowers: str, each: Unraised) -> Claim:
    call, noun = each.call, each.resource.noun
    return Claim(
        line=place.line,
        end_line=place.end_line,
        message=f"{lowers}() calls {call.text}, but nothing before that keeps the {noun}",
        shape=("from nobody", each.resource.id, lowers),
        trace=(Note(call.line, f"{call.name}() gives back the {noun}"),),
        words=(
            ("undo", f"{call.name}()"),
            ("lowers", f"{lowers}()"),
            ("here", "yes" if lowers == sight.function.name else ""),
            ("kind", "nobody"),
        ),
    )


RULE = Rule(
    title="a count lowered that nobody has raised",
    category="leak",
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    needs=Need.FUNCTION,
    source="Documentation/power/runtime_pm.rst; Documentation/driver-api/clk.rst",
    check=check,
)

"""A remove function that switches off what the runtime suspend may have switched off before it.

Source: Documentation/power/runtime_pm.rst; drivers/base/dd.c: __device_release_driver().
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from reviewbot.rule import (
    Claim,
    Confidence,
    Need,
    Note,
    Rule,
    Severity,
    Sight,
    callbacks,
    kept_somewhere,
    syntax,
)

_BUSES = ("platform_driver", "i2c_driver", "spi_driver")
"""They do not resume a device before they call its remove function, as PCI and AMBA do."""
_SUSPEND = re.compile(
    rb"\.runtime_suspend\s*=\s*(\w+)|\b(?:SET_)?RUNTIME_PM_OPS\(\s*(\w+)"
    rb"|\bDEFINE_RUNTIME_DEV_PM_OPS\(\s*\w+\s*,\s*(\w+)"
)
_ASKS = re.compile(r"pm_runtime_(?:\w*get|resume|status|suspended|active|enabled|force|barrier)")
"""Calls that resume the device, or ask whether it is suspended."""
_STAYS_ON = (b"pm_runtime_forbid", b"pm_runtime_irq_safe")


class _Off(NamedTuple):
    """Something is switched off: its sort, whether it is unprepared as well or not, and the last
    name of the member that holds it."""

    resource: str
    member: str


def check(sight: Sight) -> Iterable[Claim]:
    if not _is_remove(sight) or kept_somewhere(sight, "runtime-pm"):
        return
    off = {what: (name, call) for name, what, call in _suspended(sight)}
    for call in _before_it_asks(sight):
        for what in _switched_off(sight, call):
            if what in off:
                yield _claim(sight, call, what.member, *off[what])
                return


def _is_remove(sight: Sight) -> bool:
    text = sight.file.text
    if b"pm_runtime_enable" not in text or any(word in text for word in _STAYS_ON):
        return False
    return callbacks(sight, _BUSES).get(sight.function.name) == "remove"


def _suspended(sight: Sight) -> Iterator[tuple[str, _Off, syntax.Expr]]:
    """What the functions that suspend at run time switch off."""
    for names in _SUSPEND.findall(sight.file.text):
        name = b"".join(names).decode()
        function = sight.file.function(name)
        for call in function.calls if function is not None and function.readable else ():
            yield from ((name, what, call) for what in _switched_off(sight, call))


def _switched_off(sight: Sight, call: syntax.Expr) -> Iterator[_Off]:
    fact = sight.facts.functions.get(call.name)
    for place in fact.releases if fact is not None and len(fact.releases) == 1 else ():
        resource = sight.known.resource(place.resource)
        counted = resource is not None and resource.counted and "runtime-pm" not in resource.id
        if counted and 0 < place.where <= len(call.args):
            member = re.split(r"->|\.", call.args[place.where - 1].bare.text)[-1]
            yield _Off(place.resource.replace("prepare-", ""), member)


def _before_it_asks(sight: Sight) -> Iterator[syntax.Expr]:
    """The calls that are made in any case, up to the first that has to do with runtime PM."""
    always = {
        id(expr)
        for stmt in sight.function.body.body
        for top in syntax.expressions(stmt)
        for expr in top.walk()
    }
    for call in sight.function.calls:
        fact = sight.known(call.name)
        if any(_ASKS.match(name) for name in (call.name, *(fact.reaches if fact else ()))):
            return
        if id(call) in always:
            yield call


def _claim(sight: Sight, call: syntax.Expr, member: str, suspend: str, first: syntax.Expr) -> Claim:
    function = sight.function.name
    return Claim(
        line=call.line,
        end_line=call.end_line,
        message=f"{function}() calls {call.text}, as {suspend}() may have done by then",
        shape=("off while suspended", member),
        trace=(
            Note(first.line, f"{suspend}() calls {first.name}()"),
            Note(call.line, f"{function}() calls it without a look at the state"),
        ),
        words=(("function", f"{function}()"), ("suspend", f"{suspend}()")),
    )


RULE = Rule(
    title="switched off by remove while it may be suspended",
    category="leak",
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    needs=Need.FILE,
    source="Documentation/power/runtime_pm.rst; drivers/base/dd.c: __device_release_driver()",
    check=check,
)

"""A count of users that is lowered though nobody has raised it: of runtime PM, a clock, a supply.

Source: Documentation/power/runtime_pm.rst; Documentation/driver-api/clk.rst.
"""

from __future__ import annotations

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
    callbacks,
    early_claim,
    gives,
    syntax,
    takes,
    too_early,
    unraised,
)

_BUSES = ("platform_driver", "i2c_driver", "spi_driver")
"""They leave the counts of a device alone; PCI, AMBA, USB and SDIO raise them."""
_COUNTS = ("runtime-pm", "runtime-pm-enable")
_RAISES_TOO = b"pm_runtime_forbid"


def check(sight: Sight) -> Iterable[Claim]:
    yield from (early_claim(early) for early in too_early(sight) if early.counted)
    text = sight.file.text
    if b"pm_runtime" not in text or _RAISES_TOO in text:
        return
    roles = callbacks(sight, _BUSES)
    if sight.function.name in roles:
        for each in unraised(sight, sight.function, _COUNTS):
            yield _claim(sight, each.call, sight.function.name, each)
    for name, role in roles.items():
        if role == "remove" and name != sight.function.name:
            yield from _by_then(sight, name)


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

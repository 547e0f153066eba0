"""A count of runtime PM that probe raises and nobody lowers again.

Source: Documentation/power/runtime_pm.rst, section 4.
"""

from __future__ import annotations

from collections.abc import Iterable

from reviewbot.rule import (
    Claim,
    Confidence,
    Need,
    Note,
    Rule,
    Severity,
    Sight,
    callbacks,
    kept_for_good,
)

_BUSES = ("platform_driver", "i2c_driver", "spi_driver")
"""They leave the counts of a device alone; that of PCI is lowered by probe."""


def check(sight: Sight) -> Iterable[Claim]:
    name = sight.function.name
    roles = callbacks(sight, _BUSES) if b"pm_runtime" in sight.file.text else {}
    if roles.get(name) != "probe" or "remove" not in roles.values():
        return  # what cannot be unbound may stay on for good
    call = kept_for_good(sight, "runtime-pm")
    if call is not None:
        message = f"{call.text} raises a count that {name}() keeps, and nothing lowers it again"
        yield Claim(
            line=call.line,
            end_line=call.end_line,
            message=message,
            shape=("kept for good",),
            trace=(
                Note(call.line, f"{call.name}() raises the runtime PM count"),
                Note(sight.function.end_line, f"{name}() can succeed without a put"),
            ),
            words=(("function", f"{name}()"), ("taker", f"{call.name}()")),
        )


RULE = Rule(
    title="a count that probe raises for good",
    category="leak",
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    needs=Need.FILE,
    source="Documentation/power/runtime_pm.rst, section 4",
    check=check,
)

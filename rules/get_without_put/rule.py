"""A count of runtime PM that probe raises and nobody lowers again.

Source: Documentation/power/runtime_pm.rst, section 4.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from reviewbot.rule import (
    Claim,
    Confidence,
    Need,
    Note,
    Rule,
    Severity,
    Sight,
    kept_for_good,
)

_DRIVER = re.compile(rb"\bstruct\s+(?:platform|i2c|spi)_driver\s+\w+\s*=\s*\{(.*?)\n\};", re.S)
"""Drivers whose devices no bus keeps on; those of PCI have their count lowered in probe."""
_PROBE = re.compile(rb"\.probe(?:_new)?\s*=\s*(\w+)")
_REMOVE = re.compile(rb"\.remove(?:_new)?\s*=")


def check(sight: Sight) -> Iterable[Claim]:
    name = sight.function.name
    call = kept_for_good(sight, "runtime-pm") if name in _probes(sight) else None
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


def _probes(sight: Sight) -> set[str]:
    """The probe functions of drivers that can be unbound: a remove function says so."""
    text = sight.file.text if sight.file.whole else b""
    bodies = _DRIVER.findall(text) if b"pm_runtime" in text else []
    return {n.decode() for body in bodies if _REMOVE.search(body) for n in _PROBE.findall(body)}


RULE = Rule(
    title="a count that probe raises for good",
    category="leak",
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    needs=Need.FILE,
    source="Documentation/power/runtime_pm.rst, section 4",
    check=check,
)

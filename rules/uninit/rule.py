"""A local variable is read on a path on which nothing has written it.

Source: C11, J.2 (undefined behaviour); gcc's -Wmaybe-uninitialized, which the kernel turns off.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from reviewbot.rule import (
    Claim,
    Confidence,
    Need,
    Rule,
    Severity,
    Sight,
    Use,
    Way,
    says_failure,
    syntax,
    unset_way,
    use_claim,
)

_SURE = {
    Way.ENTANGLED: Confidence.LOW,
    Way.LOOP: Confidence.MEDIUM,
    Way.CASE: Confidence.LOW,
    Way.GUARDED: Confidence.MEDIUM,
    Way.SKIPPED: Confidence.HIGH,
    Way.EARLY: Confidence.HIGH,
    Way.NEVER: Confidence.HIGH,
    Way.DROPPED: Confidence.MEDIUM,
    Way.FAILED: Confidence.MEDIUM,
}
_SAYS = {
    Way.LOOP: "{key} has no value where the loop that sets it does not run",
    Way.CASE: "{key} has no value for what the switch does not name",
    Way.EARLY: "{key} has no value yet on the path that comes here by goto",
    Way.NEVER: "{key} is used before anything is written to it",
    Way.DROPPED: "{key} has no value if {giver}() fails, and nothing looks whether it did",
    Way.FAILED: "{key} may have no value after {giver}() has failed",
}
"""What is said of each; of the others, that one path does not write the variable."""

_WHOLE = {
    "struct dma_slave_config": "dmaengine_slave_config",
    "struct regulator_config": "regulator_register",
    "struct nvmem_config": "nvmem_register",
    "struct power_supply_config": "power_supply_register",
    "struct i2c_board_info": "i2c_new_client_device",
    "struct spi_board_info": "spi_new_device",
    "struct platform_device_info": "platform_device_register_full",
    "struct led_init_data": "led_classdev_register_ext",
}
"""Structures of which every member is read, and the end of the name of the function that does."""


def check(sight: Sight) -> Iterable[Claim]:
    for use in sight.paths.uses:
        if use.kind != "unset" or _by_macro(sight, use):
            continue
        way = unset_way(sight.function, use)
        if way is Way.SHADOWED or (way is Way.DROPPED and not _can_fail(sight, use)):
            continue
        had = _first_value(sight, use.key)
        sure = Confidence.HIGH if had else _confidence(sight, use, way)
        claim = use_claim(sight, use, _message(sight, use, way), sure)
        yield replace(claim, words=(*claim.words, ("had", had)))
    yield from _half_set(sight)


def _first_value(sight: Sight, name: str) -> str:
    """What a variable is declared with on the other side and not on this one, or ""."""
    here, there = (_declared(side, name) for side in (sight, sight.other))
    if not here or not there or here.value is not None or there.value is None:
        return ""
    return there.value.text


def _declared(sight: Sight | None, name: str) -> syntax.Declare | None:
    """The one declaration of a name, where there is only one."""
    found = [
        s
        for s in (sight.function.statements if sight is not None else ())
        if isinstance(s, syntax.Declare) and s.name == name
    ]
    return found[0] if len(found) == 1 else None


def _message(sight: Sight, use: Use, way: Way) -> str:
    site = sight.paths.sites.get(use.val.origin)
    says = _SAYS.get(way, "{key} is used without a value on one path")
    return says.format(key=use.key, giver=site.name if site is not None else "")


def _confidence(sight: Sight, use: Use, way: Way) -> Confidence:
    """Across a hole, only what no condition in sight can explain away is sure."""
    hidden = any(at.what == "elided" for at in (use.trail.back() if use.trail else ()))
    if hidden and way not in (Way.NEVER, Way.SKIPPED, Way.EARLY):
        return Confidence.LOW
    if way is Way.LOOP and _returned(sight, use):
        return Confidence.HIGH
    return _SURE[way]


def _returned(sight: Sight, use: Use) -> bool:
    """Whether the read is a `return ret` or `return ret ? ret : n`: a loop's own verdict."""
    return any(
        isinstance(s, syntax.Return) and s.value is not None and _is_in(use.key, s.value)
        for s in sight.function.statements
        if s.line <= use.expr.line <= s.end_line
    )


def _is_in(name: str, value: syntax.Expr) -> bool:
    return value.kind in ("name", "conditional") and any(e.text == name for e in value.walk())


def _by_macro(sight: Sight, use: Use) -> bool:
    """A call that is a macro of this file may do anything with its arguments."""
    name = use.via.name if use.via is not None else ""
    return (
        bool(name) and re.search(rb"#\s*define\s+%s\b" % name.encode(), sight.file.text) is not None
    )


def _can_fail(sight: Sight, use: Use) -> bool:
    """Whether somebody in sight looks at what the call returns, or a table says that it fails."""
    site = sight.paths.sites[use.val.origin]
    if site.name.startswith("regmap_"):
        return False  # for registers in memory nobody looks
    if re.match(r"(?:device|of|fwnode)_property_read_", site.name):
        return True
    if says_failure(sight, site.name):
        return True
    taken = rb"(?:[=!(|&]|return)\s*%s\s*\(" % re.escape(site.name).encode()
    return re.search(taken, sight.file.text) is not None


def _half_set(sight: Sight) -> Iterable[Claim]:
    """A structure on the stack, some members written, handed to a function that reads all."""
    function = sight.function
    for stmt in function.statements:
        if not isinstance(stmt, syntax.Declare) or stmt.value is not None or stmt.static:
            continue
        if stmt.pointer or stmt.array or not function.whole or _assigned(function, stmt.name):
            continue
        call = next((c for c in function.calls if _is_given(c, stmt.name)), None)
        if call is None:
            continue
        if call.name.endswith(_WHOLE.get(stmt.type, "no such function")):
            message = f"{call.name}() reads all of {stmt.name}, and only some members are set"
            yield _half(function, stmt, call, message)
        elif _was_cleared(sight.other, stmt.name) and _members_set(function, stmt.name, call.line):
            taker = call.name or call.parts[0].text
            message = f"{stmt.name} goes to {taker}() with only some members set"
            yield _half(function, stmt, call, message)


def _half(
    function: syntax.Function, stmt: syntax.Declare, call: syntax.Expr, message: str
) -> Claim:
    return Claim(
        line=call.line,
        end_line=call.end_line,
        message=message,
        shape=("half", stmt.type, call.name),
        words=(("function", function.name), ("pointer", stmt.name), ("had", "")),
    )


def _is_given(call: syntax.Expr, name: str) -> bool:
    return any(a.text == f"&{name}" for a in call.args)


def _was_cleared(other: Sight | None, name: str) -> bool:
    """Whether the other side sets all of a structure to 0, in its declaration or by memset()."""
    was = _declared(other, name)
    if was is None or other is None:
        return False
    cleared = was.value is not None and was.value.text.replace(" ", "") in ("{}", "{0}", "{NULL}")
    first = next((c for c in other.function.calls if _is_given(c, name)), None)
    return cleared or (first is not None and first.name == "memset")


def _members_set(function: syntax.Function, name: str, before: int) -> bool:
    """Whether members are set one by one, in lines that stand before this one."""
    return any(
        e.kind == "assign" and e.parts[0].text.startswith(f"{name}.") and e.line < before
        for e in function.expressions
    )


def _assigned(function: syntax.Function, name: str) -> bool:
    return any(e.parts[0].text == name for e in function.assignments)


RULE = Rule(
    title="variable used without a value",
    category="uninit",
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    needs=Need.DIFF,
    source="C11, J.2; gcc, -Wmaybe-uninitialized",
    check=check,
)

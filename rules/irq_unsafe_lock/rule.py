"""A spinlock that the patch no longer takes with interrupts off, as the rest of the file does.

Source: Documentation/locking/lockdep-design.rst, "Single-lock state rules".
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from reviewbot.rule import (
    Claim,
    Confidence,
    Lock,
    Need,
    Note,
    Rule,
    Severity,
    Sight,
    neighbours,
    runs_as,
    taken_directly,
)

_IN_IRQ = re.compile(r"irq|isr|intr|interrupt|handler|callback|complet|_done|poll|tasklet|timer")
"""What a function is called that may run with interrupts off anyway."""


def check(sight: Sight) -> Iterable[Claim]:
    if sight.other is None or _IN_IRQ.search(sight.function.name):
        return
    before = {lock.cls for lock in _with_irqs_off(sight.other)}
    lost = before - {lock.cls for lock in _with_irqs_off(sight)} if before else before
    if not lost or _off_by_hand(sight) or runs_as(sight):
        return
    for lock in taken_directly(sight, sight.function):
        if lock.call is None or lock.cls not in lost:
            continue
        where = _elsewhere(sight, lock)
        if where:
            yield _claim(sight, lock, lock.call.name, lock.call.line, where)
            return


def _with_irqs_off(sight: Sight) -> Iterable[Lock]:
    locks = taken_directly(sight, sight.function)
    return (lock for lock in locks if "irq" in lock.variant)


def _off_by_hand(sight: Sight) -> bool:
    return any(call.name.startswith("local_irq_") for call in sight.function.calls)


def _elsewhere(sight: Sight, lock: Lock) -> str:
    """Another function of the file that takes the lock with interrupts off; "" for none."""
    word = re.split(r"->|\.", lock.text)[-1]
    for other in neighbours(sight, word):
        if any(each.cls == lock.cls for each in _with_irqs_off(other)):
            return other.function.name
    return ""


def _claim(sight: Sight, lock: Lock, name: str, line: int, where: str) -> Claim:
    return Claim(
        line=line,
        end_line=line,
        message=f"{name}() takes {lock.text} with interrupts on, {where}() with interrupts off",
        shape=("irq unsafe", lock.cls),
        trace=(Note(line, f"{name}() leaves interrupts as they are"),),
        words=(
            ("function", f"{sight.function.name}()"),
            ("call", f"{name}()"),
            ("lock", lock.text),
            ("where", f"{where}()"),
        ),
        group=lock.cls,
    )


RULE = Rule(
    title="a lock no longer taken with interrupts off",
    category="deadlock",
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    needs=Need.FILE,
    source="Documentation/locking/lockdep-design.rst, Single-lock state rules",
    check=check,
)

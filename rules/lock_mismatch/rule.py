"""A lock that is taken twice, given back twice or by a call that does not fit how it was taken.

Source: Documentation/locking/spinlocks.rst; Documentation/locking/mutex-design.rst.
"""

from __future__ import annotations

from collections.abc import Iterable

from reviewbot.rule import (
    Claim,
    Confidence,
    Lock,
    LockSlip,
    Need,
    Note,
    Rule,
    Severity,
    Sight,
    irqs_on_for_caller,
    retaken,
    syntax,
)

_SAYS = {
    "twice": "{call} takes {lock} again while it is held",
    "not-held": "{call} gives {lock} back a second time",
    "variant": "{call} gives {lock} back, which {taker} has taken",
    "guarded": "{call} gives {lock} back by hand, and {taker} does so as well",
    "irqs-on": "{call} switches interrupts on while {lock} is held",
    "flags": "{call} overwrites the interrupt flags that {taker} has saved",
}


def check(sight: Sight) -> Iterable[Claim]:
    for slip in sight.paths.slips:
        if not _hands_over(sight, slip):
            yield _slipped(sight, slip)
    for call, asserted, taker in irqs_on_for_caller(sight):
        yield _for_caller(sight, call, asserted, taker)
    seen: set[tuple[str, str]] = set()
    for again in retaken(sight):
        name, lock = again.call.name, _lock(sight, again.resource, again.text)
        if (name, lock) not in seen:
            seen.add((name, lock))
            message = f"{name}() takes {lock}, which is held here"
            yield _claim(sight, "callee", again.call, again.by, lock, message)


def _hands_over(sight: Sight, slip: LockSlip) -> bool:
    """Whether the function goes from one lock to the next with interrupts or BHs off throughout,
    or turns a writer into a reader."""
    if slip.kind != "variant":
        return False
    others = [s for s in sight.paths.slips if s.kind == "variant" and s.site != slip.site]
    names = {call.name for call in sight.function.calls}
    by_hand = ("local_irq_", "local_bh_", "downgrade", "rcu_read_")
    return bool(others) or any(part in name for name in names for part in by_hand)


def _slipped(sight: Sight, slip: LockSlip) -> Claim:
    taken = sight.paths.sites[slip.held.site].call
    lock = _lock(sight, slip.held.resource, slip.held.text)
    message = _SAYS[slip.kind].format(
        call=f"{slip.site.name}()", lock=lock, taker=f"{taken.name}()"
    )
    return _claim(sight, slip.kind, slip.site.call, taken, lock, message)


def _for_caller(sight: Sight, call: syntax.Expr, lock: Lock, taker: str) -> Claim:
    message = f"{call.name}() switches interrupts on, and the caller holds {lock.text}"
    return _claim(sight, "irqs-on", call, lock.call or call, lock.text, message, taker)


def _lock(sight: Sight, id: str, text: str) -> str:
    resource = sight.known.resource(id)
    return f"the {resource.noun if resource is not None else 'lock'} {text}".rstrip()


def _claim(
    sight: Sight,
    kind: str,
    call: syntax.Expr,
    before: syntax.Expr,
    lock: str,
    message: str,
    taker: str = "",
) -> Claim:
    return Claim(
        line=call.line,
        end_line=call.end_line,
        message=message,
        shape=(kind, call.name, lock),
        trace=(
            Note(before.line, f"{before.name}() is called"),
            Note(call.line, f"{call.name}() is called"),
        ),
        words=(
            ("function", f"{sight.function.name}()"),
            ("kind", kind),
            ("call", f"{call.name}()"),
            ("taker", f"{taker or before.name}()"),
            ("lock", lock),
        ),
        group=f"{kind} {lock}",
    )


RULE = Rule(
    title="a lock taken twice, or given back by the wrong call",
    category="lock",
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    needs=Need.DIFF,
    source="Documentation/locking/spinlocks.rst",
    check=check,
)

"""A call that may sleep where the code must not: under a spinlock, in RCU, in an interrupt.

Source: Documentation/kernel-hacking/locking.rst, "Sleeping Things To Watch Out For".
"""

from __future__ import annotations

from collections.abc import Iterable

from reviewbot.rule import Claim, Confidence, Need, Note, Rule, Severity, Sight, Sleep, sleeps


def check(sight: Sight) -> Iterable[Claim]:
    for sleep in sleeps(sight):
        yield _claim(sight, sleep)


def _claim(sight: Sight, sleep: Sleep) -> Claim:
    call, where = sleep.call, _where(sight, sleep)
    through = f"{sleep.call.name}()"
    why = "" if sleep.why is sleep.call else f"{sleep.why.name}() in {through}"
    steps = [Note(call.line, f"{why or through} may sleep")]
    if sleep.taken is not None:
        steps.insert(0, Note(sleep.taken.call.line, f"{sleep.taken.name}() forbids to sleep"))
    return Claim(
        line=call.line,
        end_line=call.end_line,
        message=f"{why or through} may sleep, but {where}",
        shape=("sleep", call.name, sleep.why.name),
        trace=tuple(steps),
        words=(
            ("function", f"{sight.function.name}()"),
            ("call", through),
            ("why", why),
            ("where", where),
            ("gfp", "yes" if "GFP_" in sleep.why.text else ""),
        ),
        group=where,
    )


def _where(sight: Sight, sleep: Sleep) -> str:
    if sleep.held is not None:
        resource = sight.known.resource(sleep.held.resource)
        noun = resource.noun if resource is not None else "lock"
        return f"the {noun} {sleep.held.text}".rstrip() + " is held"
    assert sleep.handler is not None
    resource = sight.facts.resources[sleep.handler.context]
    return f"{sight.function.name}() is a {resource.noun}, set by {sleep.handler.by}"


RULE = Rule(
    title="sleeping where the code must not",
    category="context",
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    needs=Need.DIFF,
    source="Documentation/kernel-hacking/locking.rst",
    check=check,
)

"""Waiting for a handler under a lock that it takes, or from within the handler itself.

Source: kernel-doc of cancel_work_sync(), timer_delete_sync(), free_irq() and kin.
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
    Wait,
    waited_for_under_lock,
    waits_for_itself,
    waits_under_lock,
)


def check(sight: Sight) -> Iterable[Claim]:
    seen: set[tuple[str, ...]] = set()
    for claim in _claims(sight):
        if claim.shape not in seen:
            seen.add(claim.shape)
            yield claim


def _claims(sight: Sight) -> Iterator[Claim]:
    for wait in waits_under_lock(sight):
        yield _claim(sight, wait, wait.call.line, wait.call.end_line, sight.function.name)
    for wait in waits_for_itself(sight):
        yield _claim(sight, wait, wait.call.line, wait.call.end_line, sight.function.name)
    for name, wait in waited_for_under_lock(sight):
        yield _claim(sight, wait, sight.function.line, sight.function.line, name)


def _claim(sight: Sight, wait: Wait, line: int, end_line: int, waiting: str) -> Claim:
    resource = sight.facts.resources[wait.handler.context]
    handler = f"{wait.handler.function}()"
    by = f"{wait.waiter}()"
    lock = wait.lock.text if wait.lock is not None else ""
    if lock:
        message = f"{by} in {waiting}() waits for {handler} while {lock} is held, which that takes"
    else:
        message = f"{by} waits for {handler}, which is the {resource.noun} that runs here"
    steps = [Note(line, f"{waiting}() waits with {by}")]
    if wait.held is not None and waiting == sight.function.name:
        steps.insert(0, Note(wait.held.call.line, f"{lock} is taken"))
    return Claim(
        line=line,
        end_line=end_line,
        message=message,
        shape=("waits", wait.waiter, wait.handler.function, wait.lock.cls if wait.lock else ""),
        trace=tuple(steps),
        words=(
            ("waiting", f"{waiting}()"),
            ("waiter", by),
            ("handler", handler),
            ("noun", resource.noun),
            ("lock", lock),
        ),
        group=wait.handler.function,
    )


RULE = Rule(
    title="waiting for a handler that cannot end",
    category="deadlock",
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    needs=Need.DIFF,
    source="kernel/workqueue.c, kernel-doc of cancel_work_sync(); kernel/time/timer.c",
    check=check,
)

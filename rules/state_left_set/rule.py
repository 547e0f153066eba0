"""A state that is set early and not undone when a later call fails.

The counterpart is known by name (start and stop, enable and disable, open and close). Either
this function calls it on another way out, or this function's own counterpart does: a failed
foo_open() is never followed by foo_close().
Source: Documentation/process/coding-style.rst, 7) Centralized exiting of functions.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from reviewbot.rule import (
    Claim,
    Confidence,
    Kind,
    Leak,
    Need,
    Rule,
    Severity,
    Sight,
    Sure,
    counterpart,
    dropped,
    leaks,
    left_there,
    syntax,
    tails,
    undoer,
    undoers,
    undone_claim,
)

_HANDS_ON = re.compile(r"(?:^|_)(?:submit|queue|enqueue|schedule|send|post|xmit|push)(?:_|$)")
"""What a function is called after whose success another context finishes the thing."""


def check(sight: Sight) -> Iterable[Claim]:
    found = list(leaks(sight, Kind.STATE))
    told = _told_as_dropped(sight) if found else frozenset()
    for leak in found:
        if undoer(leak.resource) in told:
            continue
        confidence = _confidence(sight, leak)
        if confidence is not None:
            same = [other.exit for other in found if other.held.site == leak.held.site]
            yield undone_claim(sight, leak, same, confidence, _closer(sight, leak))


def _told_as_dropped(sight: Sight) -> frozenset[str]:
    """What release-dropped is sure to miss on a way out that fails."""
    return frozenset(lost.call.name for lost in dropped(sight) if counterpart(sight, lost))


def _confidence(sight: Sight, leak: Leak) -> Confidence | None:
    if leak.sure is Sure.CONTRASTED and leak.resource.id in sight.known.near:
        if _in_loop(sight, leak) or _handed_on(sight, leak):
            return None
        # Where the patch changes what the two do, there may be nothing left to undo.
        changed = sight.changes(leak.site.name) or sight.changes(undoer(leak.resource))
        return Confidence.MEDIUM if changed else Confidence.HIGH
    if not _closer(sight, leak) or not (_unwinds(sight) or leak.exit.call):
        return None
    new = not left_there(sight, leak) or (sight.other and _closer(sight.other, leak))
    return Confidence.MEDIUM if new else None


def _unwinds(sight: Sight) -> bool:
    """Whether the function undoes anything when it fails, on either side, or leaves that to its
    caller."""
    undone = any(tail.undo for tail in tails(sight).values())
    return undone or any(not _is_lock(sight, id) for id, _ in sight.given)


def _is_lock(sight: Sight, id: str) -> bool:
    resource = sight.known.resource(id)
    return resource is not None and resource.kind in (Kind.LOCK, Kind.CONTEXT)


def _in_loop(sight: Sight, leak: Leak) -> bool:
    """What a loop did so often is undone by a loop as well, and how often nobody counts."""
    loops = (syntax.Loop, syntax.Iterate)
    at = leak.site.call.line
    return any(
        isinstance(stmt, loops) and stmt.line <= at <= stmt.end_line
        for stmt in sight.function.statements
    )


def _handed_on(sight: Sight, leak: Leak) -> bool:
    """Whether somebody else finishes it: foo_pin(job), then foo_submit(job) on the way."""
    return any(
        _HANDS_ON.search(call.name)
        and any(arg.bare.text == leak.held.text for arg in call.args)
        and leak.site.call.line < call.line
        and call.end_line < _last_branch(leak) - 1
        for call in sight.function.calls
    )


def _last_branch(leak: Leak) -> int:
    """The line of the last condition before the exit: what stands well above it succeeded."""
    branches = (at.node.line for at in leak.exit.trail.back() if at.what == "branch")
    return next(branches, 0)


def _closer(sight: Sight, leak: Leak) -> str:
    """foo_close() if it calls what undoes this, the function being foo_open(); else ""."""
    name = undoer(leak.resource)
    for other in sorted(undoers(sight.function.name)):
        function = sight.elsewhere(other)
        if function is not None and any(call.name == name for call in function.calls):
            return f"{other}()"
    return ""


RULE = Rule(
    title="state set early and not undone when a later call fails",
    category="cleanup",
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    needs=Need.DIFF,
    source="Documentation/process/coding-style.rst, 7) Centralized exiting of functions",
    check=check,
)

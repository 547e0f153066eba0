"""Work or a timer that nobody stops any more before what it uses goes away.

Source: kernel-doc of cancel_work_sync(), timer_delete_sync() and tasklet_kill().
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import NamedTuple

from reviewbot.rule import (
    Claim,
    Confidence,
    Need,
    Note,
    Rule,
    Severity,
    Sight,
    syntax,
    use_claim,
)

_STOPS = frozenset(
    "cancel_work_sync cancel_delayed_work_sync disable_work_sync disable_delayed_work_sync "
    "flush_work flush_delayed_work del_timer_sync timer_delete_sync timer_shutdown_sync "
    "hrtimer_cancel tasklet_kill tasklet_unlock_wait irq_work_sync kthread_cancel_work_sync "
    "kthread_cancel_delayed_work_sync kthread_flush_work wiphy_work_cancel wiphy_work_flush "
    "wiphy_delayed_work_cancel wiphy_delayed_work_flush".split()
)
_ASKS = frozenset(
    "cancel_work cancel_delayed_work del_timer timer_delete hrtimer_try_to_cancel timer_shutdown "
    "try_to_del_timer_sync timer_delete_sync_try disable_work disable_delayed_work".split()
)
"""These do not wait for one that is running."""
_WAITING = {
    "del_timer": "timer_delete_sync",
    "hrtimer_try_to_cancel": "hrtimer_cancel",
    "try_to_del_timer_sync": "timer_delete_sync",
    "timer_delete_sync_try": "timer_delete_sync",
}
"""What waits instead, where that is not the same name with _sync."""

_STARTS = (
    r"\b(?:INIT_\w*WORK\w*|timer_setup\w*|setup_timer|hrtimer_(?:init|setup|start)\w*"
    r"|tasklet_(?:init|setup|schedule|hi_schedule)|(?:schedule|queue|mod)_\w*work\w*|mod_timer"
    r"|kthread_(?:init|queue)_\w*work|init_irq_work|wiphy_\w*work_(?:init|queue)|add_timer)"
    r"\s*\([^;]*?\b%s\b"
)
_ENDS = re.compile(
    r"^(?:k\w*free\w*|devm_kfree|free_\w+|\w+_free|\w*unregister\w*|\w+_destroy|destroy_\w+|\w*put)$"
)
_PUTS = re.compile(r"(?:^|_)(?:put|stop|kill|shutdown|cancel|teardown|destroy|cleanup)(?:_|$)")
"""What a call may be named that ends the work in another way."""
_ASKED = "only under a condition"
_FREES = ("kfree", "kvfree", "kfree_sensitive")
_QUEUE_ENDS = ("destroy_workqueue", "flush_workqueue", "drain_workqueue", "flush_scheduled_work")


class _Stop(NamedTuple):
    """A call that stops `field` (the last member of what it is handed)."""

    call: syntax.Expr
    field: str
    text: str
    guarded: bool


def check(sight: Sight) -> Iterable[Claim]:
    yield from _no_longer_stopped(sight)
    yield from _freed_while_asked(sight)
    yield from _freed_while_armed(sight)


def _no_longer_stopped(sight: Sight) -> Iterator[Claim]:
    """The other side waits for it here, this side does not, and nobody does it instead."""
    if sight.other is None or not sight.function.whole or not sight.other.function.whole:
        return
    here = list(_stops(sight, _STOPS))
    for stop in _stops(sight.other, _STOPS):
        same = [other for other in here if other.field == stop.field]
        if any(not other.guarded or stop.guarded for other in same):
            continue
        asks = [ask for ask in _stops(sight, _ASKS) if ask.field == stop.field]
        used = bool(asks) or _still_used(sight, stop.field)
        if not used or _stopped_by_callee(sight, stop):
            continue
        if same:
            yield _claim(sight, stop, same[0].call, _ASKED)
            continue
        if _moved(sight, stop):
            continue
        place = asks[0].call if asks else _first_end(sight)
        if place is None:
            continue
        if not asks and (_takes_down_otherwise(sight) or _stops_another(sight, here)):
            continue
        how = f"by {asks[0].call.name}(), which does not wait," if asks else "not"
        yield _claim(sight, stop, place, how)


def _takes_down_otherwise(sight: Sight) -> bool:
    """Whether this side drops or stops something that the other does not: a put may do it all."""
    assert sight.other is not None
    new = {call.name for call in sight.function.calls}
    new -= {call.name for call in sight.other.function.calls} | _STOPS | _ASKS
    return any(_PUTS.search(name) for name in new)


def _stops_another(sight: Sight, here: list[_Stop]) -> bool:
    """Whether this side waits for something that the other does not: it has come in its place."""
    assert sight.other is not None
    return not {s.field for s in here} <= {s.field for s in _stops(sight.other, _STOPS)}


def _freed_while_asked(sight: Sight) -> Iterator[Claim]:
    """`cancel_delayed_work(&p->work); kfree(p);`: the work may still be running."""
    function = sight.function
    names = {call.name for call in function.calls}
    if not function.whole or names & set(_QUEUE_ENDS):
        return
    stopped = {stop.field for stop in _stops(sight, _STOPS)}
    for ask in _stops(sight, _ASKS):
        if ask.field in stopped:
            continue
        base = ask.text.split("->")[0].lstrip("&")
        for call in function.calls:
            freed = call.args[0].bare.text if call.name in _FREES and call.args else ""
            if call.line > ask.call.line and freed == base and "->" in ask.text:
                how = f"by {ask.call.name}(), which does not wait,"
                claim = _claim(sight, ask, ask.call, how)
                remedy = _WAITING.get(ask.call.name, f"{ask.call.name}_sync")
                yield replace(claim, words=(*claim.words, ("remedy", f"{remedy}()")))
                break


def _freed_while_armed(sight: Sight) -> Iterator[Claim]:
    """`schedule_work(&p->work); ... kfree(p);` on one path."""
    for use in sight.paths.uses:
        if use.kind == "armed" and use.via is not None:
            site = sight.paths.sites[use.val.origin]
            message = f"{use.via.name}() frees {use.key}, but {site.name}() has set it going"
            claim = use_claim(sight, use, message)
            yield replace(claim, words=(("work", use.key), ("how", "armed"), ("remedy", "")))


def _stops(sight: Sight, names: frozenset[str]) -> Iterator[_Stop]:
    calls = [call for call in sight.function.calls if call.name in names and call.args]
    guarded = _under_conditions(sight.function.statements) if calls else set()
    for call in calls:
        arg = call.args[1 if call.name.startswith("wiphy_") and len(call.args) > 1 else 0]
        text = arg.bare.text
        field = re.split(r"->|\.", text.lstrip("&"))[-1]
        if "->" not in text and "." not in text:
            field = text.lstrip("&")
        yield _Stop(call, field, text, id(call) in guarded)


def _under_conditions(stmts: Iterable[syntax.Stmt]) -> set[int]:
    """The calls that stand under an `if` that asks more than whether something is there."""
    found: set[int] = set()
    for stmt in stmts:
        if not isinstance(stmt, syntax.If) or not _asks_state(stmt.cond):
            continue
        tops = (t for inner in syntax.statements(stmt.then) for t in syntax.expressions(inner))
        inside = [expr for top in tops for expr in top.walk()]
        handed = {arg.bare.text for expr in inside for arg in expr.args}
        if stmt.cond.bare.text not in handed:  # destroy_workqueue(p->wq): there, or not
            found |= {id(expr) for expr in inside}
    return found


def _asks_state(cond: syntax.Expr) -> bool:
    """`if (foo->timer_on)`, `if (timer_pending(&t))`: true while it may yet run."""
    bare = cond.bare
    return bare.kind == "member" or (bare.kind == "call" and "pending" in bare.name)


def _still_used(sight: Sight, field: str) -> bool:
    texts = (file.text for file in (sight.file, *sight.side.files.values()))
    pattern = re.compile((_STARTS % re.escape(field)).encode())
    return any(pattern.search(text) for text in texts)


def _moved(sight: Sight, stop: _Stop) -> bool:
    """Whether the patch stops it in another place instead."""
    assert sight.other is not None
    names = "|".join([*sorted(_STOPS), r"devm_\w*autocancel"])
    pattern = re.compile(rb"\b(?:%s)\s*\([^;]*?\b%s\b" % (names.encode(), stop.field.encode()))
    ours = sum(len(pattern.findall(file.text)) for file in sight.side.files.values())
    theirs = sum(len(pattern.findall(file.text)) for file in sight.other.side.files.values())
    return ours >= theirs


def _stopped_by_callee(sight: Sight, stop: _Stop) -> bool:
    return any(
        call.name in _STOPS and stop.field in call.text
        for callee in sight.callees()
        for call in callee.calls
    )


def _first_end(sight: Sight) -> syntax.Expr | None:
    """Where what the work uses goes away, or else the last call."""
    calls = sight.function.calls
    return next((call for call in calls if _ENDS.search(call.name)), calls[-1] if calls else None)


def _claim(sight: Sight, stop: _Stop, place: syntax.Expr, how: str) -> Claim:
    name = sight.function.name
    text = stop.text.lstrip("&")
    message = f"{text} is stopped {how} in {name}()"
    told = f"{place.name}() does not wait for {text}"
    if how == "not":
        message = f"{text} is not stopped in {name}(), and may run on"
    elif how == _ASKED:
        told = f"{place.name}() waits for {text}, but is not always called"
    return Claim(
        line=place.line,
        end_line=place.end_line,
        message=message,
        shape=("left running", stop.field, how),
        trace=(Note(place.line, told),),
        words=(("work", text), ("how", how), ("remedy", f"{stop.call.name}()")),
    )


RULE = Rule(
    title="work or a timer left running",
    category="free",
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    needs=Need.FUNCTION,
    source="kernel/workqueue.c, kernel-doc of cancel_work_sync(); kernel/time/timer.c",
    check=check,
)

"""An entry taken off an RCU list and freed at once, while readers may still be at it.

Source: Documentation/RCU/listRCU.rst; kernel-doc of list_del_rcu().
"""

from __future__ import annotations

from collections.abc import Iterable

from reviewbot.rule import Claim, Confidence, Need, Note, Rule, Severity, Sight, syntax

_UNLINKS = frozenset("list_del_rcu hlist_del_rcu hlist_del_init_rcu list_bidir_del_rcu".split())
_FREES = frozenset("kfree kvfree kfree_sensitive vfree kmem_cache_free".split())


def check(sight: Sight) -> Iterable[Claim]:
    function = sight.function
    if not function.whole:
        return
    for unlink in function.calls:
        entry = _entry(unlink) if unlink.name in _UNLINKS else ""
        end = _freed(function, unlink, entry) if entry else None
        if end is not None and not _waits(function, unlink.line, end.line):
            yield Claim(
                line=end.line,
                end_line=end.end_line,
                message=f"{end.name}() frees {entry} without a grace period after {unlink.name}()",
                shape=("freed under readers", entry, end.name),
                trace=(
                    Note(unlink.line, f"{unlink.name}() takes {entry} off the list"),
                    Note(end.line, f"{end.name}() frees it at once"),
                ),
                words=(("entry", entry), ("ender", f"{end.name}()")),
            )


def _entry(call: syntax.Expr) -> str:
    """The p of `list_del_rcu(&p->list)`."""
    bare = call.args[0].bare if call.args else None
    if bare is None or bare.kind != "unary" or bare.parts[0].bare.kind != "member":
        return ""
    return bare.parts[0].bare.parts[0].bare.text


def _freed(function: syntax.Function, unlink: syntax.Expr, entry: str) -> syntax.Expr | None:
    for call in function.calls:
        freed = call.args[-1].bare.text if call.name in _FREES and call.args else ""
        if call.line > unlink.line and freed == entry:
            return call
    return None


def _waits(function: syntax.Function, first: int, last: int) -> bool:
    """Whether something between the two lines waits for readers, or may."""
    return any(
        first <= call.line <= last
        and ("sync" in call.name or "barrier" in call.name or "flush" in call.name)
        for call in function.calls
    )


RULE = Rule(
    title="freed without a grace period",
    category="free",
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    needs=Need.FUNCTION,
    source="Documentation/RCU/listRCU.rst; include/linux/rculist.h, kernel-doc of list_del_rcu()",
    check=check,
)

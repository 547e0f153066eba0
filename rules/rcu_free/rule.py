"""An entry of an RCU list freed or added as if there were no readers.

Source: Documentation/RCU/listRCU.rst; kernel-doc of list_del_rcu().
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from reviewbot.rule import Claim, Confidence, Need, Note, Rule, Severity, Sight, syntax

_UNLINKS = frozenset("list_del_rcu hlist_del_rcu hlist_del_init_rcu list_bidir_del_rcu".split())
_FREES = frozenset("kfree kvfree kfree_sensitive vfree kmem_cache_free".split())


_ADDS = frozenset("list_add list_add_tail hlist_add_head".split())
_WALKED = re.compile(rb"\bh?list_for_each_entry_rcu\s*\(\s*\w+\s*,\s*&?([\w>.\[\]-]+)\s*,\s*(\w+)")
_UPDATED = re.compile(rb"\bh?list_(?:add\w*|del\w*|replace)_rcu\s*\(\s*&[\w>.\[\]-]+(?:->|\.)(\w+)")


def check(sight: Sight) -> Iterable[Claim]:
    yield from _freed_at_once(sight)
    yield from _added_plainly(sight)


def _added_plainly(sight: Sight) -> Iterator[Claim]:
    """list_add() to a list that this file walks and changes with the RCU calls."""
    text = sight.file.text
    for call in sight.function.calls if sight.file.whole else ():
        if call.name not in _ADDS or len(call.args) != 2 or "->" not in call.args[0].text:
            continue
        if b"list_for_each_entry_rcu" not in text:
            return
        entry, head = call.args[0].bare.text, _tail(call.args[1].bare.text)
        member = _tail(entry)
        walked = {(_tail(m[1].decode()), m[2].decode()) for m in _WALKED.finditer(text)}
        updated = {m[1].decode() for m in _UPDATED.finditer(text)}
        if (head, member) in walked and member in updated:
            plain = f"{call.name}() publishes {entry.lstrip('&')} on {head}"
            yield Claim(
                line=call.line,
                end_line=call.end_line,
                message=f"{plain}, which readers walk under RCU",
                shape=("added plainly", call.name, member, head),
                trace=(Note(call.line, f"{plain} without a barrier"),),
                confidence=Confidence.MEDIUM,
                words=(("kind", "plain"), ("adder", f"{call.name}()"), ("entry", entry)),
            )


def _tail(text: str) -> str:
    return re.split(r"->|\.", text.lstrip("&"))[-1].partition("[")[0]


def _freed_at_once(sight: Sight) -> Iterator[Claim]:
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
                words=(("kind", "freed"), ("entry", entry), ("ender", f"{end.name}()")),
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

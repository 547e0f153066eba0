"""Which calls may be macros that write a name they are handed, as spin_lock_irqsave() does."""

from __future__ import annotations

import re
from functools import lru_cache

from reviewbot.csource.facts import Fact
from reviewbot.csource.syntax import Declare, Expr, Function, Label

_READERS = frozenset(
    "IS_ERR IS_ERR_OR_NULL IS_ERR_VALUE PTR_ERR PTR_ERR_OR_ZERO ERR_PTR ERR_CAST WARN_ON "
    "WARN_ON_ONCE WARN WARN_ONCE BUG_ON FIELD_PREP BIT BIT_ULL DIV_ROUND_UP DIV_ROUND_CLOSEST "
    "DIV_ROUND_DOWN_ULL ALIGN PAGE_ALIGN MKDEV MIN MAX IS_ALIGNED ROUND_UP CPUFREQ_ETERNAL".split()
)
"""Macros in capitals that only read (include/linux/{err,bits,bitfield,math,align,kdev_t}.h)."""

_TYPE_ONLY = re.compile(
    r"^(?:struct_size|flex_array_size|array_size|offsetof|sizeof|typeof|__typeof|container_of|from_)"
    r"|_entry(?:_|$)|_entry_or_null$|_req_init$|_port_tx|_(?:dev|object)_alloc$"
)
"""Macros that ask for the type of what they are handed, or set it, and never read its value."""

_WRITERS = re.compile(
    r"irq_?save|save_(?:and_cli|flags)|get_user|_poll(?:_|$)|cread|rdmsr|rdtsc|rdpmc|rd[su]?[0-9]*$"
    r"|^va_|^swap$|for_?each|do_div|^cpuid|^getn?s?timeofday|_parse|unpack|^asm|mfspr|mrs|mfc0"
    r"|^div[0-9]|fetch|copy_from_(?:user|k)|^gen_|seqbegin|seqretry|^ia64|getreg|^local_"
    r"|^(?:read|load|save|extract|decode)_|^(?:umul|sub_ddmm|add_ssaaaa|udiv|count_)|^wait_event"
    r"|^task_lock|_iter_|^kvm_get|^scan_|^try_cmpxchg|cmpxchg|^check_(?:add|sub|mul|shl)_overflow"
)
"""Lower-case macros of the kernel that write an argument, and names that others are like."""


UNEVALUATED = frozenset("ARRAY_SIZE sizeof_field FIELD_SIZEOF BITS_PER_TYPE offsetofend".split())
"""Macros that never evaluate what they are handed (include/linux/{array_size,stddef,bits}.h)."""


@lru_cache(maxsize=8192)
def _by_name(name: str) -> bool:
    if name in _READERS:
        return False
    if not name:
        return False  # a call through a pointer is no macro
    if not any(c.islower() for c in name):
        return True
    return bool(_WRITERS.search(name) or _TYPE_ONLY.search(name))


def labels_alone(function: Function) -> frozenset[str]:
    """The labels after which no variable of the function is named: `err` may well be both."""
    names = {stmt.name for stmt in function.statements if isinstance(stmt, Declare)}
    names |= {parameter.name for parameter in function.params}
    return frozenset(s.name for s in function.statements if isinstance(s, Label)) - names


def jumps_inside(call: Expr, labels: frozenset[str]) -> bool:
    """Whether a call is handed a label, so that it is a macro: `decode_or(p, end, value, bad)`."""
    return not labels.isdisjoint(arg.name for arg in call.args if arg.kind == "name")


def may_write(name: str, fact: Fact | None, number: int) -> bool:
    """Whether the call of `name` may write the plain name that is its argument `number`."""
    if fact is not None and (fact.flags == number or fact.source == "summary"):
        return fact.flags == number and not fact.releases
    return _by_name(name)

"""What the name of an unknown function tells: whether it may keep what it is handed.

Read from verbs, as kernel people use them; a known fact always goes before these guesses.
"""

from __future__ import annotations

import re
from functools import lru_cache

_KEEPS = re.compile(
    r"(?:^|_)(?:add|regist|insert|enqueue|submit|queue|push|link|attach|send|xmit|free|put|releas"
    r"|destroy|complete|drvdata|install|transfer|assign|store|init|set|save|commit|consume"
    r"|append|devm|kref|rcu|hash|output|deliver|rcv|recv|reply|unicast|drop|cleanup|fini|close"
    r"|remove|del|kill|exit|end|finish|done|unregister|merge|connect|fill|reset|xa|idr"
    r"|rhashtable|setup|create|start|publish|give|swap|unref|deref|rm|purge|unlock|netif|alloc"
    r"|track|join|new|bind|handle|process|dispatch|schedule|post|stop|teardown|detach|shutdown"
    r"|abort|fail|error|erase|clear|clean|fin|dtor|uninit|deinit|unwind|undo|term|dealloc|unuse"
    r"|reclaim|dec|down|discard|replace|move|splice|chain|open|load|mount|parse|build|probe)"
)
_TEARS_DOWN = re.compile(
    r"shutdown|cleanup|clean_up|power_?off|_off$|disable|unwind|teardown|tear_down|_exit|remove"
    r"|unregister|deinit|uninit|suspend|_stop|release|destroy|free|put|_down$|standby|unprepare"
    r"|_fini|_term|close|abort|detach|unbind|reset|undo|rollback|error|fail"
)


_ENDS = re.compile(
    r"unlock|release|done|finish|complete|end|put|drop|clos|destroy|free|cancel|exit"
)

_MAKES = re.compile(r"(?:^|_)(?:k?[vmz]?alloc|kv?calloc|k\w*dup|kasprintf|new)")


@lru_cache(maxsize=4096)
def makes(name: str) -> bool:
    """Whether a function of this name gives something new."""
    return _MAKES.search(name) is not None


@lru_cache(maxsize=4096)
def may_keep(name: str) -> bool:
    """Whether a function of this name may take over a pointer that it is handed."""
    return not name or name.isupper() or _KEEPS.search(name.lower()) is not None


_PUTS = re.compile(r"(?:^|_)(?:put|unref|unreference)(?:_|$)")


@lru_cache(maxsize=4096)
def puts(name: str) -> bool:
    """Whether a function of this name gives a reference back, maybe the last one."""
    return _PUTS.search(name) is not None


@lru_cache(maxsize=4096)
def may_end(name: str) -> bool:
    """Whether a function of this name may end what its caller has begun with its argument."""
    return not name or _ENDS.search(name.lower()) is not None


@lru_cache(maxsize=4096)
def tears_down(name: str) -> bool:
    """Whether a function of this name may give back what was switched on or taken."""
    return not name or _TEARS_DOWN.search(name.lower()) is not None


_COUNTS_UP = re.compile(r"^(?:atomic\w*|refcount|kref)_(?:inc|add|get)")


@lru_cache(maxsize=4096)
def counts_up(name: str) -> bool:
    """Whether a function of this name raises the count that it is handed the address of."""
    return _COUNTS_UP.search(name) is not None


_PREDICATE = re.compile(r"^IS_ENABLED$|^is_|_is_|^has_|_has_|_enabled$|_supported$|^test_bit$")


@lru_cache(maxsize=4096)
def is_predicate(name: str) -> bool:
    """Whether a function of this name gives the same answer when it is asked twice on a path."""
    return _PREDICATE.search(name) is not None


_CALLS_BACK = re.compile(r"add_action|call_rcu|(?:^|_)put(?:_|$)")


@lru_cache(maxsize=4096)
def calls_back(name: str) -> bool:
    """Whether a function of this name sees to it that a function is called in the end."""
    return _CALLS_BACK.search(name) is not None


_TELLS = re.compile(r"print|_err|_warn|_dbg|_info|_log|trace|^dev_|^pr_|PTR_ERR|IS_ERR|WARN")


@lru_cache(maxsize=4096)
def only_tells(name: str) -> bool:
    """Whether a function of this name sets nothing up and takes nothing over: it prints, or tells
    what another call gave."""
    return _TELLS.search(name) is not None

"""An interrupt handler that may run before what it uses is set up.

Source: kernel-doc of request_threaded_irq(): the handler may be called at once.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from reviewbot.rule import Claim, Confidence, Need, Note, Rule, Severity, Sight, syntax

_REQUESTS = {
    "request_irq": (2,),
    "request_threaded_irq": (2, 3),
    "request_any_context_irq": (2,),
    "devm_request_irq": (3,),
    "devm_request_threaded_irq": (3, 4),
    "devm_request_any_context_irq": (3,),
    "pci_request_irq": (3, 4),
}
"""The arguments that are handlers; the cookie is the last but for pci_request_irq()."""

_INITS = frozenset(
    "INIT_WORK INIT_DELAYED_WORK init_completion spin_lock_init mutex_init init_waitqueue_head "
    "timer_setup raw_spin_lock_init INIT_LIST_HEAD tasklet_init tasklet_setup hrtimer_init "
    "hrtimer_setup INIT_KFIFO init_irq_work".split()
)
_DEPTH = 2


def check(sight: Sight) -> Iterable[Claim]:
    if not sight.function.whole:
        return
    for call in sight.function.calls:
        places = _REQUESTS.get(call.name)
        if places is None or "NO_AUTOEN" in call.text:
            continue
        cookie = call.args[-1].bare
        late = dict(_set_later(sight.function, cookie.text, call)) if cookie.kind == "name" else {}
        for place in places if late else ():
            handler = call.args[place - 1].bare if place <= len(call.args) else None
            if handler is not None and handler.kind == "name":
                yield from _claims(sight, call, handler.name, cookie.text, late)


def _claims(
    sight: Sight, call: syntax.Expr, handler: str, cookie: str, late: dict[str, int]
) -> Iterator[Claim]:
    if not sight.leads_to(handler, frozenset(late), _DEPTH + 1):
        return
    function = sight.callee(handler)
    if function is None or len(function.params) < 2:
        return
    used = _fields(sight, function, function.params[1].name, _DEPTH)
    for field in sorted(used & late.keys(), key=lambda f: late[f])[:1]:
        text = f"{cookie}->{field}"
        yield Claim(
            line=call.line,
            end_line=call.end_line,
            message=f"{handler}() uses {text}, which is set only after {call.name}()",
            shape=("irq before ready", call.name, handler, field),
            trace=(
                Note(call.line, f"{call.name}() lets {handler}() run"),
                Note(late[field], f"{text} is set"),
            ),
            words=(("handler", f"{handler}()"), ("field", text), ("request", f"{call.name}()")),
        )


def _set_later(
    function: syntax.Function, cookie: str, request: syntax.Expr
) -> Iterator[tuple[str, int]]:
    """The fields of the cookie that are set after the request and never before it."""
    lines: dict[str, list[int]] = {}
    for expr in function.expressions:
        text = ""
        if expr.kind == "assign" and expr.parts[1].bare.kind == "call":
            text = expr.parts[0].text
        elif expr.kind == "call" and expr.name in _INITS and expr.args:
            text = expr.args[0].bare.text.lstrip("&")
        if text.startswith(cookie + "->"):
            lines.setdefault(text.removeprefix(cookie + "->"), []).append(expr.line)
    for field, at in lines.items():
        if re.fullmatch(r"\w+", field) and min(at) > request.end_line:
            yield field, min(at)


def _fields(sight: Sight, function: syntax.Function, param: str, depth: int) -> set[str]:
    """The fields of what `param` points to that are dereferenced, handed on or waited for."""
    names = {param}
    tested: set[str] = set()
    for stmt in function.statements:
        if isinstance(stmt, syntax.Declare) and stmt.value and stmt.value.bare.text in names:
            names.add(stmt.name)
        if isinstance(stmt, (syntax.If, syntax.Loop)) and stmt.cond is not None:
            tested |= {e.text for e in stmt.cond.walk()}
    found: set[str] = set()
    for expr in function.expressions:
        if expr.kind == "assign" and expr.parts[1].bare.text in names:
            names.add(expr.parts[0].text)
        if expr.kind == "member" and expr.op == "->":
            found |= _field(expr.parts[0], names)
        elif expr.kind == "call":
            for at, arg in enumerate(expr.args):
                inner = arg.bare
                if inner.kind == "unary" and inner.op == "&":
                    inner = inner.parts[0].bare
                found |= _field(inner, names)
                if inner.text in names and depth and expr.name:
                    callee = sight.callee(expr.name)
                    if callee is not None and at < len(callee.params):
                        found |= _fields(sight, callee, callee.params[at].name, depth - 1)
    return {f for f in found if not any(f"{name}->{f}" in tested for name in names)}


def _field(expr: syntax.Expr, names: set[str]) -> set[str]:
    bare = expr.bare
    if bare.kind == "member" and bare.op == "->" and bare.parts[0].bare.text in names:
        return {bare.name}
    return set()


RULE = Rule(
    title="an interrupt handler that runs before its data is there",
    category="free",
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    needs=Need.FILE,
    source="kernel/irq/manage.c, kernel-doc of request_threaded_irq()",
    check=check,
)

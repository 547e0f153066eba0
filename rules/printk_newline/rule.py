"""A message of a printk helper that does not end its line.

Source: include/linux/printk.h, pr_cont(): a message without a newline is one that is continued.
Messages with a device are left alone: vprintk_store() in kernel/printk/printk.c ends their line.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from reviewbot.rule import Claim, Confidence, Need, Note, Rule, Severity, Sight, syntax

_CONTINUED = "KERN_CONT"
_ENDS_BY_ARGUMENT = ("%s", "%pV")  # the newline may come with the argument
_MEANT_TO_GO_ON = (" ", ",", ":", "...", "\\t")  # perhaps by another function
_NO_DEVICE = 1  # the format comes first: no device is handed to the helper
_NEWLINE = "\\n"


def check(sight: Sight) -> Iterable[Claim]:
    if not any(call.name in sight.facts.printers for call in sight.function.calls):
        return
    order = sight.function.statements
    calls = [(at, call) for at, stmt in enumerate(order) for call in _calls(stmt)]
    if any(_continues(call, sight) for _, call in calls):
        return
    for at, call in calls:
        text = _unended(call, sight)
        if text and not _elided_next(order, at):
            yield _claim(sight, call, text)


def _calls(stmt: syntax.Stmt) -> Iterator[syntax.Expr]:
    for expr in syntax.expressions(stmt):
        yield from (inner for inner in expr.walk() if inner.kind == "call" and inner.name)


def _continues(call: syntax.Expr, sight: Sight) -> bool:
    """Also the old ways: printk() without a level, and a helper that prints the newline alone."""
    if call.name.endswith("_cont") or any(_CONTINUED in arg.text for arg in call.args):
        return True
    if call.name not in sight.facts.printers or not call.args:
        return False
    text = call.args[0].text
    return text == f'"{_NEWLINE}"' or (call.name == "printk" and text.startswith('"'))


def _unended(call: syntax.Expr, sight: Sight) -> str:
    """The text of a plain literal format that does not end its line, quoted; "" otherwise."""
    helper = sight.facts.printers.get(call.name)
    if helper is None or helper.format != _NO_DEVICE or not call.args:
        return ""
    literal = call.args[0]
    last = literal.parts[-1] if literal.parts else literal
    if literal.kind != "string" or not last.text.endswith('"'):
        return ""
    inside = last.text.removesuffix('"')
    if inside in ("", '"') or inside.endswith((_NEWLINE, *_ENDS_BY_ARGUMENT, *_MEANT_TO_GO_ON)):
        return ""
    return literal.text


def _elided_next(order: tuple[syntax.Stmt, ...], at: int) -> bool:
    """Whether the line that may continue this one is out of sight."""
    return at + 1 < len(order) and isinstance(order[at + 1], syntax.Elided)


def _claim(sight: Sight, call: syntax.Expr, text: str) -> Claim:
    message = f"the message of {call.name}() does not end with a newline"
    return Claim(
        line=call.line,
        end_line=call.end_line,
        message=message,
        shape=(call.name,),
        trace=(Note(call.line, f"{call.name}({text}) leaves its line open"),),
        words=(("function", sight.function.name), ("helper", call.name), ("text", text)),
    )


RULE = Rule(
    title="message of a printk helper without a newline",
    category="format",
    severity=Severity.LOW,
    confidence=Confidence.HIGH,
    needs=Need.DIFF,
    source="include/linux/printk.h, pr_cont()",
    check=check,
)

"""A number that may be an errno is kept or compared as unsigned, so the test for it is dead.

Source: kernel-doc of platform_get_irq(); gcc, -Wtype-limits, which the kernel turns off.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from reviewbot.rule import Claim, Confidence, Need, Rule, Severity, Sight, syntax

_UNSIGNED = re.compile(r"(?:unsigned(?: int| long| short| char)?|u8|u16|u32|u64|size_t)$")
_IRQ = re.compile(
    r"(?:platform_get_irq(?:_optional|_byname|_byname_optional)?|fwnode_irq_get(?:_byname)?"
    r"|of_irq_get(?:_byname)?|gpiod_to_irq|gpio_to_irq)$"
)


def check(sight: Sight) -> Iterable[Claim]:
    unsigned = {
        s.name
        for s in sight.function.statements
        if isinstance(s, syntax.Declare) and _UNSIGNED.match(s.type) and not s.pointer
    }
    tests = tuple(_tests(sight.function))
    for name, call in _assigned(sight.function):
        below = [t for t in tests if t.parts[0].bare.text == name and t.op in ("<", "<=")]
        if name in unsigned and below and below[0].op == "<":
            yield _never(below[0], name, call)
        elif _IRQ.match(call.name) and not below and name not in unsigned:
            yield from _for_zero(sight.function, name, call)
    yield from _too_late(sight.function)


def _tests(function: syntax.Function) -> Iterator[syntax.Expr]:
    """All comparisons with 0."""
    for expr in function.expressions:
        compares = expr.kind == "binary" and expr.op in ("<", "<=", "==", ">")
        if compares and expr.parts[1].bare.text == "0":
            yield expr


def _assigned(function: syntax.Function) -> Iterator[tuple[str, syntax.Expr]]:
    for expr in function.assignments:
        if expr.op == "=" and expr.parts[1].bare.kind == "call":
            yield expr.parts[0].text, expr.parts[1].bare
    for stmt in function.statements:
        value = stmt.value if isinstance(stmt, syntax.Declare) else None
        if isinstance(stmt, syntax.Declare) and value is not None and value.bare.kind == "call":
            yield stmt.name, value.bare


def _never(test: syntax.Expr, name: str, call: syntax.Expr) -> Claim:
    return Claim(
        line=test.line,
        end_line=test.end_line,
        message=f"{name} is unsigned, so {test.text.replace('<', ' < ')} is never true",
        shape=("never", name, call.name),
        words=(("kind", "never"), ("name", name)),
        group=f"never {name}",
    )


def _for_zero(function: syntax.Function, name: str, call: syntax.Expr) -> Iterator[Claim]:
    """platform_get_irq() and kin return an errno, never 0."""
    for stmt in function.statements:
        if not isinstance(stmt, syntax.If) or not call.line <= stmt.cond.line <= call.end_line + 4:
            continue
        cond = stmt.cond
        negated = cond.kind == "unary" and cond.op == "!" and cond.parts[0].bare.text == name
        if negated or cond.text == f"{name}==0":
            yield Claim(
                line=cond.line,
                end_line=cond.end_line,
                message=f"{call.name}() returns an errno when it fails, and {name} is tested for 0",
                shape=("zero", name, call.name),
                confidence=Confidence.MEDIUM,
                words=(("kind", "zero"), ("name", name)),
            )


def _too_late(function: syntax.Function) -> Iterator[Claim]:
    """`if (n > ARRAY_SIZE(a)) ... else if (n < 0)`: as unsigned, a negative n is large."""
    for stmt in function.statements:
        if not isinstance(stmt, syntax.If) or not isinstance(stmt.other, syntax.If):
            continue
        late = stmt.other.cond
        if late.kind != "binary" or late.op != "<" or late.parts[1].text != "0":
            continue
        for expr in stmt.cond.walk():
            same = expr.op in (">", ">=") and expr.parts[0].text == late.parts[0].text
            if same and _is_size(expr.parts[1]):
                yield _late(late, expr.parts[1])


def _is_size(expr: syntax.Expr) -> bool:
    return expr.kind == "sizeof" or expr.name == "ARRAY_SIZE"


def _late(late: syntax.Expr, size: syntax.Expr) -> Claim:
    name = late.parts[0].text
    return Claim(
        line=late.line,
        end_line=late.end_line,
        message=f"{name} < 0 is tested too late: {size.text} compares {name} as unsigned",
        shape=("late", name),
        words=(("kind", "late"), ("name", name)),
    )


RULE = Rule(
    title="negative number kept or compared as unsigned",
    category="error-code",
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    needs=Need.DIFF,
    source="kernel-doc of platform_get_irq(), drivers/base/platform.c",
    check=check,
)

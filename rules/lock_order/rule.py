"""Two locks are taken in one order here and in the other elsewhere: a possible deadlock.

Source: Documentation/locking/lockdep-design.rst, "Multi-lock dependency rules".
"""

from __future__ import annotations

from collections.abc import Iterable

from reviewbot.rule import (
    Claim,
    Confidence,
    Need,
    Note,
    Order,
    Rule,
    Severity,
    Sight,
    against,
    called_back_under,
    orders,
)


def check(sight: Sight) -> Iterable[Claim]:
    mine = orders(sight)
    there = _pairs(sight.other) if mine else frozenset()
    for order in mine:
        if (order.first.cls, order.second.cls) in there:
            continue
        walker = called_back_under(sight, order.second)
        if walker and walker != order.via and not order.first.core:
            yield _called_back(sight, order, walker)
            continue
        other = against(sight, order)
        if other is not None:
            yield _inverted(sight, order, *other)


def _pairs(other: Sight | None) -> frozenset[tuple[str, str]]:
    """The orders of the other side: one that is on both is too weak a finding to be listed."""
    if other is None:
        return frozenset()
    return frozenset((order.first.cls, order.second.cls) for order in orders(other))


def _takes(order: Order) -> str:
    return f"{order.via}() takes" if order.via else f"{order.site.name}() takes"


def _called_back(sight: Sight, order: Order, walker: str) -> Claim:
    """The second lock is held while drivers are called back, and they may want the first."""
    first, second = order.first.text, order.second.text
    back = f"{walker}() holds {second} while it calls back into drivers"
    return _claim(
        sight,
        order,
        f"{_takes(order)} {second} while {first} is held, a possible lock inversion: {back}",
        back,
        ("back", walker),
        walker,
    )


def _inverted(sight: Sight, order: Order, name: str, there: Order) -> Claim:
    """Another function takes the two the other way round."""
    first, second = order.first.text, order.second.text
    by = f" (in {there.via}())" if there.via else ""
    back = f"{name}() takes {there.second.text}{by} while {there.first.text} is held"
    return _claim(
        sight,
        order,
        f"{_takes(order)} {second} while {first} is held, a possible lock inversion: {back}",
        back,
        ("inverted", name),
        "",
    )


def _claim(
    sight: Sight,
    order: Order,
    message: str,
    back: str,
    kind: tuple[str, str],
    walker: str,
) -> Claim:
    place = order.site.call
    steps = [Note(place.line, f"{_takes(order)} {order.second.text}"), Note(place.line, back)]
    if order.held is not None:
        held = Note(order.held.call.line, f"{order.first.text} is taken")
        steps.insert(0, held)
    return Claim(
        line=place.line,
        end_line=place.end_line,
        message=message,
        shape=(*kind, order.first.cls, order.second.cls, order.via),
        trace=tuple(steps),
        words=(
            ("function", sight.function.name),
            ("first", order.first.text),
            ("second", order.second.text),
            ("taker", _takes(order).removesuffix(" takes")),
            ("back", back),
            ("walker", f"{walker}()" if walker else ""),
        ),
        group=f"{order.first.cls} {order.second.cls}",
    )


RULE = Rule(
    title="locks taken in an order that is turned round elsewhere",
    category="deadlock",
    severity=Severity.HIGH,
    confidence=Confidence.MEDIUM,
    needs=Need.DIFF,
    source="Documentation/locking/lockdep-design.rst, Multi-lock dependency rules",
    check=check,
)

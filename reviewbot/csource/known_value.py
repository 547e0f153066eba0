"""What a path knows of the value of an expression that has been evaluated."""

from __future__ import annotations

from reviewbot.csource.conditions import constant_mask, read_test
from reviewbot.csource.scene import Scene
from reviewbot.csource.syntax import Expr
from reviewbot.csource.values import ANY, ERR, NEG, POS, UNSET, ZERO, State, Val


def value(scene: Scene, expr: Expr, state: State) -> Val:
    """What is known of the value of an expression that has been evaluated."""
    expr = expr.bare
    if expr.kind == "assign" or expr.kind == "comma":
        return value(scene, expr.parts[0 if expr.kind == "assign" else -1], state)
    if expr.kind == "call":
        return _call_value(scene, expr, state)
    if expr.kind == "unary" and expr.op == "-":
        return Val(_negated(value(scene, expr.parts[0], state).mask, expr))
    mask = constant_mask(expr)
    if mask != ANY:
        return Val(mask)
    if expr.kind == "conditional":
        left, right = (value(scene, part, state) for part in expr.parts[1:])
        test = read_test(expr.parts[0])
        if test is not None and test.key in (part.bare.text for part in expr.parts[1:]):
            known = state.get(test.key).mask & ANY  # `ret < 0 ? ret : 0` asks of what it returns
            if known and not (known & test.no and known & test.yes):
                return left if known & test.yes else right
        return left if left == right else Val((left.mask | right.mask) & ANY)
    return state.get(expr.text)


def _negated(mask: int, expr: Expr) -> int:
    if constant_mask(expr) != ANY:
        return constant_mask(expr)
    swapped = (NEG if mask & POS else 0) | (POS if mask & NEG else 0) | (mask & ZERO)
    return swapped if mask not in (ANY, UNSET) else ANY


def _call_value(scene: Scene, expr: Expr, state: State) -> Val:
    if expr.name == "ERR_PTR" and expr.args:
        error = value(scene, expr.args[0], state).mask
        return Val(ERR if error & (NEG | ERR | UNSET) else error)
    if expr.name == "PTR_ERR" and expr.args:
        # Of a pointer that is known to be none, PTR_ERR() is just a number.
        mask = state.get(expr.args[0].bare.text).mask
        return Val(ANY if mask != ANY and not mask & ERR else NEG)
    if expr.name in ("dev_err_probe", "dev_warn_probe") and len(expr.args) > 1:
        return Val(value(scene, expr.args[1], state).mask)
    if expr.name in ("no_free_ptr", "return_ptr", "ERR_CAST") and expr.args:
        inner = state.get(expr.args[0].bare.text)
        return inner if expr.name != "ERR_CAST" else Val(ERR)
    mask = constant_mask(expr)
    return Val(mask) if mask != ANY else state.get(expr.text)

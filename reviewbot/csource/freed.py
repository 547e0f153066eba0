"""What dies with a thing that is given back: its other names, and what points into it.

A path remembers `q = p` and `q = &p->member` among its values, under keys that no expression
can have: writing either side forgets them, as it forgets everything that mentions it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from reviewbot.csource.facts import Acquire, Kind, Resource
from reviewbot.csource.syntax import Expr
from reviewbot.csource.values import ANY, UNSET, ZERO, State, Val, roots

SAME = "\u2261"
INSIDE = "\u227a"
LOOPING = "\u21bb"
"""After the name of a loop's variable, inside the loop."""
EQUAL = "\u225f"
"""After the name of what was found equal to another pointer, which holds it as well."""
UNDER = "\u2299"
"""After the name of what is good only while a section lasts: `p = rcu_dereference(x)`."""
_KNOWN = Val(ANY, tested=0)
CASTS = re.compile(r"^(?:container_of\w*|list_entry|hlist_entry|rb_entry|to_\w+|from_timer)$")
_CONSTANT = re.compile(r"^(?:-?\d\w*|[A-Z][A-Z\d_]*|-E[A-Z]+|true|false|.*\(.*)$")
_IN_SKB = frozenset(("data", "head"))


def note_name(state: State, left: Expr, right: Expr, inside: int, wanted: frozenset[str]) -> None:
    """Remember what `left = right` makes another name of, if somebody will give it back.

    `wanted` are the variables that the function hands to a release; `inside` is the argument
    into whose memory the called function points (0 for none).
    """
    bare = right.bare
    if left.kind not in ("name", "member") or not (roots(left.text) | roots(bare.text)) & wanted:
        return
    outer = left.text
    for key in _keys(outer, bare, inside):
        state.vals[key] = _KNOWN


def _keys(left: str, right: Expr, inside: int) -> Iterator[str]:
    if right.kind == "call" and right.args and "dereference" in right.name:
        right = right.args[0].bare
    if right.kind in ("name", "member"):
        if right.text not in ("NULL", "true", "false"):
            yield left + SAME + right.text
        if right.kind == "member" and right.name in _IN_SKB and "skb" in right.parts[0].text:
            yield left + INSIDE + right.parts[0].bare.text
    elif right.kind == "unary" and right.op == "&":
        base = holder(right.parts[0])
        if base:
            yield left + INSIDE + base
    elif right.kind == "binary" and right.op in "+-" and right.parts[0].bare.kind == "name":
        yield left + INSIDE + right.parts[0].bare.text
    elif right.kind == "call" and right.args:
        if CASTS.match(right.name) and right.args[0].bare.kind == "name":
            yield right.args[0].bare.text + INSIDE + left
        elif 0 < inside <= len(right.args):
            yield left + INSIDE + right.args[inside - 1].bare.text


def holder(expr: Expr) -> str:
    """The pointer whose memory holds `p->a.b[i]`: p. "" where there is none or a hop more."""
    expr = expr.bare
    while (expr.kind == "member" and expr.op == ".") or expr.kind == "index":
        expr = expr.parts[0].bare
    return expr.parts[0].bare.text if expr.kind == "member" else ""


def others(state: State, text: str) -> list[str]:
    """The other names of what `text` points to, and what points into it."""
    found = [text]
    for one in found:
        for key in state.vals:
            for sign in (SAME, INSIDE):
                left, sep, right = key.partition(sign)
                other = left if right == one else right if left == one and sign == SAME else ""
                if sep and other and other not in found:
                    found.append(other)
    return found[1:]


def note_equal(state: State, equal: tuple[str, str], wanted: frozenset[str], node: int) -> None:
    """`p == q` holds: what p points to is not p's alone."""
    if any(_CONSTANT.match(text) for text in equal):
        return
    for text in equal:
        if roots(text) & wanted:
            state.vals[text + EQUAL] = Val(tested=node)


def known_equal(state: State, equal: tuple[str, str] | None) -> bool:
    """Whether the two sides of `p==q` are names of one thing."""
    if equal is None:
        return False
    left, right = equal
    return left + SAME + right in state.vals or right + SAME + left in state.vals


def dies(resource: Resource, release: Acquire, name: str, by_value: frozenset[str]) -> bool:
    """Whether what is named by the argument is gone once this resource is given back."""
    if release.where == 0:
        return False
    if resource.id.startswith("undo:"):
        return resource.kind is Kind.REFERENCE  # guessed from names, which get and put tell best
    if resource.kind is Kind.OBJECT:
        return resource.id in by_value
    return resource.kind in (Kind.MEMORY, Kind.REFERENCE)


def bury(state: State, text: str, site: int, later: bool = False) -> None:
    """`text` and all that lives with it is gone; `later`: when all readers are through."""
    for name in (text, *others(state, text)):
        if later and "->" not in name:
            continue  # may still be read here
        val = state.get(name)
        if val.mask != ZERO and not (val.mask == UNSET and name != text):
            state.set(name, Val(val.mask, freed=site, tested=val.tested))


def bury_whole(state: State, arg: Expr, site: int) -> None:
    """put_device(&p->dev) may be the end of p: its release frees what holds the device."""
    bare = arg.bare
    if bare.kind == "unary" and bare.op == "&":
        whole = holder(bare.parts[0])
        if whole:
            bury(state, whole, site)


def section_ends(state: State, site: int) -> None:
    """What was good only inside the section is not good any longer."""
    for name in [key[:-1] for key in state.vals if key[-1] == UNDER]:
        del state.vals[name + UNDER]
        for one in (name, *others(state, name)):
            val = state.get(one)
            if one.isidentifier() and not val.mask & ~ANY and val.mask != ZERO:
                state.set(one, Val(val.mask, freed=site, tested=val.tested))


def outlive_section(state: State, call: Expr, borrowed: Callable[[int], bool]) -> None:
    """get_device(p) and nfs_sb_active(p->super) may keep p after the section as well.

    `borrowed` says of which arguments it is known that the call only looks at them.
    """
    handed = [arg for number, arg in enumerate(call.args, 1) if not borrowed(number)]
    names = {name for arg in handed for name in roots(arg.bare.text)}
    for key in [key for key in state.vals if key[-1] == UNDER and key[:-1] in names]:
        for other in (key[:-1], *others(state, key[:-1])):
            state.vals.pop(other + UNDER, None)


WRITES = frozenset(
    "rcu_assign_pointer RCU_INIT_POINTER WRITE_ONCE rcu_replace_pointer swap xchg cmpxchg "
    "smp_store_release store_release rcu_swap_protected".split()
)
"""Macros that write a plain argument: include/linux/rcupdate.h, compiler.h, minmax.h."""


def forget_below(state: State, arg: Expr) -> None:
    """A function was handed `p` or `&p->m`: it may have written what hangs on it."""
    bare = arg.bare
    if bare.kind == "unary" and bare.op == "&":
        bare = bare.parts[0].bare
    elif bare.kind not in ("name", "member"):
        return
    below = (bare.text + "->", bare.text + ".", bare.text + "[")
    for key, val in list(state.vals.items()):
        if val.freed and key.startswith(below):
            del state.vals[key]

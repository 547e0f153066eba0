"""The name of a function from the text in front of its body."""

from __future__ import annotations

import re
from typing import NamedTuple

from reviewbot.csource.vocabulary import AGGREGATES, PRIMITIVES, STORAGE, TYPEOF, is_attribute

_ITEM = re.compile(rb"[A-Za-z_]\w*|\S", re.S)
_NO_FUNCTION = AGGREGATES | {b"typedef"}
_PLAIN = re.compile(
    rb"\s*+((?:([A-Za-z_]\w*+)[\s*]++)+)([A-Za-z_]\w*+)\s*+(\([^()\"']*+\))\s*+(?=\{)"
)
"""`static int *name(...)`: what most functions look like, faster to tell than to take apart."""
_SYSCALL = re.compile(rb"(?:\w+_)?SYSCALL\w*_DEFINE\w*\Z|SYSCALL_DEFINE\w*\Z")
_FUNCTION_POINTER = re.compile(rb"\(\s*\*+\s*(?:const\s+)?(\w+)\s*\(")


class Signature(NamedTuple):
    """`start` is the offset of its first word in the text that was read, `params` that of the
    parenthesis before the parameters; `macro` is the macro that stands for the signature
    (`SYSCALL_DEFINE3`), "" where there is none."""

    name: str
    start: int
    params: int
    macro: str = ""


class _Item(NamedTuple):
    """A word, a punctuation mark, or a whole (...) group."""

    text: bytes
    start: int

    @property
    def group(self) -> bool:
        return self.text[:1] == b"("

    @property
    def word(self) -> bool:
        return self.text[:1].isalpha() or self.text[:1] == b"_"


def plain_signature(text: bytes, start: int) -> tuple[Signature, int] | None:
    """What `read_signature` says of the text between `start` and the next opening brace, and
    where that brace is; None where that takes a closer look."""
    plain = _PLAIN.match(text, start)
    if plain is None:
        return None
    kind, name = plain[2], plain[3]
    if kind in STORAGE or is_attribute(kind) or is_attribute(name):
        return None
    return Signature(_text(name), plain.start(1) - start, plain.start(4) - start), plain.end()


def read_signature(head: bytes) -> Signature | None:
    """What stands between the end of the thing before and an opening brace.

    None where that is no function: a struct, an initialiser, a macro's leavings. The name of
    `SYSCALL_DEFINE3(read, ...)` is `sys_read`, of a compat call `compat_sys_read`; of any
    other macro that stands for a signature its leading arguments that are plain words, joined
    by underscores: `TEST_F(fixture, probe)` is `fixture_probe`.
    """
    items = _items(head)
    at = _parameters(items)
    if at is None:
        return None
    group, name = items[at], items[at - 1]
    if name.group:
        inner = _FUNCTION_POINTER.match(name.text)
        if inner is None:
            return None
        return Signature(_text(inner[1]), items[_first(items, at - 1)].start, group.start)
    first = _first(items, at - 1)
    if all(item.text in STORAGE or is_attribute(item.text) for item in items[first : at - 1]):
        named = _macro_name(name.text, group.text)
        if named:
            return Signature(named, items[first].start, group.start, _text(name.text))
    return Signature(_text(name.text), items[first].start, group.start)


def _text(word: bytes) -> str:
    return word.decode("utf-8", "replace")


def _items(head: bytes) -> list[_Item]:
    items: list[_Item] = []
    depth = opened = 0
    for found in _ITEM.finditer(head):
        text = found.group()
        if text == b"(":
            if depth == 0:
                opened = found.start()
            depth += 1
        elif text == b")" and depth:
            depth -= 1
            if depth == 0:
                items.append(_Item(head[opened : found.end()], opened))
        elif depth == 0:
            items.append(_Item(text, found.start()))
    return items


def _parameters(items: list[_Item]) -> int | None:
    """The index of the group with the parameters: the last that belongs to no attribute."""
    for at in range(len(items) - 1, 0, -1):
        item, before = items[at], items[at - 1]
        if item.text in _NO_FUNCTION:
            return None
        if not item.group:
            continue
        if before.group:
            return at
        plain = before.word and not is_attribute(before.text)
        if plain or _plain_function(items, at):
            return at
    return None


def _plain_function(items: list[_Item], at: int) -> bool:
    """`int __foo(void)`: the group follows a name that only looks like an attribute."""
    name = items[at - 1]
    if not name.word or at < 2:
        return False
    before = items[at - 2]
    if before.group:
        return False
    return before.text == b"*" or (before.word and before.text not in _NO_FUNCTION)


def _first(items: list[_Item], name: int) -> int:
    """The index of the signature's first word."""
    first = name
    while first > 0:
        item = items[first - 1]
        if item.word or item.text == b"*":
            first -= 1
        elif item.group and first > 1 and _decorates(items[first - 2].text):
            first -= 2
        else:
            break
    return first


def _decorates(word: bytes) -> bool:
    return is_attribute(word) or word in TYPEOF


def _macro_name(macro: bytes, group: bytes) -> str:
    words = []
    for argument in group[1:-1].split(b","):
        argument = argument.strip()
        if not re.fullmatch(rb"\w+", argument) or argument in PRIMITIVES:
            break
        words.append(_text(argument))
    if not words:
        return ""
    if _SYSCALL.match(macro):
        return ("compat_sys_" if b"COMPAT" in macro else "sys_") + words[0]
    if macro.startswith(b"BPF_CALL"):
        return words[0]
    return "_".join(words)

"""Which functions of a file are handed over to be called, in which context, and who waits for them.

Found in the file's text, without reading its functions: `INIT_WORK(&foo->work, foo_work)`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from reviewbot.csource import syntax as c
from reviewbot.csource.facts import Facts, Registers
from reviewbot.csource.sight import Sight
from reviewbot.csource.words import beginning_word, called_at, places

_WORD = re.compile(rb"[A-Za-z_]\w*\Z")
_LAST = re.compile(r"\w+\Z")
_SET = rb"struct\s+%s\s+\w+\s*(?:\[\w*\])?\s*=\s*\{"
_MEMBER = re.compile(rb"\.(\w+)\s*=\s*&?(\w+)")
_LONGEST = 4000
"""So much text may stand between the braces of one set of operations, bytes."""


class Handler(NamedTuple):
    """`function` is called in `context` (a resource); `on` is the last word of what it is known
    by (`work` for &foo->work, "" for nothing), `by` what hands it over."""

    function: str
    context: str
    on: str
    by: str

    @property
    def is_operation(self) -> bool:
        return "." in self.by[1:]


def handlers(sight: Sight) -> tuple[Handler, ...]:
    """All that the file of a function hands over."""
    return _in_text(sight.file.text, sight.words, sight.facts)


def runs_as(sight: Sight) -> tuple[Handler, ...]:
    """How the function itself is handed over, in the text's order."""
    name = sight.function.name
    if not _is_value(sight.file.text, name.encode()):
        return ()  # so it is with most: there is no need to read who hands over what
    return tuple(each for each in handlers(sight) if each.function == name)


def _is_value(text: bytes, name: bytes) -> bool:
    """Whether the name stands somewhere without being called or defined there."""
    ends = (at + len(name) for at in places(text, name))
    return any(text[end : end + 1] != b"(" for end in ends)


def waited_for(sight: Sight, call: c.Expr) -> Iterator[Handler]:
    """The handlers that a call waits for or calls itself, where it is clear which they are."""
    fact = sight.facts.functions.get(call.name)
    if fact is None or not fact.waits_for:
        return
    arg = call.args[fact.waits_at - 1].bare.text if fact.waits_at <= len(call.args) else ""
    for context in fact.waits_for:
        these = [each for each in handlers(sight) if each.context == context]
        if any(each.is_operation for each in these):
            yield from these
            continue
        if any(each.on for each in these):
            these = [each for each in these if each.on == _last(arg)]
        if len({each.function for each in these}) == 1:
            yield these[0]


@lru_cache(maxsize=16)
def _in_text(text: bytes, words: frozenset[str], facts: Facts) -> tuple[Handler, ...]:
    """`words` are those that may stand in the text: most names of what hands over do not."""
    known = tuple(each for each in facts.handlers if each.first in words)
    return (*_by_calls(text, known), *_by_members(text, known))


def _by_calls(text: bytes, known: tuple[Registers, ...]) -> Iterator[Handler]:
    for name in dict.fromkeys(each.name for each in known if each.where):
        for at in called_at(text, name.encode()):
            args = _arguments(text, at)
            yield from (h for each in known if each.name == name for h in _handed(each, args))


def _handed(each: Registers, args: list[bytes]) -> Iterator[Handler]:
    if each.where and each.where <= len(args):
        name = args[each.where - 1].lstrip(b"&")
        on = args[each.on - 1].decode(errors="replace") if 0 < each.on <= len(args) else ""
        if _WORD.match(name) and name != b"NULL":
            yield Handler(name.decode(), each.context, _last(on), each.name)


def _arguments(text: bytes, at: int) -> list[bytes]:
    """The arguments of a call whose parenthesis opens before `at`; [] where it does not close."""
    args, depth, start = [], 0, at
    for end in range(at, min(len(text), at + _LONGEST)):
        char = text[end : end + 1]
        if char in b"([{":
            depth += 1
        elif char in b")]}" and depth:
            depth -= 1
        elif (char == b"," and not depth) or char == b")":
            args.append(b" ".join(text[start:end].split()))
            start = end + 1
            if char == b")":
                return args
    return []


def _by_members(text: bytes, known: tuple[Registers, ...]) -> Iterator[Handler]:
    operations = {each.name: each for each in known if not each.where}
    for type in dict.fromkeys(name.partition(".")[0] for name in operations):
        if not type:
            continue
        for match in beginning_word(re.compile(_SET % type.encode()), text):
            body = text[match.end() : match.end() + _LONGEST].partition(b"};")[0]
            for member in _MEMBER.finditer(body):
                each = operations.get(f"{type}.{member[1].decode()}")
                if each is not None:
                    yield Handler(member[2].decode(), each.context, "", each.name)
    for name in (name for name in operations if name.startswith(".")):
        for match in re.finditer(rb"\%s\s*=\s*&?(\w+)\s*;" % name.encode(), text):
            on = _last(text[max(0, match.start() - 80) : match.start()].decode(errors="replace"))
            yield Handler(match[1].decode(), operations[name].context, on, name)


def _last(text: str) -> str:
    found = _LAST.search(text)
    return found[0] if found else ""

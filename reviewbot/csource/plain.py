"""Whether a function is plain C as it stands, so that the pre-pass has nothing to rewrite."""

from __future__ import annotations

import re
from functools import lru_cache

from reviewbot.csource.tokens import TOKEN
from reviewbot.csource.vocabulary import (
    AGGREGATES,
    ASM,
    ATTRIBUTES,
    CALLED_ATTRIBUTES,
    LOOP,
    NUMBER,
    OPERATORS,
    PRIMITIVES,
    QUALIFIERS,
    SCOPED,
    STORAGE,
    TYPEOF,
    UPPER,
    is_type_name,
)

_TOKEN = re.compile(rb"[A-Za-z_]\w*+(?:(?:->|\.)[A-Za-z_]\w*+)*+|" + TOKEN.pattern, re.S)
"""A member goes with what it is a member of, as one word."""
_DECORATING = {word for word in STORAGE | QUALIFIERS if word.startswith(b"__")}
_LOOKED_AT = {b"auto", b"__auto_type", b"_Generic", b"__free", b"__label__"} | _DECORATING
_REWRITTEN = ATTRIBUTES | CALLED_ATTRIBUTES | TYPEOF | OPERATORS | _LOOKED_AT
_LETTERS = {
    **dict.fromkeys((STORAGE | QUALIFIERS) - _DECORATING, "q"),
    **dict.fromkeys(AGGREGATES, "a"),
    **dict.fromkeys(PRIMITIVES, "p"),
    **dict.fromkeys((b"if", b"while", b"for", b"switch", b"do", b"else"), "k"),
    **dict.fromkeys((b"return", b"break", b"continue"), "j"),
    **dict.fromkeys((b"case", b"default"), "c"),
    **dict.fromkeys((b"&", b"+", b"-", b"++", b"--"), "m"),
    **{sign: sign.decode() for sign in (b"(", b")", b"{", b"}", b"[", b"]", b";", b",", b":")},
    **{sign: sign.decode() for sign in (b"?", b"=", b".", b"*")},
    **dict.fromkeys(_REWRITTEN, "x"),
    b"goto": "g",
    b"sizeof": "z",
    b"&&": "A",
    b"...": "e",
}
"""What a token may mean to the pre-pass, a letter each; `letter` says what the others get."""


@lru_cache(maxsize=1 << 13)
def letter(token: bytes) -> str:
    """The letter of a token: x for what is always looked at, t for a type by its name, u for a
    word in capitals, v for one with two underscores, w for any other word, s for a string, n
    for a number, o for an operator."""
    known = _LETTERS.get(token)
    if known is not None:
        return known
    first = token[:1]
    if first == b'"':
        return "s"
    if first.isalpha() or first == b"_":
        return _word(token)
    if first.isdigit():
        return "n" if NUMBER.match(token) else "x"
    return "n" if first == b"'" else "o"


def _word(word: bytes) -> str:
    if is_type_name(word):
        return "t"
    if word.startswith(b"while_") or ASM.match(word) or LOOP.search(word) or SCOPED.search(word):
        return "x"
    if word.startswith(b"__"):
        return "v"
    return "u" if UPPER.match(word) else "w"


def _group(depth: int) -> str:
    """A (...) group without a semicolon, with so many groups inside of each other."""
    inner = f"|{_group(depth - 1)}" if depth else ""
    return rf"\((?:[^();]++{inner})*+\)"


_HEAD = re.compile(r"[wtpaq*]+[wtuv]\([^(){}xsAv]*+\)(?=\{)")
"""`static int *name(int a)`"""
_VALUES = re.compile(r"=\{(?:[^(){}xesA]++|(?<=[=,{])s)*+\}")
"""`= { .a = 1, .b = "b" }`"""
_ODD = re.compile(
    "|".join(
        (
            r"[xe]|g\*",
            r"[wtuvpaq]:\}",  # a label at the end of a block
            r"\][wtuv]",
            r"(?<![wtuvz)\]])\(t\)[m*A]",  # (u32)&x
            r"[(,={?:j]A",  # &&label
            r"[wtuvpaq][wtuvpaqkjcgz]s|s[wtuvp]\(|\)s",  # KERN_INFO NAME "text"
            rf"[wtuvp](?=\()(?!{_group(7)}(?![{{}}=wtuvpaqkjcgz]))",  # MACRO(x) without a semicolon
            r"q[wtuvp]?\(|a\(",  # static DEFINE_IDA(ida);
            r",[,)]|\(,",  # an argument that is empty
            r"[(,][jg]|,k",  # one that is a statement
            # a type, or an operator
            r"(?:[wtuvp]\(|,)(?:[paq.{]|[om*=A][,)]|[wtuvzck](?:[*q]+[,)]|[wtuvpaqkjcgz]))",
        )
    )
)
"""Wherever one of these is found, the pre-pass may have something to do. It may well have not."""


def is_plain(text: bytes) -> bool:
    """Asked of a function's text, without its comments. Where it says yes, the pre-pass would
    leave the text as it is."""
    shape = "".join(map(letter, _TOKEN.findall(text)))
    head = _HEAD.match(shape)
    return head is not None and not _ODD.search(_VALUES.sub("=n", shape[head.end() :]))

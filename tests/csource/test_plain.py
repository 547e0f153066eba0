"""What is called plain is what the pre-pass leaves as it is."""

from __future__ import annotations

import random

import pytest

from reviewbot.csource.locate import functions_in
from reviewbot.csource.normalise import rewritten
from reviewbot.csource.plain import is_plain
from reviewbot.csource.preprocessor import live
from tests.csource.test_normalise import BETWEEN, HEADS, IDIOMS, wrapped

PLAIN = (
    "struct lumo *p = dev_get_drvdata(dev);\n\tint ret = 0, i;",
    "if (p && !p->count)\n\t\treturn -EINVAL;",
    'for (i = 0; i < 4; i++)\n\t\tpr_info("%d\\n", i);',
    "p->count = (u32)readl(p->base + 4) & 0xff;\n\tkfree(p);",
    "struct lumo_cfg cfg = { .mode = 1, .name = \"a\" };\n\tlumo_set(p, &cfg, sizeof(cfg));",
    "switch (n) {\n\tcase LUMO_ON:\n\t\tgo(p, (int *)n);\n\tdefault:\n\t\tgoto out;\n\t}",
    "do {\n\t\tcpu_relax();\n\t} while (!done(p->q[i].state, 'a'));",
)  # fmt: skip
TOKENS = """
    ( ( ( ( ) ) ) ) { } } ; ; ; , , , * * & && = == . -> [ ] ? : + - ++ ! | ... "s" 'c' 1 0x1 4WAY
    a b p u32 __u32 foo_t int struct char const static return goto case default if else while do
    for sizeof FOO BAR() go( go( FOO( list_for_each( __user __free( typeof( asm( __func__ guard(
    __label__ auto offsetof( while_each( scoped_guard( volatile __inline break
""".split()


def unchanged(text: bytes) -> bool:
    """Whether the long way leaves every function of the text as it is, or none is called plain."""
    for place in functions_in(text):
        piece = text[place.start : place.end]
        if not place.signature.macro and is_plain(piece):
            found = rewritten(piece, place)
            if found.text != piece or found.marks:
                return False
    return True


@pytest.mark.parametrize("code", PLAIN)
def test_ordinary_code_is_plain(code: str) -> None:
    assert is_plain(wrapped(code))
    assert unchanged(wrapped(code))


@pytest.mark.parametrize("code", [code for code, _ in IDIOMS])
def test_no_idiom_is_taken_for_plain(code: str) -> None:
    assert unchanged(live(wrapped(code)).text)


@pytest.mark.parametrize("head", [*HEADS, *BETWEEN])
def test_no_head_is_taken_for_plain(head: str) -> None:
    assert unchanged(live(f"{head}\n{{\n\treturn go();\n}}\n".encode()).text)


@pytest.mark.parametrize("seed", range(40))
def test_nor_is_anything_else_that_tokens_make(seed: int) -> None:
    pick = random.Random(seed)
    for _ in range(100):
        code = " ".join(pick.choices(TOKENS, k=pick.randrange(1, 14)))
        lines = code.replace(" ;", ";\n") if pick.random() < 0.5 else code
        assert unchanged(wrapped(f"go(p);\n\t{lines}\n\treturn;")), lines

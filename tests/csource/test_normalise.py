"""The pre-pass: every idiom is read for what it is, and no byte moves."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from reviewbot.csource.locate import functions_in
from reviewbot.csource.normalise import normalise
from reviewbot.csource.parse import parse_file
from reviewbot.csource.preprocessor import live
from tests.csource.outline import outline

HERE = Path(__file__).resolve().parent


def idioms() -> list[tuple[str, str]]:
    text = (HERE / "idioms.txt").read_text()
    blocks = [block for block in text.split("\n\n") if not block.startswith("#")]
    found = []
    for block in blocks:
        code, _, expected = block.rstrip("\n").partition("\n=> ")
        found.append((code, expected))
    return found


IDIOMS = idioms()


def wrapped(code: str) -> bytes:
    return f"void f(void)\n{{\n\t{code}\n}}\n".encode()


def test_the_table_is_read() -> None:
    assert len(IDIOMS) > 95
    assert all(code and expected for code, expected in IDIOMS)


@pytest.mark.parametrize(("code", "expected"), IDIOMS)
def test_idiom(code: str, expected: str) -> None:
    function = parse_file("pump.c", wrapped(code)).function("f")
    assert function is not None
    assert function.readable
    assert outline(function) == expected


@pytest.mark.parametrize("code", [code for code, _ in IDIOMS])
def test_length_is_kept_and_line_ends_with_it(code: str) -> None:
    text = live(wrapped(code)).text
    assert len(text) == len(wrapped(code))
    for place in functions_in(text):
        piece = text[place.start : place.end]
        rewritten = normalise(piece, place)
        assert len(rewritten.text) == len(piece)
        for offset, mark in rewritten.marks.items():
            gone = rewritten.text[offset : offset + 1].isspace()
            assert gone is (mark.kind == "free")
        for before, after in zip(piece, rewritten.text, strict=True):
            assert (after == 0x0A) <= (before == 0x0A)  # a line may end in ; but none is added


HEADS = {
    "int f(void)": ("f", "int", "", False),
    "static int f(struct a *p, u32 n, ...)": ("f", "int", "struct a * p, u32 n", True),
    "static struct foo *f(void)": ("f", "struct foo *", "", True),
    "const char **f(int a[], char *const argv[])": (
        "f", "const char **", "int * a, char ** argv", False,
    ),
    "static int __init f(void)": ("f", "int", "", True),
    "static struct foo __init *f(void)": ("f", "struct foo *", "", True),
    "static __always_inline void f(void)": ("f", "void", "", True),
    "static noinline_for_stack int f(void)": ("f", "int", "", True),
    "asmlinkage __visible void f(void)": ("f", "void", "", False),
    "int __maybe_unused f(struct a *p __always_unused, int __maybe_unused b)": (
        "f", "int", "struct a * p, int b", False,
    ),
    "static void f(struct a *p)\n\t__must_hold(&p->lock)": ("f", "void", "struct a * p", True),
    "void f(struct a *p) __acquires(&p->lock) __releases(RCU)": (
        "f", "void", "struct a * p", False,
    ),
    "__printf(1, 2)\nstatic void f(const char *fmt, ...)": ("f", "void", "const char * fmt", True),
    "static __printf(1, 2) void f(const char *fmt)": ("f", "void", "const char * fmt", True),
    "static int __attribute__((unused)) f(void)": ("f", "int", "", True),
    "static __attribute__((noinline)) int f(void)": ("f", "int", "", True),
    "STATIC int INIT f(void)": ("f", "int", "", False),
    "static u64 __f(void)": ("__f", "u64", "", True),
    "void __user *f(char __iomem *q)": ("f", "void *", "char * q", False),
    "__be32 f(__be32 a)": ("f", "__be32", "__be32 a", False),
    "static typeof(int) f(void)": ("f", "typeof(int)", "", True),
    "int (*f(long a))(int b)": ("f", "int (*)()", "long a", False),
    "static void\nf(void)": ("f", "void", "", True),
    "int f(int (*cb)(void *, int))": ("f", "int", "int (*)() cb", False),
    "SYSCALL_DEFINE0(sync)": ("sys_sync", "long", "", False),
    "SYSCALL_DEFINE3(read, unsigned int, fd, char __user *, buf, size_t, n)": (
        "sys_read", "long", "unsigned int fd, char * buf, size_t n", False,
    ),
    "COMPAT_SYSCALL_DEFINE1(stat, struct x *, b)": (
        "compat_sys_stat", "long", "struct x * b", False,
    ),
    "BPF_CALL_2(bpf_look, u32, a, void *, b)": ("bpf_look", "long", "u32 a, void * b", False),
    "TEST(probe)": ("probe", "", "", False),
    "TEST_F(pump, probe)": ("pump_probe", "", "", False),
    "static DEFINE_SHOW(speed)": ("speed", "", "", True),
    "union u f(void)": ("f", "union u", "", False),
    "bool f(void) __attribute__((const))": ("f", "bool", "", False),
}  # fmt: skip


@pytest.mark.parametrize("head", HEADS)
def test_signature(head: str) -> None:
    (function,) = parse_file("pump.c", f"{head}\n{{\n\treturn go();\n}}\n".encode()).functions()
    params = ", ".join(f"{each.type} {each.name}" for each in function.params)
    assert (function.name, function.returns, params, function.static) == HEADS[head]
    assert function.readable
    assert outline(function) == "return go();"


BETWEEN = [
    "EXPORT_SYMBOL(g)",
    "EXPORT_SYMBOL_GPL(g);",
    "module_init(g);",
    "fs_initcall(g)",
    'MODULE_LICENSE("GPL");',
    "static DEFINE_MUTEX(lock);",
    "static DEFINE_PER_CPU(struct foo, bar) = { 1 };",
    "struct s { DECLARE_BITMAP(x, 3); int b; } __packed;",
    "struct __packed s { int a; };",
    "struct s {\n\tint (*open)(int);\n};",
    "#define M(x) do { \\\n\tg(x); \\\n} while (0)",
    "TRACE_EVENT(foo, TP_PROTO(int a), TP_fast_assign({ x; }));",
    "DEFINE_FREE(foo, struct foo *, if (_T) put(_T))",
    "DEFINE_GUARD(foo, struct foo *, lock(_T), unlock(_T))",
    "static const struct ops o = { .open = g,\n\t.close = h };",
    "static int a[] = { 1,\n\t2 };",
    'extern "C" {',
    "/* it's { */ // don't {",
    'const char *s = "{ \\" {";',
    "const char c = '{';",
    "enum e { A, B };",
    'define_machine(maple) {\n\t.name = "m",\n};',
    "int g(void);",
    "#if 0\nint f(int a)\n{\n#endif",
]


@pytest.mark.parametrize("code", BETWEEN)
def test_what_stands_between_functions_hides_none(code: str) -> None:
    source = parse_file("pump.c", f"{code}\nint f(void)\n{{\n\tgo();\n}}\n".encode())
    assert source.names == ("f",)
    (function,) = source.functions()
    assert function.readable
    assert function.line == code.count("\n") + 2


@pytest.mark.parametrize("seed", range(40))
def test_no_bytes_break_it(seed: int) -> None:
    chance = random.Random(seed)
    text = bytearray(b"\n".join(wrapped(code) for code, _ in IDIOMS))
    for _ in range(chance.randrange(1, 60)):
        at = chance.randrange(len(text))
        match chance.randrange(4):
            case 0:
                text[at] = chance.randrange(256)
            case 1:
                del text[at : at + chance.randrange(40)]
            case 2:
                text[at:at] = chance.choice(
                    (b"{", b"}", b"(", b")", b'"', b"'", b"/*", b"#if\n", b"#else\n", b"\\\n", b";")
                )
            case 3:
                text[at:at] = bytes(chance.randrange(256) for _ in range(5))
    source = parse_file("pump.c", bytes(text[: chance.randrange(len(text))]))
    last = bytes(text).count(b"\n") + 1
    for function in source.functions():
        assert 1 <= function.line <= function.end_line <= last
        outline(function)


def test_a_broken_function_leaves_its_neighbours_alone() -> None:
    text = b"""int one(void)
{
\treturn 1;
}

int broken(void)
{
\tif (x {
\t\ty(;
}

int two(void)
{
\treturn 2;
}
"""
    source = parse_file("pump.c", text)
    assert [(each.name, each.readable) for each in source.functions()] == [
        ("one", True),
        ("broken", False),
        ("two", True),
    ]

"""What a patch adds to the names that a file declares, and what it uses."""

from __future__ import annotations

import pytest

from reviewbot.csource.newnames import named, new_names
from reviewbot.csource.parse import parse_file

ALL = range(1, 100)


def _new(path: str, text: str) -> list[tuple[str, int, bool]]:
    file = parse_file(path, text.encode(), frozenset())
    return sorted((new.name, new.line, new.local) for new in new_names(file, ALL))


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        ("a.h", "#define TERN_MAX 4\n", [("TERN_MAX", 1, False)]),
        ("a.c", "#define TERN_MAX 4\n", [("TERN_MAX", 1, True)]),
        (
            "a.h",
            "int tern_dive(struct tern *t,\n\t      int deep);\n",
            [("tern_dive", 1, False)],
        ),
        ("a.h", "struct tern *\ntern_get(void) __must_check;\n", [("tern_get", 2, False)]),
        ("a.c", "static void tern_up(void);\n", [("tern_up", 1, True)]),
        ("a.h", "static inline void tern_up(void)\n{\n}\n", [("tern_up", 1, False)]),
        ("a.c", "static int tern_up(void)\n{\n\treturn 0;\n}\n", [("tern_up", 1, True)]),
        ("a.c", "int tern_up(void)\n{\n\tint a = f(0);\n\n\treturn a;\n}\n", []),
        ("a.h", "/* int tern_up(void); */\ntypedef int (*tern_fn)(void);\n", []),
    ],
)
def test_declared_names(path: str, text: str, expected: list[tuple[str, int, bool]]) -> None:
    assert _new(path, text) == expected


def test_only_the_added_lines_count() -> None:
    file = parse_file("a.h", b"#define TERN_MIN 1\n#define TERN_MAX 4\n", frozenset())
    assert [new.name for new in new_names(file, {2})] == ["TERN_MAX"]


def test_names_in_use_are_calls_and_words_in_capitals() -> None:
    text = b"int f(void)\n{\n\tg(TERN_MAX, x->h(), ABC);\n\treturn tern; /* k() */\n}\n"
    file = parse_file("a.c", text, frozenset())
    assert list(named(file, ALL)) == [("g", 3), ("TERN_MAX", 3)]
    assert not list(named(file, {4}))

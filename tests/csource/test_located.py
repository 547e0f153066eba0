"""What is found with another text's functions at hand is what is found without."""

from __future__ import annotations

import pytest

from reviewbot.csource.locate import functions_in
from reviewbot.csource.located import located

FILE = b"""
struct lumo {
\tint count;
};

static int lumo_get(struct lumo *p)
{
\tif (p) {
\t\treturn p->count;
\t}
\treturn 0;
}

static const struct ops lumo_ops = {
\t.get = lumo_get,
};

int lumo_one(struct lumo *p) { return p->count; }
SYSCALL_DEFINE1(lumo, int, nr)
{
\treturn nr;
}
module_init(lumo);

static void lumo_put(struct lumo *p)
{
\tp->count--;
}
"""
WHERE = (b"if (p)", b"\treturn 0", b"static const", b"int lumo_one", b"p->count--", b"}\n\nstatic")
WHAT = (b"\tgo();\n", b"{", b"}", b"\n}\n", b"(", b")", b'"', b"=", b";", b"int g(void)\n{\n}\n")


@pytest.mark.parametrize("where", WHERE)
@pytest.mark.parametrize("what", WHAT)
def test_what_is_carried_over_is_what_would_be_found(where: bytes, what: bytes) -> None:
    edited = FILE.replace(where, what + where, 1)
    for before, after in ((FILE, edited), (edited, FILE)):
        found = located(after, located(before))
        assert _bounds(found.places) == _bounds(tuple(functions_in(after)))


@pytest.mark.parametrize("other", [b"", b"\n", FILE, FILE + FILE, FILE[200:], FILE[:-200]])
def test_texts_that_have_much_or_nothing_in_common(other: bytes) -> None:
    assert _bounds(located(FILE, located(other)).places) == _bounds(tuple(functions_in(FILE)))
    assert _bounds(located(other, located(FILE)).places) == _bounds(tuple(functions_in(other)))


def test_a_brace_that_closes_only_further_on_is_searched_for_again() -> None:
    """Where the count says one thing and column 0 another, the place hangs on what follows."""
    before = b"int f(void)\n{\n\tif (a) {\n\tgo(); }\n\t}\nint g(void)\n{\n}\n"
    after = before.replace(b"int g(void)\n{\n}\n", b"\n}\n")
    assert _bounds(located(after, located(before)).places) == _bounds(tuple(functions_in(after)))


def _bounds(places: tuple[object, ...]) -> list[tuple[object, ...]]:
    names = ("name", "start", "brace", "end")
    return [tuple(getattr(place, name) for name in names) for place in places]

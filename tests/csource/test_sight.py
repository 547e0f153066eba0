"""What one side of a patch may say where the other cannot be followed, and whom it calls."""

from __future__ import annotations

from dataclasses import replace

from reviewbot.csource.factfile import load_facts
from reviewbot.csource.parse import parse_file
from reviewbot.csource.sight import Side, Sight
from reviewbot.resources import rules_dir

FACTS = load_facts(rules_dir() / "facts")


def _sight(text: str, other: Sight | None = None) -> Sight:
    file = parse_file("lumo.c", text.encode(), frozenset())
    function = file.function("f")
    assert function is not None and function.readable
    return Sight(function, file, Side("after", {file.path: file}), frozenset(), FACTS, other)


USED = "int f(struct lumo *p)\n{\n%s\n\tkfree(p);\n\treturn p->a;\n}\n"
MANY = "\n".join(f"\tif (a{n}())\n\t\tp->x{n} = 1;\n\telse\n\t\tp->x{n} = 0;" for n in range(9))
ASKED = "\n".join(f"\tif (p->x{n})\n\t\tb{n}();" for n in range(9))


def test_a_side_says_nothing_where_the_other_has_too_many_paths() -> None:
    """What it shows may have been there before, where nobody could see it."""
    simple = _sight(USED % "")
    assert simple.paths.complete and simple.paths.uses
    tangled = _sight(USED % f"{MANY}\n{ASKED}")
    assert not tangled.paths.complete
    both = replace(simple, other=tangled)
    assert not both.paths.complete and not both.paths.uses


def test_callees_are_those_in_sight_each_once() -> None:
    text = """
static void c(void) { f(0); }
static void b(void) { c(); }
static void a(void) { b(); gone(); }
int f(int n) { a(); a(); return n; }
"""
    assert [callee.name for callee in _sight(text).callees()] == ["a", "b"]
    assert [callee.name for callee in _sight(text).callees(3)] == ["a", "b", "c"]


def test_what_lies_in_what_its_own_member_leads_to() -> None:
    text = """
static int probe(struct net_device *ndev)
{
	struct lumo *p = netdev_priv(ndev);

	p->netdev = ndev;
	p->%s = ndev;
	return 0;
}
int f(struct lumo *p)
{
	free_netdev(p->netdev);
	return p->a;
}
"""
    assert [use.key for use in _sight(text % "other").paths.uses] == ["p"]
    assert not _sight(text.replace("p->netdev = ndev;", "") % "other").paths.uses

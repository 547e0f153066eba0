"""What is gone stays gone under all its names, and calls that free say on which outcome."""

from __future__ import annotations

from functools import cache

import pytest

from reviewbot.csource.factfile import load_facts
from reviewbot.csource.facts import Facts
from reviewbot.csource.outcomes import Outcomes
from reviewbot.csource.parse import parse_file
from reviewbot.csource.paths import Paths, walk
from reviewbot.csource.summaries import FunctionSource, Summaries
from reviewbot.resources import rules_dir


@cache
def _facts() -> Facts:
    return load_facts(rules_dir() / "facts")


def _walk(text: str, name: str = "f") -> Paths:
    file = parse_file("drivers/misc/brisk.c", text.encode(), frozenset())
    function = file.function(name)
    assert function is not None and function.readable
    known = Outcomes(_facts(), Summaries(_facts(), FunctionSource([file], {})), {})
    return walk(function, _facts(), known)


def _uses(body: str, before: str = "") -> list[tuple[str, str]]:
    paths = _walk(f"{before}\nint f(struct brisk *p, struct sk_buff *skb)\n{{\n{body}\n}}\n")
    return [(use.kind, use.key) for use in paths.uses if use.kind in ("freed", "again")]


@pytest.mark.parametrize(
    ("body", "key"),
    [
        ("kfree(p); return p->a;", "p"),
        ("struct alg *q = &p->alg; kfree(p); return q->id;", "q"),
        ("struct brisk *q = p; kfree(q); return p->a;", "p"),
        ("struct hdr *h = (void *)skb->data; netif_rx(skb); return h->kind;", "h"),
        ("kfree(p); return brisk_id(p);", "p"),
        ("kfree(p->buf); return *(p->buf + 1);", "p->buf"),
    ],
)
def test_used_after_its_end(body: str, key: str) -> None:
    assert ("freed", key) in _uses(body)


@pytest.mark.parametrize(
    "body",
    [
        "kfree(p); p = brisk_next(); return p->a;",
        "kfree(p->buf); p->buf = NULL; return brisk_id(p->buf);",
        "kfree(p->buf); brisk_refill(p); return p->buf[0];",
        'kfree(p); pr_debug("%p\\n", p); return 0;',
        "struct alg *q = &p->alg; q = brisk_alg(); kfree(p); return q->id;",
        "kfree_rcu(p, rcu); return p->a;",
    ],
)
def test_not_used_after_its_end(body: str) -> None:
    assert _uses(body) == []


def test_a_callee_that_frees_only_when_it_fails() -> None:
    callee = """
static int g(struct sk_buff *skb, int n)
{
	if (n) {
		kfree_skb(skb);
		return -EINVAL;
	}
	return 0;
}
"""
    failed = "if (g(skb, p->n)) { kfree_skb(skb); return -EINVAL; } return 0;"
    worked = "if (g(skb, p->n)) return -EINVAL; kfree_skb(skb); return 0;"
    assert _uses(failed, callee) == [("again", "skb")]
    assert _uses(worked, callee) == []


def test_a_loop_that_steps_on_from_what_it_freed() -> None:
    loop = "struct job *j, *n; %s kfree(j); return 0;"
    assert _uses(loop % "list_for_each_entry(j, &p->jobs, e)") == [("freed", "j")]
    assert _uses(loop % "list_for_each_entry_safe(j, n, &p->jobs, e)") == []


def test_what_an_exit_leaves_pointing_to_freed_memory() -> None:
    paths = _walk("int f(struct brisk *p)\n{\n\tkfree(p->buf);\n\treturn -EIO;\n}\n")
    assert [text for exit in paths.exits for text, _ in exit.freed] == ["p->buf"]

"""Code in messages: blanks where an author would put them, and nowhere else."""

from __future__ import annotations

import pytest

from reviewbot.spacing import spaced


@pytest.mark.parametrize(
    ("told", "shown"),
    [
        ("foo_version(foo)>FOO_V2 is true", "foo_version(foo) > FOO_V2 is true"),
        ("clk_bulk_put(n,clks) is not", "clk_bulk_put(n, clks) is not"),
        ("readl(base)&FOO_BUSY is true", "readl(base) & FOO_BUSY is true"),
        ("raw&FOO_BUSY is true", "raw & FOO_BUSY is true"),
        ("a->n+1>=b->n is false", "a->n + 1 >= b->n is false"),
        ("flags|BIT(1) is used", "flags | BIT(1) is used"),
        ("(ret=foo())<0 is true", "(ret = foo()) < 0 is true"),
        ("a&&!b is true", "a && !b is true"),
        ("n<<2 is used", "n << 2 is used"),
        ("foo(&a->b,-1) fails", "foo(&a->b, -1) fails"),
        ("foo(a,&b) fails", "foo(a, &b) fails"),
    ],
)
def test_operators_and_commas_get_their_blanks(told: str, shown: str) -> None:
    assert spaced(told) == shown
    assert spaced(shown) == shown


@pytest.mark.parametrize(
    "told",
    [
        'pr_info("lantern: a,b %d&c") leaves its line open',
        "strchr(name, ',') returns NULL",
        "p is reference-counted, then i++ is negative",
        "kfree((void *)&foo->bar) frees it",
        "*p->q is used by foo()",
        "--i is negative",
        "returns -EINVAL",
        "__free(kfree) cleans up",
    ],
)
def test_strings_signs_and_prose_stay_as_they_are(told: str) -> None:
    assert spaced(told) == told

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
        "path_put(&p->root); return p->a;",
        "struct sock *sk = brisk_sk(p), *q = p->sk; if (sk == q) { sock_put(sk); use(sk); }"
        " return 0;",
        "struct page *g = p->page; get_page(g); put_page(g); return g->flags;",
        "p->flags &= ~ODD; kfree(p->buf); if (p->flags & ODD) return p->buf[0]; return 0;",
        "kfree(p->buf); p->flags |= ODD; if (p->flags & ODD) return 0; return p->buf[0];",
        "struct urb *u = usb_get_from_anchor(&p->urbs); if (u) { usb_put_urb(u); use(u); }"
        " return 0;",
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


CLEANUP = """
static struct table *table;
static void g(struct brisk *p)
{
	kfree(p->buf);
	if (p->map)
		kfree(p->map);
	if (p->n)
		kfree(p->old);
	kfree(p->ring);
	p->ring = NULL;
	kfree(table);
}
"""


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ("g(p); kfree(p->buf); return 0;", [("again", "p->buf")]),
        ("kfree(p->buf); g(p); return 0;", [("again", "p->buf")]),
        ("g(p); return p->map[0];", [("freed", "p->map")]),
        ("g(p); return table->n;", [("freed", "table")]),
        ("g(p); kfree(p->old); kfree(p->ring); return 0;", []),
        ("g(p); p->buf = new_buf(); return p->buf[0];", []),
        ("g(p); refill(p); return p->buf[0];", []),
        ("struct table *table = p->t; g(p); return table->n;", []),
    ],
)
def test_what_a_callee_frees_of_its_argument(body: str, found: list[tuple[str, str]]) -> None:
    assert _uses(body, CLEANUP) == found


def test_two_names_of_one_thing_are_equal() -> None:
    both = "struct chan *tx = p->tx, *rx = tx; %s chan_free(tx); if (rx != tx) chan_free(rx);"
    callee = "static void chan_free(struct chan *c)\n{\n\tkfree(c);\n}\n"
    assert _uses(both % "", callee) == []
    assert _uses(both % "tx = p->other;", callee) == []


def test_a_loop_that_is_left_by_a_break_starts_anew() -> None:
    body = """
again:
	done = NULL;
	list_for_each_entry(j, &p->jobs, e)
		if (j->done) {
			done = j;
			break;
		}
	if (done) {
		kfree(done);
		goto again;
	}
	return 0;
"""
    assert _uses("struct job *j, *done;" + body) == []
    after = "struct job *j; list_for_each_entry(j, &p->jobs, e) if (j->done) break; kfree(j);"
    assert _uses(after) == [("freed", "j")]
    inside = "struct job *j; list_for_each_entry(j, &p->jobs, e) { kfree(j); continue; } return 0;"
    assert _uses(inside) == [("freed", "j")]


def test_a_callee_that_puts_a_reference_among_other_things() -> None:
    callee = """
static void unlink_sock(struct sock *sk)
{
	list_del(&sk->queue);
	sock_put(sk);
}
static void my_sock_put(struct sock *sk)
{
	sock_put(sk);
}
"""
    body = "struct sock *sk = sock_alloc_one(p); if (!sk) return 0; %s(sk); sk->a = 1; %s return 0;"
    assert _uses(body % ("unlink_sock", "sock_put(sk);"), callee) == []
    assert ("freed", "sk") in _uses(body % ("my_sock_put", ""), callee)


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ("rcu_read_lock(); p = rcu_dereference(q); rcu_read_unlock(); return p->a;", True),
        ("rcu_read_lock(); p = rcu_dereference(q); n = p->a; rcu_read_unlock(); return n;", False),
        (
            "rcu_read_lock(); p = rcu_dereference(q); hold(p); rcu_read_unlock(); return p->a;",
            False,
        ),
        ("p = rcu_dereference(q); rcu_read_unlock(); return p->a;", False),
        (
            "rcu_read_lock(); p = rcu_dereference(q); n = p && keep(p); rcu_read_unlock();"
            " return n ? p->a : 0;",
            False,
        ),
        (
            "mutex_lock(&m); rcu_read_lock(); p = rcu_dereference(q); rcu_read_unlock();"
            " n = p->a; mutex_unlock(&m); return n;",
            False,
        ),
        ("scoped_guard(rcu) { p = rcu_dereference(q); } return p->a;", True),
    ],
)
def test_what_a_section_protects_goes_with_it(body: str, found: bool) -> None:
    assert (("freed", "p") in _uses(f"int n; {body}")) is found


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ("list_add(&p->e, &q->all); kfree(p); return 0;", True),
        ("list_add(&p->e, &q->all); list_del(&p->e); kfree(p); return 0;", False),
        ("list_add(&p->e, &q->all); retire(p); kfree(p); return 0;", False),
        ("LIST_HEAD(mine); list_add(&p->e, &mine); kfree(p); return 0;", False),
        ("list_add(&p->e, &q->all); kfree(q); return 0;", False),
    ],
)
def test_freed_on_a_list(body: str, found: bool) -> None:
    paths = _walk(f"int f(struct brisk *p, struct brisk *q)\n{{\n{body}\n}}\n")
    assert any(use.kind == "linked" for use in paths.uses) is found


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ("schedule_work(&p->w); kfree(p); return 0;", True),
        ("queue_delayed_work(q, &p->poll.w, 9); kfree(p); return 0;", True),
        ("mod_timer(&p->t, 9); timer_delete_sync(&p->t); kfree(p); return 0;", False),
        ("schedule_work(&p->w); stop_all(p); kfree(p); return 0;", False),
        ("schedule_work(&p->w); kfree(q); return 0;", False),
        ("if (!queue_work(q->wq, &p->w)) kfree(p); return 0;", False),
    ],
)
def test_freed_while_it_is_set_going(body: str, found: bool) -> None:
    paths = _walk(f"int f(struct brisk *p, struct brisk *q)\n{{\n{body}\n}}\n")
    assert any(use.kind == "armed" for use in paths.uses) is found


def test_a_lookup_puts_what_it_goes_on_from() -> None:
    text = """
int f(struct device *dev)
{
	struct device_node *a, *b;
	%s
	a = of_find_node_by_name(%s, "a");
	of_node_put(a);
	return 0;
}
"""
    kinds = [
        [use.kind for use in _walk(text % asked).uses]
        for asked in (
            ("", "dev->of_node"),
            ("of_node_get(dev->of_node);", "dev->of_node"),
            ("", "NULL"),
        )
    ]
    assert kinds == [["lent"], [], []]
    twice = (text % ("", "NULL")).replace("return 0;", "a = of_find_all_nodes(NULL); return a->n;")
    assert [use.key for use in _walk(twice).uses if use.kind == "freed"] == []
    both = 'b = of_find_node_by_name(NULL, "b");'
    paths = _walk((text % (both, "b")).replace("return 0;", "of_node_put(b); return 0;"))
    assert [(use.kind, use.key) for use in paths.uses] == [("again", "b")]


def test_a_clean_up_that_takes_no_error_pointer() -> None:
    body = "%s *p __free(%s) = %s; if (IS_ERR(p)) return PTR_ERR(p); return use(p);"
    task = ("struct task_struct", "put_task", 'kthread_create(g, q, "x")')
    words = ("char", "kfree", "memdup_user(q, 8)")
    kinds = [
        [use.kind for use in _walk(f"int f(char *q)\n{{\n{body % case}\n}}\n").uses]
        for case in (task, words)
    ]
    assert kinds == [["scoped"], []]


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ("h = skb->data; if (!pskb_may_pull(skb, 8)) return 0; return h->kind;", True),
        ("h = skb->data; if (!pskb_may_pull(skb, 8)) return h->kind; return 0;", False),
        ("h = (void *)(ip_hdr(skb) + 1); if (skb_cow(skb, 8)) return 0; return h->kind;", True),
        ("h = ip_hdr(skb); if (skb_cow(skb, 8)) return 0; h = ip_hdr(skb); return h->kind;", False),
        ("n = skb_network_header(skb) - skb->data; skb_linearize(skb); return use(n);", False),
        ("h = &skb->cb[0]; if (skb_linearize(skb)) return 0; return h->kind;", False),
        ("h = other->data; if (skb_linearize(skb)) return 0; return h->kind;", False),
    ],
)
def test_what_points_into_data_that_moves(body: str, found: bool) -> None:
    assert bool(_uses(f"struct hdr *h; int n; {body}")) is found


def test_what_an_exit_leaves_pointing_to_freed_memory() -> None:
    paths = _walk("int f(struct brisk *p)\n{\n\tkfree(p->buf);\n\treturn -EIO;\n}\n")
    assert [text for exit in paths.exits for text, _ in exit.freed] == ["p->buf"]


UNLOADS = """
static void brisk_unload(struct brisk *p)
{
	if (p->map)
		%s(p->map);
	brisk_show(p);
}
"""


@pytest.mark.parametrize(("free", "told"), [("put_page", []), ("kfree", [("again", "p->map")])])
def test_a_put_may_leave_another_reference_for_a_callee(
    free: str, told: list[tuple[str, str]]
) -> None:
    assert _uses(f"{free}(p->map);\nbrisk_unload(p);\nreturn 0;", UNLOADS % free) == told

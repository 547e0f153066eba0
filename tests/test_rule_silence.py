"""What rules leave alone though it looks like a fault, each with a near miss that they report.

Each case is two sides of an invented driver; `spoilt` is the after side without what excuses it,
`left` the confidence of what is told all the same.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import pytest

from reviewbot.around import Around
from reviewbot.registry import load_rules
from reviewbot.resources import rules_dir
from reviewbot.trees.directory import Directory
from reviewbot.trees.index import TreeIndex
from tests.csource.sights import sight
from tests.two_sides import news


class Case(NamedTuple):
    rule: str
    before: str
    after: str
    spoilt: str
    left: tuple[str, ...] = ()


def _case(rule: str, before: str, after: str, excuse: tuple[str, str]) -> Case:
    assert excuse[0] in after
    return Case(rule, before, after, after.replace(*excuse))


# -- tests for NULL that are gone

_POLL = """static int f(struct brisk *b)
{
	struct lumo *peer = brisk_peer(b);
	struct queue *q;

	q = peer ? lumo_queue(peer, b->index) : NULL;
	if (q)
		queue_wake(q);
	return brisk_poll(b);
}
"""
_ASKED_IN_A_CHAIN = _case(
    "check-dropped",
    _POLL,
    _POLL.replace("peer ?", "(peer && b->index < peer->count) ?"),
    ("peer && ", ""),
)

_EXTENT = """static void f(struct brisk *b, struct page *page)
{
	struct extent *ext = &page_inode(page)->ext;

	if (%s)
		brisk_forget(b, ext);
}
"""
_AN_ADDRESS = _case(
    "check-dropped",
    _EXTENT % "ext && ext->len",
    _EXTENT % "ext->len",
    ("&page_inode(page)->ext", "page_inode(page)->ext"),
)

# -- verdicts that are none

_MASK = """static int f(struct brisk *b)
{
%s
	return lumo_set(b);
}
"""
_WHAT_IS_LEFT = Case(
    "result-dropped",
    _MASK % "	if (!cpumask_and(b->mask, b->mask, b->online))\n		return -EINVAL;",
    _MASK % "	cpumask_and(b->mask, b->mask, b->online);",
    "",
)
_SEND = """static int f(struct sock *sk, struct brisk *b)
{
	int err;

%s
	return err ? err : b->size;
}
"""
_READ_TO_CLEAR_IT = Case(
    "result-dropped",
    _SEND % "	err = sock_error(sk);\n	if (err)\n		return err;",
    _SEND % "	err = brisk_result(b);\n	sock_error(sk);",
    "",
)

_CREATE = """static int f(struct brisk *b)
{
	int ret;

	ret = brisk_create(b);
	if (ret)
		return ret;
%s
}
"""
_WHO_LISTENS = Case(
    "result-dropped",
    _CREATE % "\treturn brisk_notify(b, BRISK_NEW);",
    _CREATE % "\tbrisk_notify(b, BRISK_NEW);\n\treturn 0;",
    "",
)

# -- what is not checked for failure

_QUEUE = """static void f(struct brisk *b)
{
	struct sk_buff *skb;

	skb = skb_peek(&b->queue);
	if (!skb)
		return;
	if (skb->len > b->room)
		return;
%s	b->sent += skb->len;
	brisk_send(b, skb);
}
"""
_PEEKED = _case(
    "unchecked-alloc",
    _QUEUE % "",
    _QUEUE % "	skb = __skb_dequeue(&b->queue);\n",
    ("	skb = skb_peek(&b->queue);\n	if (!skb)\n		return;\n", "	skb = b->last;\n"),
)

_MODE = """static const char *brisk_mode(struct frame *fb)
{
	struct brisk *b = fb->par;

	return b->mode ?: "auto";
}

static int f(struct brisk *b, const char *given)
{
	int ret;

%s
	ret = brisk_start(b);
	if (ret)
		return ret;
	brisk_name(b, brisk_mode(b->fb));
	return 0;
}
"""
_ASKED_WHERE_IT_IS_READ = _case(
    "unchecked-alloc",
    _MODE % "	strcpy(b->text, given);",
    _MODE % "	b->mode = kstrdup(given, GFP_KERNEL);",
    (' ?: "auto"', ""),
)

# -- work that somebody else stops

_WORK = """static void brisk_work(struct work_struct *work)
{
}

static int brisk_probe(struct brisk *b)
{
%s
	schedule_delayed_work(&b->poll, HZ);
	return 0;
}

static void f(struct brisk *b)
{
%s	brisk_reset(b);
}
"""
_STOPPED_BY_DEVM = _case(
    "work-left-running",
    _WORK
    % ("	INIT_DELAYED_WORK(&b->poll, brisk_work);", "	cancel_delayed_work_sync(&b->poll);\n"),
    _WORK % ("	devm_delayed_work_autocancel(b->dev, &b->poll, brisk_work);", ""),
    ("devm_delayed_work_autocancel(b->dev, ", "INIT_DELAYED_WORK("),
)

_ECHO = """static void f(struct brisk *b)
{
	hrtimer_cancel(&b->%s);
	if (b->more)
		hrtimer_start(&b->sent, b->gap, HRTIMER_MODE_REL_SOFT);
	b->state = BRISK_IDLE;
	brisk_wake(b);
}
"""
_ANOTHER_TIMER = _case(
    "work-left-running",
    _ECHO % "sent",
    _ECHO % "echo",
    ("	hrtimer_cancel(&b->echo);\n", ""),
)

# -- variables that macros write, and paths that macros end

_DECODE = """static int f(struct brisk *b, void **p, void *end)
{
	u32 kind;

%s	brisk_decode_or(p, end, kind, bad);
	b->kind = kind;
	return 0;
bad:
	return -EINVAL;
}
"""
_HANDED_A_LABEL = _case(
    "uninit",
    _DECODE.replace("_or(p, end, kind, bad)", "_or(p, end, &kind)") % "",
    _DECODE % "",
    (", bad)", ")"),
)

_ERR = """static int f(struct brisk *b)
{
	int err;

	if (brisk_odd(b)) {
%s		goto err;
	}
	return 0;
err:
	return PTR_ERR(brisk_error(b, err));
}
"""
_NO_LABEL_BUT_A_VARIABLE = Case(
    "uninit",
    _ERR % "		err = -EINVAL;\n",
    _ERR % "",
    "",
    ("high",),
)

_SIZE = """static int f(struct brisk *b)
{
	size_t size%s;

	if (b->version == 0)
		size = 4;
	else
		BRISK_%s, "unknown version", return -EINVAL);
	return brisk_copy(b, size);
}
"""
_ASSERTED = _case(
    "uninit",
    _SIZE % (" = 0", "ASSERT(false"),
    _SIZE % ("", "ASSERT(false"),
    ("ASSERT(false", "CHECK(b->strict"),
)

# -- parameters that go together

_COUNT = """static int f(struct brisk *b, struct message *msg, bool orphaned)
{
%s	if (orphaned && b->kind != BRISK_STOP)
		return 0;
	b->seen = msg->len;
	return brisk_done(b);
}
"""
_NULL_WITH_A_FLAG = _case(
    "null-after-test",
    _COUNT % "",
    _COUNT % "	if (msg)\n		msg->count = 0;\n",
    ("	if (orphaned && b->kind != BRISK_STOP)\n		return 0;\n", ""),
)

_NULL_BESIDE_ANOTHER = Case(
    "null-after-test",
    _COUNT.replace("bool orphaned", "void *orphaned") % "",
    _COUNT.replace("bool orphaned", "void *orphaned") % "	if (msg)\n		msg->count = 0;\n",
    "",
    ("high",),
)

# -- names that a macro makes others of

_DISCARD = """#define brisk_write(b, val, t) \\
	lumo_write((b)->lumo, val, (b)->t##_size)

static int f(struct brisk *b, struct entry *entry)
{
	kfree(entry);
	return brisk_write(b, 0, %s);
}
"""
_PASTED = _case(
    "use-after-free",
    _DISCARD % "dev",
    _DISCARD % "entry",
    ("(b)->t##_size", "(t)->size"),
)

# -- leaks

_FIELDS = """static int f(struct brisk *b, struct table *t)
{
	char *name;
	int i, ret;

	for (i = 0; i < b->count; i++) {
%s
		ret = lumo_define(b, name);
		if (ret)
			return ret;
	}
	return 0;
}
"""
_STORED_BEFORE = _case(
    "memory-leak",
    _FIELDS % "		name = b->names[i];",
    _FIELDS
    % """		name = kstrdup(b->names[i], GFP_KERNEL);
		if (!name || !t->strings) {
			kfree(name);
			return -ENOMEM;
		}
		t->strings[t->count++] = name;""",
    ("		t->strings[t->count++] = name;\n", ""),
)

_RING = """static int f(struct brisk *b, struct request *req)
{
	struct map *map = brisk_map(b);
	int ret;

	ret = ring_alloc(map);
	if (ret)
		return ret;
	ret = brisk_room(b);
	if (ret) {
		ring_free(map);
		return ret;
	}
	req->id = (uintptr_t)map;
	ret = brisk_wait(b);
%s	return b->result;
}
"""
_KNOWN_BY_ITS_NUMBER = _case(
    "memory-leak",
    _RING % "",
    _RING % "	if (ret)\n		return ret;\n",
    ("	req->id = (uintptr_t)map;\n", ""),
)

_RECEIVE = """static int f(struct net *net, struct brisk *b)
{
	struct net_device *dev;
	int err;

	dev = dev_get_by_index(net, b->index);
	if (!dev)
		return -ENODEV;
	err = brisk_register(dev, b);
	if (!err) {
%s	}
	dev_put(dev);
	return err;
}
"""
_HELD_FOR_A_PLACE = _case(
    "ref-leak",
    _RECEIVE % "		b->on = true;\n",
    _RECEIVE % "		b->dev = dev;\n		dev_hold(dev);\n",
    ("		b->dev = dev;\n", ""),
)

_TEST = """static void f(struct socket *sock)
{
	struct file *filp;

	filp = sock_alloc_file(sock, O_NONBLOCK, NULL);
	if (IS_ERR(filp))
		return;
	sock->file = filp;
	brisk_submit(sock);
%s	fput(filp);
}
"""
_TAKEN_WHERE_IT_HANGS = _case(
    "double-free",
    _TEST % "",
    _TEST % "	fput(filp);\n",
    ("	sock->file = filp;\n", ""),
)

_BREAK_ALL = """static void brisk_put(struct brisk *b)
{
	if (!atomic_dec_and_test(&b->refcount))
		return;
	call_rcu(&b->rcu, brisk_free_rcu);
}

static void f(struct lumo *lumo)
{
	struct brisk *b, *own = brisk_get(lumo);

	rcu_read_lock();
	list_for_each_entry_rcu(b, &lumo->list, entry) {
		if (!atomic_inc_not_zero(&b->refcount))
			continue;
		if (lumo_leaving(b->lumo)) {
%s			continue;
		}
		brisk_break(b);
	}
	rcu_read_unlock();
	if (own)
		brisk_put(own);
}
"""
_COUNTED_IN_THE_LOOP = _case(
    "list-del-in-loop",
    _BREAK_ALL % "",
    _BREAK_ALL % "			brisk_put(b);\n",
    ("		if (!atomic_inc_not_zero(&b->refcount))\n			continue;\n", ""),
)

_WAIT = """static DEFINE_RWLOCK(brisk_lock);

static long brisk_reap(struct brisk *b)
{
	read_unlock(&brisk_lock);
	return brisk_end(b);
}

static long brisk_look(struct brisk *b)
{
	return b->dead ? brisk_reap(b) : 0;
}

static long brisk_check(struct brisk *b)
{
	return brisk_look(b);
}

static long brisk_step(struct brisk *b)
{
	return brisk_check(b);
}

static long f(struct brisk *b)
{
	long ret;

	read_lock(&brisk_lock);
	ret = brisk_step(b);
%s	ret = brisk_more(b->next);
	read_unlock(&brisk_lock);
	return ret;
}
"""
_UNLOCKED_FAR_BELOW = _case(
    "lock-leak",
    _WAIT % "",
    _WAIT % "	if (ret)\n		return ret;\n",
    ("{\n	read_unlock(&brisk_lock);\n	return brisk_end", "{\n	return brisk_end"),
)

_INPUT = """static int f(struct brisk *b)
{
	int ret;

	b->input = devm_input_allocate_device(b->dev);
	if (!b->input)
		return -ENOMEM;
%s	return ret;
}
"""
_MANAGED = _case(
    "memory-leak",
    _INPUT % "	ret = brisk_start(b);\n",
    _INPUT
    % """	ret = input_register_device(b->input);
	if (ret)
		return ret;
	ret = brisk_start(b);
	if (ret)
		return ret;
""",
    ("devm_input_allocate_device(b->dev)", "brisk_input(b->dev)"),
)

_LOOKUP = """static int f(struct brisk *b, struct sk_buff *skb)
{
	enum ip_conntrack_info info;
	struct nf_conn *ct;

%s	if (b->template) {
		ct = nf_ct_get(skb, &info);
		nf_ct_put(ct);
		brisk_set(b, skb);
	}
	return brisk_look(b, skb);
}
"""
_ONLY_SHOWN = Case(
    "ref-leak",
    _LOOKUP % "",
    _LOOKUP
    % """	ct = nf_ct_get(skb, &info);
	if (ct && ct->shared)
		return -EBUSY;
""",
    "",
)

_ABORT = """static int f(struct brisk *b, struct entry *e)
{
	int ret = 0;

%s	switch (b->kind) {
	case BRISK_DEL:
		brisk_elem_destroy_abort(b, e);
		break;
	}
	return ret;
}
"""
_TAKEN_BACK = _case(
    "memory-leak",
    _ABORT % "",
    _ABORT
    % (
        "	if (brisk_elem_new_abort(b, e))\n		return -EINVAL;\n"
        "	if (b->odd)\n		return -EIO;\n"
    ),
    ("_abort", ""),
)

_CREATE = """static int brisk_create(struct brisk *b)
{
	return lumo_get(b->lumo);
}

%sstatic int f(struct brisk *b)
{
	int ret;

	ret = brisk_create(b);
	if (ret)
		return ret;
	ret = brisk_bars(b);
	if (ret)
		%s;
	return 0;
%s}
"""
_DESTROY = """static void brisk_destroy(struct brisk *b)
{
	lumo_put(b->lumo);
}

"""
_NOBODY_DESTROYS = Case(
    "early-return",
    _CREATE % (_DESTROY, "goto destroy", "destroy:\n	brisk_destroy(b);\n	return ret;\n"),
    _CREATE % ("", "return ret", ""),
    _CREATE % (_DESTROY, "return ret", ""),
)

_TABLE = """static int f(struct brisk *b, struct lumo *lumo)
{
	struct table *t;
	int ret;

	ret = table_create(&t, lumo);
	if (ret)
		return ret;
	ret = brisk_check(b);
	if (ret)
		goto destroy;
	table_swap(lumo, t);
	ret = brisk_resume(b);
	if (ret)
		goto %s;
	return 0;
destroy:
	table_destroy(t);
put:
	lumo_put(lumo);
	return ret;
}
"""
_LEFT_WITH_ITS_OWNER = _case(
    "memory-leak",
    _TABLE % "destroy",
    _TABLE % "put",
    ("table_swap(lumo, t)", "brisk_say(b)"),
)._replace(left=("medium",))
_GONE_WITH_ITS_OWNER = _LEFT_WITH_ITS_OWNER._replace(rule="release-dropped", spoilt="", left=())

_NODE = """static int f(struct brisk *b)
{
	struct device_node *np = b->dev->of_node;
	struct device_node *other = of_find_node_by_name(NULL, "brisk");

	of_node_put(other);
	brisk_show(b, np);
%s	of_property_read_u32(np, "mode", &b->mode);
	return 0;
}
"""
_USED_AFTER_IT_WAS_PUT = Case(
    "release-dropped",
    _NODE % "	of_node_put(np);\n",
    _NODE % "",
    "",
)

_METRICS = """static ssize_t f(struct brisk *b, void *buf, size_t size)
{
	void *table%s;
	ssize_t ret;

	ret = b->ops->metrics(b, &table);
	if (ret > 0)
		memcpy(buf, table, ret);
	return ret;
}
"""
_A_COUNT_IS_NO_FAILURE = _case(
    "uninit",
    _METRICS % " = NULL",
    _METRICS % "",
    ("ret > 0", "ret < 0"),
)

_PROTECT = """static int f(struct area *area)
{
	struct file *file = area->file;
	bool backing;

	backing = file && (file->mode & BRISK_BACKING);
	if (!file)
		brisk_heap(area);
	if (backing)
		return %s;
	return 0;
}
static int brisk_allowed(struct file *file)
{
	return file->owner;
}
"""
_DECIDED_BY_A_CHAIN = _case(
    "null-after-test",
    _PROTECT % "area->kind",
    _PROTECT % "brisk_allowed(file)",
    ("file && (file->mode & BRISK_BACKING)", "area->mode & BRISK_BACKING"),
)

_OPEN = """static int f(struct brisk *b, struct sock *sk)
{
	int ret;

%s	ret = brisk_start(b);
	if (ret)
		return ret;
	return 0;
}
static void brisk_free(struct brisk *b)
{
	sock_put(b->sk);
}
"""
_HELD_FOR_THE_LINE_ABOVE = _case(
    "ref-leak",
    _OPEN % "",
    _OPEN % "	b->sk = sk;\n	sock_hold(sk);\n",
    ("	b->sk = sk;\n", ""),
)

_SUSPEND = """%sstatic int f(struct brisk *b)
{
	brisk_save(b);
%s
	return 0;
}
"""
_OFF = "	lumo_disable(b->lumo);\n	clk_disable_unprepare(b->clk);"
_INLINED = _case(
    "release-dropped",
    _SUSPEND
    % (f"static void brisk_disable(struct brisk *b)\n{{\n{_OFF}\n}}\n\n", "	brisk_disable(b);"),
    _SUSPEND % ("", _OFF),
    (_OFF, ""),
)

_ORDER = """static int f(struct brisk *b)
{
	int err;

	err = brisk_map(b);
	if (err)
		return err;
	err = %s;
	if (err)
		goto unmap;
	err = %s;
	if (err)
		goto %s;
	return 0;
%s:
	%s(b);
unmap:
	brisk_unmap(b);
	return err;
}
"""
_BY_RESET = ("reset", "reset", "brisk_reset")
_CHANGED_PLACES = Case(
    "release-dropped",
    _ORDER % ("brisk_set_irq(b)", "brisk_admin_init(b)", "free_irq", "free_irq", "brisk_free_irq"),
    _ORDER % ("brisk_admin_init(b)", "brisk_set_irq(b)", *_BY_RESET),
    _ORDER % ("brisk_set_irq(b)", "brisk_admin_init(b)", *_BY_RESET),
)

_RECEIVED = """static int f(struct sock *sk, struct brisk *b)
{
	struct sk_buff *skb;
	int off = 0, err;

	skb = __skb_recv_datagram(sk, &b->queue, MSG_DONTWAIT, &off, &err);
	if (!skb)
		return err;
%s	return brisk_read(b, skb);
}
"""
_NEVER_AN_ERROR_POINTER = _case(
    "err-ptr-confusion",
    _RECEIVED % "",
    _RECEIVED % "	b->size = skb->len;\n",
    ("__skb_recv_datagram(sk, &b->queue, MSG_DONTWAIT, &off, &err)", "of_clk_get(sk, 0)"),
)

_HOST = """static int host_alloc(struct brisk *b, struct host **out)
{
	*out = %s;
	return *out ? 0 : -ENOMEM;
}

static int f(struct brisk *b)
{
	struct host *host;
	int err;

	err = host_alloc(b, &host);
	if (err)
		return err;
	err = brisk_clocks(b);
	if (err)
		%s;
	return 0;
%s}
"""
_ITS_TAKER_CHANGED = _case(
    "early-return",
    _HOST % ("host_new(b)", "goto free", "free:\n	host_dealloc(host);\n	return err;\n"),
    _HOST % ("host_new(b, brisk_dev(b))", "return err", ""),
    (", brisk_dev(b)", ""),
)._replace(left=("medium",))

_NUMBERED = """static struct brisk *f(void)
{
	struct brisk *b = brisk_new();
	struct device *dev = &b->dev;
	int err;

	err = ida_alloc(&brisk_ids, GFP_KERNEL);
	if (err < 0)
		goto free;
	dev->id = err;
	device_initialize(dev);
	err = dev_set_name(dev, "brisk%d", dev->id);
	if (err)
		goto put;
	return b;

put:
	ida_free(&brisk_ids, dev->id);
	brisk_end(b);
	return NULL;
free:
	brisk_end(b);
	return NULL;
}
"""
_GOES_WITH_THE_DEVICE = _case(
    "memory-leak",
    _NUMBERED,
    _NUMBERED.replace(
        "\tida_free(&brisk_ids, dev->id);\n\tbrisk_end(b);\n", "\tput_device(dev);\n", 1
    ),
    ("put_device(dev);", "brisk_end(b);"),
)

_PACKED = """static int f(struct bundle *u)
{
	struct brisk *b;
	int minor, err;

	minor = ida_alloc(&brisk_ids, GFP_KERNEL);
	if (minor < 0)
		return minor;
	b = brisk_new(u);
	device_initialize(&b->dev);
	b->dev.devt = MKDEV(brisk_major, minor);
	err = dev_set_name(&b->dev, "brisk%d", minor);
	if (err)
		goto put;
	return 0;

put:
	ida_free(&brisk_ids, minor);
	brisk_end(b);
	return err;
}
"""
_GOES_WITH_THE_NUMBER = _case(
    "memory-leak",
    _PACKED,
    _PACKED.replace(
        "\tida_free(&brisk_ids, minor);\n\tbrisk_end(b);\n", "\tput_device(&b->dev);\n"
    ),
    ("MKDEV(brisk_major, minor)", "brisk_major"),
)
_WRAPPED = """static struct brisk *f(void)
{
	struct wrap *w = kzalloc(sizeof(*w), GFP_KERNEL);
	struct brisk *b;
	struct device *dev;

	if (!w)
		return NULL;
	b = &w->brisk;
	dev = &b->dev;
	if (brisk_fill(b))
		goto free;
	device_initialize(dev);
	if (dev_set_name(dev, "brisk"))
		goto put;
	return b;

put:
	brisk_empty(b);
free:
	kfree(w);
	return NULL;
}
"""
_GOES_WITH_THE_INNERMOST = _case(
    "memory-leak",
    _WRAPPED,
    _WRAPPED.replace("brisk_empty(b);", "put_device(dev);\n\treturn NULL;"),
    ("put_device(dev);", "brisk_look(dev);"),
)

_HEADER = """static int f(struct sk_buff *skb, struct brisk *b)
{
	struct brisk_head *head, own;

	head = skb_header_pointer(skb, 0, 2, &own);
	if (!head)
		return -EINVAL;
	if (!pskb_may_pull(skb, head->len))
		return -EINVAL;
%s	b->len = head->len;
	return 0;
}
"""
_ASKED_ONCE_MORE = _case(
    "null-lookup",
    _HEADER % "",
    _HEADER % "\thead = skb_header_pointer(skb, 0, 2, &own);\n",
    ("head = skb_header_pointer(skb, 0, 2, &own);\n\tif", "head = b->head;\n\tif"),
)

CASES = {
    name[1:].lower().replace("_", " "): case
    for name, case in globals().items()
    if isinstance(case, Case)
}


def _told(case: Case, after: str) -> list[str]:
    """The confidence of what the rule says is new."""
    return [sure for _, sure in news(case.before, after, case.rule)]


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_what_is_excused_is_not_told(case: Case) -> None:
    assert _told(case, case.after) == list(case.left)


@pytest.mark.parametrize(
    "case", [pytest.param(case, id=name) for name, case in CASES.items() if case.spoilt]
)
def test_without_the_excuse_it_is_told(case: Case) -> None:
    assert set(_told(case, case.spoilt)) - set(case.left)


def test_a_release_that_is_less_sure_is_told_by_one_rule() -> None:
    case = CASES["gone with its owner"]
    assert [rule for rule, _ in news(case.before, case.after)] == ["memory-leak"]


_CLONE = """static int f(struct brisk *b, struct bio *bio)
{
	struct bio *clone = bio_alloc_clone(b->bdev, bio, GFP_NOIO, &b->set);

	if (IS_ERR(clone))
		return PTR_ERR(clone);
	b->clone = clone;
	return 0;
}
"""
_IN_TREE = """struct bio *bio_alloc_clone(struct block_device *bdev, struct bio *from, gfp_t gfp,
				struct bio_set *set)
{
	return brisk_clone(from) ?: %s;
}
"""


@pytest.mark.parametrize(("failure", "told"), [("ERR_PTR(-ENOMEM)", 0), ("NULL", 1), ("", 1)])
def test_what_a_function_returns_the_tree_knows_best(
    tmp_path: Path, failure: str, told: int
) -> None:
    if failure:
        (tmp_path / "block").mkdir()
        (tmp_path / "block/bio.c").write_text(_IN_TREE % failure)
    rule = next(r for r in load_rules(rules_dir()) if r.id == "err-ptr-confusion").rule
    seen = replace(sight(_CLONE), around=Around(TreeIndex(Directory(tmp_path))))
    assert rule.check is not None
    assert len(list(rule.check(seen))) == told

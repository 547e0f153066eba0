"""What looks left behind on a path and is not: in other hands, undone elsewhere, or never taken."""

from __future__ import annotations

import pytest

from reviewbot.csource.facts import Kind
from reviewbot.csource.leaks import leaks
from reviewbot.csource.parse import parse_file
from reviewbot.csource.sight import Side, Sight
from tests.two_sides import facts, news

KINDS = (Kind.MEMORY, Kind.OBJECT, Kind.REFERENCE, Kind.ENABLE)


def _left(text: str, name: str = "f") -> list[str]:
    """What the exits of `name` leave behind, once for each thing."""
    file = parse_file("drivers/misc/brisk.c", text.encode(), frozenset())
    function = file.function(name)
    assert function is not None and function.readable
    sight = Sight(function, file, Side("after", {file.path: file}), frozenset(), facts())
    return sorted({leak.held.text for leak in leaks(sight, *KINDS)})


def _function(body: str, head: str = "static int f(struct brisk *p)") -> str:
    return f"{head}\n{{\n{body}\n}}\n"


PLAIN = """
	char *buf = kmalloc(8, GFP_KERNEL);

	if (!buf)
		return -ENOMEM;
	if (brisk_send(p)) {
		kfree(buf);
		return -EIO;
	}
	if (p->bad)
		return -EIO;
	kfree(buf);
	return 0;
"""


def test_one_exit_of_three_forgets_it() -> None:
    assert _left(_function(PLAIN)) == ["buf"]


HELPER_FREES = """
	struct brisk_dma *dma = &p->dma;

	dma->rx = dma_request_chan(p->dev, "rx");
	if (IS_ERR(dma->rx))
		return PTR_ERR(dma->rx);
	if (brisk_send(p)) {
		dma_release_channel(dma->rx);
		return -EIO;
	}
	if (brisk_read(p)) {
		brisk_let_go(p);
		return -EIO;
	}
	return 0;
"""
LET_GO = """
static void brisk_let_go(struct brisk *p)
{
	struct brisk_dma *dma = &p->dma;

	if (dma->rx)
		dma_release_channel(dma->rx);
	dma->rx = NULL;
}
"""


def test_a_function_of_the_file_gives_back_what_hangs_on_its_argument() -> None:
    assert _left(_function(HELPER_FREES) + LET_GO) == []
    assert _left(_function(HELPER_FREES.replace("brisk_let_go", "brisk_note")) + LET_GO) != []


STARTED = """
	int ret = brisk_clk_start(p);

	if (ret)
		return ret;
	if (p->bad) {
		brisk_clk_stop(p);
		return -EIO;
	}
	ret = brisk_send(p);
	if (ret) {
		brisk_down(p);
		return ret;
	}
	return 0;
"""


def test_a_function_of_the_file_undoes_what_a_pair_of_names_tells() -> None:
    down = _function(
        "\tp->on = false;\n\tbrisk_clk_stop(p);", "static void brisk_down(struct brisk *p)"
    )
    text = (
        _function(STARTED)
        .replace("brisk_clk_start", "brisk_ref_get")
        .replace("brisk_clk_stop", "brisk_ref_put")
    )
    down = down.replace("brisk_clk_stop", "brisk_ref_put")
    assert _left(text + down) == []
    assert _left(text + down.replace("ref_put", "ref_show")) == ["p"]


@pytest.mark.parametrize(
    "body",
    [
        # in other hands, says the author
        """
	struct brisk_buf *b = kzalloc(sizeof(*b), GFP_KERNEL);

	if (!b)
		return -ENOMEM;
	if (brisk_send(p))
		goto out;
	brisk_hang(p, b);
	b = NULL;
	if (p->bad)
		return -EIO;
out:
	kfree(b);
	return -EIO;
""",
        # written to a place that others read
        """
	struct brisk_buf *b = kzalloc(sizeof(*b), GFP_KERNEL);

	if (!b)
		return -ENOMEM;
	if (brisk_send(p)) {
		kfree(b);
		return -EIO;
	}
	rcu_assign_pointer(p->buf, b);
	return brisk_read(p) ? -EIO : 0;
""",
        # a store does not end the local name
        """
	struct file *file = fget(p->fd);
	int ret = -EINVAL;

	if (!file)
		return -EBADF;
	if (p->bad)
		goto out;
	WRITE_ONCE(p->file, file);
	ret = brisk_send(p);
out:
	fput(file);
	return ret;
""",
        # the macro cleans up what it declares
        """
	int ret;
	BRISK_PATH_AUTO_FREE(path);

	path = brisk_alloc_path();
	if (!path)
		return -ENOMEM;
	ret = brisk_walk(p, path);
	if (ret < 0)
		return ret;
	brisk_free_path(path);
	return 0;
""",
        # a table still has what a lookup finds in it
        """
	struct brisk_buf *b = brisk_find_buf(p);

	if (p->bad)
		return -EIO;
	if (b && b->last)
		kfree(b);
	return 0;
""",
        # the flag tells whether it was taken
        """
	bool have = p->ops && try_module_get(p->ops->owner);

	if (have) {
		brisk_send(p);
		module_put(p->ops->owner);
	} else {
		brisk_read(p);
	}
	return 0;
""",
        # there is no reference to nothing
        """
	struct brisk_ref *ref = p->ref;

	brisk_hold(ref);
	if (ref) {
		brisk_send(ref);
		brisk_put(ref);
	}
	return 0;
""",
        # the work goes on
        """
	mmgrab(p->mm);
	if (brisk_send(p)) {
		mmdrop(p->mm);
		return -EIO;
	}
	return -EIOCBQUEUED;
""",
        # ... and what says so was compared with it
        """
	int ret;

	mmgrab(p->mm);
	ret = brisk_send(p);
	if (ret == -EIOCBQUEUED)
		return ret;
	mmdrop(p->mm);
	return ret;
""",
        # what krealloc() took over once is not given back when it fails later
        """
	char *buf = kmalloc(8, GFP_KERNEL), *more;

	if (!buf)
		return -ENOMEM;
again:
	if (brisk_send(p)) {
		more = krealloc(buf, 16, GFP_KERNEL);
		if (!more) {
			kfree(buf);
			return -ENOMEM;
		}
		buf = more;
		goto again;
	}
	kfree(buf);
	return 0;
""",
        # a number that is not 0 is no failure
        """
	struct device_node *np = of_get_child_by_name(p->np, "ports");
	int nr_ports = brisk_count(p);

	if (!np)
		return 0;
	if (nr_ports == 0) {
		of_node_put(np);
		return 0;
	}
	p->ports = np;
	return nr_ports;
""",
        # the loop walks the children of a node and does not write it
        """
	struct device_node *np = of_get_child_by_name(p->np, "ports"), *child;

	if (!np)
		return -ENODEV;
	for_each_child_of_node(np, child)
		p->ports++;
	of_node_put(np);
	return brisk_send(p);
""",
        # fresh memory is not the buffer on the stack
        """
	char small[8], *buf = small;
	int ret;

	if (p->size > 8) {
		buf = kmalloc(p->size, GFP_KERNEL);
		if (!buf)
			return -ENOMEM;
	}
	ret = brisk_send(p);
	if (buf != small)
		kfree(buf);
	return ret;
""",
        # which turn took it, and which gives it back, no path tells
        """
	int i, ret;

	for (i = 0; i < p->n; i++) {
		p->base[i] = ioremap(p->start[i], 8);
		if (!p->base[i])
			return -ENOMEM;
	}
	ret = brisk_send(p);
	if (ret)
		goto err;
	return 0;
err:
	for (i = 0; i < p->n; i++)
		iounmap(p->base[i]);
	return ret;
""",
        # the last put of what it holds is the end of the whole
        """
	struct brisk_buf *b = kzalloc(sizeof(*b), GFP_KERNEL);

	if (!b)
		return -ENOMEM;
	b->name = kstrdup(p->name, GFP_KERNEL);
	if (!b->name) {
		kfree(b);
		return -ENOMEM;
	}
	if (brisk_send(p)) {
		kfree(b->name);
		kfree(b);
		return -EIO;
	}
	if (brisk_join(&b->link)) {
		brisk_link_put(&b->link);
		return -EIO;
	}
	p->buf = b;
	return 0;
""",
        # and so is that of what was made of it
        """
	struct brisk_buf *b = kzalloc(sizeof(*b), GFP_KERNEL);
	struct device *dev;

	if (!b)
		return -ENOMEM;
	if (brisk_send(p)) {
		kfree(b);
		return -EIO;
	}
	dev = brisk_confdev(b);
	if (p->bad) {
		put_device(dev);
		return -EIO;
	}
	p->buf = b;
	return 0;
""",
        # a clock that is known by two names, one of which is dead by then
        """
	struct clk *clk = devm_clk_get(p->dev, NULL);
	struct brisk_chip *chip;
	int ret;

	if (IS_ERR(clk))
		return PTR_ERR(clk);
	chip = brisk_chip(p);
	chip->clk = clk;
	ret = clk_prepare_enable(chip->clk);
	if (ret)
		return ret;
	ret = brisk_send(p);
	if (ret)
		goto off;
	return 0;
off:
	clk_disable_unprepare(clk);
	return ret;
""",
        # what was on before is on again
        """
	int ret;

	pm_runtime_disable(p->dev);
	pm_runtime_set_active(p->dev);
	pm_runtime_enable(p->dev);
	ret = brisk_send(p);
	if (ret)
		return ret;
	brisk_go(p);
	return 0;
""",
        # nobody in this function gives it back, and many never do
        """
	int ret;

	pm_runtime_use_autosuspend(p->dev);
	ret = brisk_send(p);
	if (ret)
		return ret;
	return 0;
""",
    ],
)
def test_not_left_behind(body: str) -> None:
    assert _left(_function(body)) == []


def test_a_callback_that_will_be_called() -> None:
    off = _function("\tclk_unprepare(p->clk);", "static void brisk_off(void *data)").replace(
        "\tclk", "\tstruct brisk *p = data;\n\n\tclk"
    )
    body = """
	int ret = clk_prepare(p->clk);

	if (ret)
		return ret;
	ret = devm_add_action_or_reset(p->dev, brisk_off, p);
	if (ret)
		return ret;
	if (brisk_send(p)) {
		clk_unprepare(p->clk);
		return -EIO;
	}
	return 0;
"""
    assert _left(off + _function(body)) == []


STORED = """
static int f(struct brisk *p)
{
	char *buf = kmalloc(8, GFP_KERNEL);

	if (!buf)
		return -ENOMEM;
%s	if (brisk_send(p))
		%s;
%s	return 0;
}
"""


def test_what_was_stored_before_the_failure_is_no_more_the_functions() -> None:
    before = STORED % ("", "goto err", "\tp->buf = buf;\n")
    before = before.replace("}\n", "err:\n\tkfree(buf);\n\treturn -EIO;\n}\n")
    after = STORED % ("\tp->buf = buf;\n", "return -EIO", "")
    assert news(before, after, "memory-leak") == []


def test_a_release_that_another_one_takes_the_place_of() -> None:
    before = STORED % ("\tbrisk_hang(p, buf);\n", "goto err", "")
    before = before.replace("}\n", "err:\n\tkfree(buf);\n\treturn -EIO;\n}\n")
    after = before.replace("kfree(buf)", "brisk_release(p)")
    assert news(before, after, "memory-leak") == []
    assert news(before, before.replace("\tkfree(buf);\n", ""), "memory-leak") != []


AUTOSUSPEND = """
	int ret;

	pm_runtime_use_autosuspend(p->dev);
	ret = brisk_send(p);
	if (ret)
		goto err;
	if (p->bad)
		return -EIO;
	return 0;
err:
	pm_runtime_dont_use_autosuspend(p->dev);
	return ret;
"""


def test_what_may_be_kept_is_left_behind_where_another_way_gives_it_back() -> None:
    assert _left(_function(AUTOSUSPEND)) == ["p->dev"]


def test_a_member_of_a_local_struct_goes_nowhere_with_its_neighbour() -> None:
    body = """
	struct of_phandle_args args;
	int ret = of_parse_phandle_with_fixed_args(p->np, "gpio-ranges", 3, 0, &args);

	if (ret)
		return ret;
	p->count = args.args[2] ? args.args[2] : 8;
	if (p->count > 32)
		return -EINVAL;
	of_node_put(args.np);
	return 0;
"""
    assert _left(_function(body)) == ["args.np"]


MANAGED = """
static int brisk_probe(struct brisk *p)
{
	int ret = %s;

	if (ret)
		return ret;
	brisk_go(p);
	return 0;
}

static void brisk_remove(struct brisk *p)
{
	brisk_halt(p);
	%s
}
"""


@pytest.mark.parametrize(
    ("undo", "told"), [("", [("enable-leak", "medium")]), ("clk_unprepare(p->clk);", [])]
)
def test_what_the_driver_core_gave_back_before(undo: str, told: list[tuple[str, str]]) -> None:
    before = (MANAGED % ("devm_clk_prepare(p->clk)", undo)).replace("\t\n", "")
    after = before.replace("devm_clk_prepare", "clk_prepare")
    assert news(before, after) == told


def test_what_hangs_somewhere_and_is_put_no_more_may_be_meant_to_stay() -> None:
    before = _function("""
	struct device_node *np = of_get_child_by_name(p->np, "port");

	if (!np)
		return -ENODEV;
	p->port = np;
	of_node_put(np);
	if (p->bad)
		return -EIO;
	return 0;
""")
    after = before.replace("\tof_node_put(np);\n", "")
    assert news(before, after, "ref-leak") == [("ref-leak", "medium")]

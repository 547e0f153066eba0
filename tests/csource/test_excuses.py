"""Why a thing that an exit seems to leave behind is in other hands, or was never there."""

from __future__ import annotations

import pytest

from reviewbot.csource.facts import Kind
from reviewbot.csource.leaks import Sure, leaks
from tests.csource.sights import both, sight
from tests.two_sides import news

KINDS = (Kind.MEMORY, Kind.OBJECT, Kind.REFERENCE, Kind.ENABLE)
HELPERS = """
static void brisk_get(struct brisk *b)
{
	refcount_inc(&b->count);
}
static void brisk_put(struct brisk *b)
{
	if (refcount_dec_and_test(&b->count))
		kfree(b);
}
static void brisk_unbind(struct lumo *l)
{
	struct brisk *b = l->brisk;

	b->lumo = NULL;
	brisk_put(b);
}
"""


def _text(body: str, head: str = "static int f(struct brisk *p)") -> str:
    return f"{HELPERS}{head}\n{{{body}}}\n"


def _left(body: str) -> list[str]:
    return sorted({leak.held.text for leak in leaks(sight(_text(body)), *KINDS)})


@pytest.mark.parametrize(
    "body",
    [
        # a pointer that was followed is not NULL
        """
	struct brisk_fb *fb = p->par;

	fb->bits = vmalloc(8);
	if (!fb->bits)
		return -ENOMEM;
	if (brisk_send(p))
		goto err;
	return 0;
err:
	if (fb)
		vfree(fb->bits);
	return -EIO;
""",
        # the inner variable is another one
        """
	char *buf = kmalloc(8, GFP_KERNEL);

	if (!buf)
		return -ENOMEM;
	while (brisk_more(p)) {
		char *buf = brisk_next_line(p);

		if (!buf)
			goto out;
	}
out:
	kfree(buf);
	return 0;
""",
        # whether there is something to give back is known by another name
        """
	int ret;

	p->record = brisk_record(p);
	ret = sysfs_create_group(brisk_kobj, &brisk_group);
	if (ret)
		return ret;
	ret = brisk_send(p);
	if (ret)
		goto err;
	return 0;
err:
	if (p->record)
		sysfs_remove_group(brisk_kobj, &brisk_group);
	return ret;
""",
        # a put of what a call made of p ends what hangs on p
        """
	struct brisk *b = brisk_of(p);
	struct device *dev = brisk_device(b);

	b->map = bitmap_zalloc(8, GFP_KERNEL);
	if (!b->map)
		return -ENOMEM;
	if (brisk_read(p)) {
		bitmap_free(b->map);
		return -EIO;
	}
	if (brisk_send(p)) {
		put_device(dev);
		return -EIO;
	}
	return 0;
""",
        # one of many, and a loop puts what they hang on
        """
	int i, ret;

	for (i = 0; i < 8; i++) {
		struct brisk *b = p->all[i];

		ret = brisk_read(b);
		if (ret)
			goto err;
		b->map = bitmap_zalloc(8, GFP_KERNEL);
		if (!b->map) {
			ret = -ENOMEM;
			goto err;
		}
		if (brisk_send(b))
			bitmap_free(b->map);
	}
	return 0;
err:
	while (--i >= 0)
		put_device(brisk_device(p->all[i]));
	return ret;
""",
        # an object has a function of its own that ends what hangs on it
        """
	struct snd_card *card;
	struct brisk *b = kzalloc(sizeof(*b), GFP_KERNEL);
	int ret;

	if (!b)
		return -ENOMEM;
	ret = snd_card_new(p->dev, 0, NULL, THIS_MODULE, 0, &card);
	if (ret)
		goto free;
	card->private_data = b;
	if (brisk_send(p)) {
		snd_card_free(card);
		return -EIO;
	}
	return 0;
free:
	kfree(b);
	return ret;
""",
        # a function of the file puts it by way of what points to it
        """
	struct lumo *l = lumo_first();

	l->brisk = p;
	brisk_get(p);
	if (brisk_read(p)) {
		brisk_put(p);
		return -EIO;
	}
	if (brisk_send(p)) {
		brisk_unbind(l);
		return -EIO;
	}
	return 0;
""",
        # the failing branch hands the reference on
        """
	struct device *dev = get_device(p->dev);

	if (brisk_read(p)) {
		put_device(dev);
		return -EIO;
	}
	if (brisk_send(p)) {
		brisk_restore(p, dev);
		return -EIO;
	}
	put_device(dev);
	return 0;
""",
        # a flag says that the owner frees it
        """
	struct urb *urb = p->urb;
	char *buf = kmalloc(8, GFP_KERNEL);

	if (!buf)
		return -ENOMEM;
	if (brisk_read(p)) {
		kfree(buf);
		return -EIO;
	}
	usb_fill_bulk_urb(urb, p->dev, 0, buf, 8, brisk_done, p);
	urb->transfer_flags |= URB_FREE_BUFFER;
	if (brisk_send(p)) {
		usb_free_urb(urb);
		return -EIO;
	}
	return 0;
""",
        # more failures leave it where it hangs than take it back
        """
	p->urb = usb_alloc_urb(0, GFP_KERNEL);
	if (!p->urb)
		return -ENOMEM;
	if (brisk_read(p)) {
		usb_free_urb(p->urb);
		p->urb = NULL;
		return -ENOMEM;
	}
	if (brisk_check(p))
		return -EINVAL;
	if (brisk_look(p))
		return -ENODEV;
	return 0;
""",
        # where a walk begins is nothing that is taken
        """
	struct brisk *b = brisk_next(p, NULL);

	if (!b)
		return -ENODEV;
	if (b->old)
		return -EIO;
	brisk_put(b);
	return 0;
}
static struct brisk *brisk_next(struct brisk *p, struct brisk *last)
{
	struct brisk *b = list_prepare_entry(last, &p->all, list);

	list_for_each_entry_continue(b, &p->all, list)
		return b;
	return NULL;
""",
    ],
)
def test_in_other_hands(body: str) -> None:
    assert _left(body) == []


def test_a_flag_speaks_of_one_sort_of_thing() -> None:
    body = """
	struct urb *urb = p->urb;
	struct usb_ctrlrequest *dr = kmalloc(8, GFP_KERNEL);

	if (!dr)
		return -ENOMEM;
	if (brisk_read(p)) {
		kfree(dr);
		return -EIO;
	}
	usb_fill_control_urb(urb, p->dev, 0, dr, p->buf, 8, brisk_done, p);
	urb->transfer_flags |= URB_FREE_BUFFER;
	if (brisk_send(p)) {
		usb_free_urb(urb);
		return -EIO;
	}
	return 0;
"""
    assert _left(body) == ["dr"]


def test_what_is_asked_there_must_give_back_this_very_thing() -> None:
    body = """
	char *buf = kmalloc(8, GFP_KERNEL);

	if (!buf)
		return -ENOMEM;
	if (brisk_read(p)) {
		kfree(buf);
		return -EIO;
	}
	if (p->old)
		kfree(p->other);
	return -EIO;
"""
    assert _left(body) == ["buf"]


def test_a_reset_that_is_only_given_a_pulse_proves_nothing() -> None:
    body = """
	int ret;

	reset_control_assert(p->reset);
	reset_control_deassert(p->reset);
	ret = brisk_send(p);
	if (ret)
		return ret;
	brisk_go(p);
	return 0;
"""
    below = body.replace("return ret;", "{ reset_control_assert(p->reset); return ret; }")
    below = below.replace("brisk_go(p);", "if (brisk_go(p)) return -EIO;")
    assert [leak.sure for leak in leaks(sight(_text(body)), Kind.ENABLE)] == [Sure.BORROWED]
    assert Sure.CONTRASTED in [leak.sure for leak in leaks(sight(_text(below)), Kind.ENABLE)]


MADE = """
	char *buf = kmalloc(8, GFP_KERNEL);
	struct brisk_mr *mr;
	int ret;

	if (!buf)
		return -ENOMEM;
	mr = brisk_create(p, buf);
	if (IS_ERR(mr)) {
		kfree(buf);
		return PTR_ERR(mr);
	}
	ret = brisk_send(mr);
	if (ret) {
%s		return ret;
	}
	brisk_add(p, mr);
	return 0;
"""


def test_only_the_patch_says_that_another_thing_was_not_made_of_it() -> None:
    before, after = _text(MADE % "\t\tkfree(buf);\n"), _text(MADE % "")
    assert news(before, after) == [("memory-leak", "medium")]
    number = ("struct brisk_mr *mr;", "int mr;"), ("IS_ERR(mr)", "mr"), ("PTR_ERR(mr)", "mr")
    for old, new in number:
        before, after = before.replace(old, new), after.replace(old, new)
    assert news(before, after) == [("memory-leak", "high")]


def test_what_a_call_is_proven_not_to_keep_is_one_thing() -> None:
    body = """
	char *buf = kmalloc(8, GFP_KERNEL);
	char *map = kmalloc(8, GFP_KERNEL);

	if (!buf || !map)
		goto free;
	brisk_add(p, buf, map);
	if (brisk_send(p)) {
		kfree(map);
		return -EIO;
	}
	kfree(map);
	return 0;
free:
	kfree(buf);
	kfree(map);
	return -ENOMEM;
"""
    found = both(_text(body), _text(body))
    assert [leak.held.text for leak in leaks(found, Kind.MEMORY)] == []


REGISTERS = """
static int brisk_register(struct brisk *b)
{
	int ret;

	device_initialize(&b->dev);
	ret = brisk_read(b);
	if (ret) {
		%s
		return ret;
	}
	brisk_go(b);
	return 0;
}
static int brisk_make(struct brisk *b)
{
	int ret = brisk_register(b);

	if (ret) {
		%s
		return ret;
	}
	%s
	return 0;
}
"""


def test_a_caller_that_puts_what_the_failed_call_took() -> None:
    put, look = "put_device(&b->dev);", "brisk_look(b);"
    before = REGISTERS % (put, look, look)
    assert news(before, REGISTERS % (look, put, look), "ref-leak") == []
    assert news(before, REGISTERS % (look, look, put), "ref-leak") == [("ref-leak", "high")]


FINDS = """
	char *buf = kmalloc(8, GFP_KERNEL);
	struct brisk_node *old;

	if (!buf)
		return -ENOMEM;
	old = brisk_insert(p, buf);
	if (old) {
%s		return -EEXIST;
	}
	brisk_note(p);
	return 0;
"""


def test_a_call_that_has_just_failed_has_made_nothing_of_it() -> None:
    before, after = _text(FINDS % "\t\tkfree(buf);\n"), _text(FINDS % "")
    assert news(before, after) == [("memory-leak", "high")]


POLLS = """
	struct brisk *b;

	while (brisk_more(p)) {
		b = brisk_find(p);
		if (!b)
			continue;
		if (b->done)
			b->done(b);
%s	}
	brisk_note(p);
"""


def test_a_loop_that_may_not_run_gives_back_what_it_took() -> None:
    head = "static void f(struct brisk *p)"
    put = "\t\tbrisk_put(b);\n"
    before, after = _text(POLLS % put, head), _text(POLLS % "", head)
    assert news(before, after, "ref-leak") == [("ref-leak", "high")]


STARTS = """
	int ret = brisk_%s_start(p->dev);

	if (ret)
		return ret;
	ret = brisk_load(p);
	if (ret)
		return ret;
	ret = brisk_arm(p);
	if (ret) {
		brisk_%s_stop(p->dev);
		return ret;
	}
	return 0;
"""


def test_a_state_that_was_left_set_under_another_name_is_not_new() -> None:
    before, after = (_text(STARTS % (name, name)) for name in ("rdma", "aux"))
    assert news(before, after, "state-left-set") == []
    begun = before.replace("\tif (ret)\n\t\treturn ret;\n\tret = brisk_arm", "\tret = brisk_arm")
    assert news(begun, after, "state-left-set") == [("state-left-set", "high")]

"""A leak that the patch did not bring about is not new, however the way out reads now."""

from __future__ import annotations

from tests.two_sides import news

_HEAD = """
static int brisk_start(struct brisk *brisk)
{
	char *buf;
	int ret;

	buf = kmalloc(brisk->size, GFP_KERNEL);
	if (!buf)
		return -ENOMEM;
	ret = brisk_send(brisk);
	if (ret)
		return ret;
"""
_TAIL = """
	brisk->sum = buf[0];
	kfree(buf);
	return 0;
}
"""
LEAKY = _HEAD + _TAIL


def test_a_way_out_that_reads_differently_now_leaks_what_it_leaked_before() -> None:
    changed = LEAKY.replace("if (ret)\n\t\treturn ret;", "if (ret < 0)\n\t\treturn -EIO;")
    assert news(LEAKY, changed) == []


def test_one_more_way_out_that_does_as_its_neighbour_does() -> None:
    more = _HEAD + "\tif (brisk->size > 8)\n\t\treturn -EINVAL;\n" + _TAIL
    assert news(LEAKY, more) == []


def test_a_way_out_that_gave_back_and_does_so_no_more() -> None:
    right = LEAKY.replace(
        "if (ret)\n\t\treturn ret;", "if (ret) {\n\t\tkfree(buf);\n\t\treturn ret;\n\t}"
    )
    assert ("memory-leak", "high") in news(right, LEAKY)


def test_one_more_way_out_where_the_others_give_back() -> None:
    right = LEAKY.replace(
        "if (ret)\n\t\treturn ret;", "if (ret) {\n\t\tkfree(buf);\n\t\treturn ret;\n\t}"
    )
    more = right.replace(_TAIL, "\tif (brisk->size > 8)\n\t\treturn -EINVAL;\n" + _TAIL)
    assert news(right, more) == [("memory-leak", "high")]


def test_a_patch_that_touches_neither_end_of_a_leak() -> None:
    # What brisk_is_loud() tells cannot be held against brisk->loud.
    before = """
static int brisk_open(struct brisk *brisk)
{
	char *buf = NULL;

	if (brisk->loud)
		buf = kmalloc(8, GFP_KERNEL);
	brisk_send(brisk);
	if (brisk->loud)
		kfree(buf);
	return 0;
}
"""
    after = before.replace("if (brisk->loud)\n\t\tbuf", "if (brisk_is_loud(brisk))\n\t\tbuf")
    assert news(before, after) == []

"""What a review leaves behind: nothing that has to be found as garbage."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest

from reviewbot.registry import load_rules
from reviewbot.resources import rules_dir
from tests.two_sides import reviewed

BEFORE = """\
static int brisk_fill(struct brisk *b)
{
	b->buf = kmalloc(16, GFP_KERNEL);
	return b->buf ? 0 : -ENOMEM;
}

static int brisk_probe(struct brisk *b)
{
	int ret = brisk_fill(b);

	if (ret)
		return ret;
	brisk_fill(b);
	return 0;
}
"""
AFTER = BEFORE.replace("\t\treturn ret;\n", "\t\treturn 0;\n")
EVERY = tuple(rule.id for rule in load_rules(rules_dir()))


@pytest.fixture
def garbage() -> Iterator[list[object]]:
    """What the collector found by itself, once `gc.collect()` is called."""
    reviewed(BEFORE, AFTER, *EVERY)  # what is read once and kept is read by now
    gc.collect()
    gc.disable()
    gc.set_debug(gc.DEBUG_SAVEALL)
    yield gc.garbage
    gc.set_debug(0)
    gc.garbage.clear()
    gc.enable()


def test_a_review_leaves_nothing_for_the_garbage_collector(garbage: list[object]) -> None:
    reviewed(BEFORE, AFTER, *EVERY)
    gc.collect()
    ours = {type(each).__name__ for each in garbage if "reviewbot" in type(each).__module__}
    assert ours == set()

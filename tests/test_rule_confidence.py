"""How sure single rules are, where the other side of a patch decides it."""

from __future__ import annotations

import pytest

from reviewbot.model import Confidence
from reviewbot.registry import load_rule
from reviewbot.resources import rules_dir
from tests.csource.sights import both

HIGH, MEDIUM, LOW = Confidence.HIGH, Confidence.MEDIUM, Confidence.LOW


def sure(rule: str, before: str, after: str) -> list[Confidence]:
    """How sure each claim about f() after the patch is."""
    loaded = load_rule(rules_dir() / rule).rule
    assert loaded.check is not None
    return [claim.confidence or loaded.confidence for claim in loaded.check(both(before, after))]


READS = """static int f(struct fen *fen)
{
	u8 gain;

	if (fen->rev > 2)
		gain = fen->gain;
	if (fen->rev > 4)
		fen_set(fen, gain);
	return 0;
}
"""


@pytest.mark.parametrize(
    ("before", "expected"),
    [(READS.replace("gain;", "gain = 0;", 1), HIGH), (READS.replace("fen_set", "fen_get"), LOW)],
)
def test_a_first_value_that_is_taken_away_was_read(before: str, expected: Confidence) -> None:
    assert sure("uninit", before, READS) == [expected]


CODED = """static int f(struct fen *fen, int n)
{
	int ret = 0;

	mutex_lock(&fen->lock);
	if (fen_start(fen) < 0) {
		dev_err(fen->dev, "no start\\n");
		ret = -EIO;
		goto out;
	}
	fen->n = n;
out:
	mutex_unlock(&fen->lock);
	return ret;
}
"""
LOST = CODED.replace("		ret = -EIO;\n", "")


@pytest.mark.parametrize(
    ("before", "expected"), [(CODED, HIGH), (LOST.replace("fen_start", "fen_begin"), LOW)]
)
def test_a_code_that_is_set_no_more_is_lost(before: str, expected: Confidence) -> None:
    assert sure("error_code_lost", before, LOST) == [expected]


UNDONE = """static int f(struct fen *fen)
{
	int ret;

	ret = fen_start_rx(fen);
	if (ret)
		return ret;
	ret = fen_read_id(fen);
	if (ret) {
		fen_stop_rx(fen);
		return ret;
	}
	return 0;
}
"""


@pytest.mark.parametrize(
    ("maker", "expected"), [("fen_start_rx(fen)", HIGH), ("fen_look_at(fen)", MEDIUM)]
)
def test_a_release_is_missed_where_its_counterpart_stays(maker: str, expected: Confidence) -> None:
    before = UNDONE.replace("fen_start_rx(fen)", maker)
    after = before.replace("	if (ret) {\n		fen_stop_rx(fen);\n", "	if (ret) {\n")
    assert sure("release_dropped", before, after) == [expected]


AGAIN = """static void f(struct device *dev)
{
	struct fen *fen = dev_get_drvdata(dev);

	device_unregister(&fen->dev);
	fen_use(fen);
}
"""


@pytest.mark.parametrize(
    ("use", "expected"), [("memset(&fen->dev, 0, sizeof(fen->dev))", 0), ("strlen(fen->name)", 1)]
)
def test_a_device_that_is_cleared_is_used_anew(use: str, expected: int) -> None:
    after = AGAIN.replace("fen_use(fen)", use)
    assert len(sure("use_after_free", AGAIN, after)) == expected


EXIT = """	ret = fen_read_rev(fen);
	if (ret) {
		fen_stop_rx(fen);
		return ret;
	}
"""


@pytest.mark.parametrize(("before", "expected"), [(EXIT, []), ("", [HIGH])])
def test_a_way_out_that_lost_its_release_is_told_of_once(
    before: str, expected: list[Confidence]
) -> None:
    start, rest = UNDONE.split("	ret = fen_read_id")
    bare = EXIT.replace("		fen_stop_rx(fen);\n", "")
    there, here = (f"{start}{exit}	ret = fen_read_id{rest}" for exit in (before, bare))
    assert sure("state_left_set", there, here) == expected


PUT = """static void f(void)
{
	struct device *dev = fen_device();

	dev_info(dev, "gone\\n");
	fen_use(dev->parent);
	put_device(dev);
}
"""


@pytest.mark.parametrize(
    ("line", "expected"),
    [('	dev_info(dev, "gone\\n");\n', MEDIUM), ("	fen_use(dev->parent);\n", HIGH)],
)
def test_what_is_put_may_be_printed(line: str, expected: Confidence) -> None:
    put = "	put_device(dev);\n"
    after = PUT.replace(line, "").replace(put, put + line)
    assert sure("use_after_free", PUT, after) == [expected]


CLEARED = """static void f(struct fen *fen)
{
	fen_ring_free(fen->ring);
	fen->ring = NULL;
	fen_sleep(fen);
}
"""


@pytest.mark.parametrize(("end", "expected"), [("fen_ring_free", HIGH), ("fen_ring_exit", MEDIUM)])
def test_a_field_dangles_where_the_name_says_that_it_is_freed(
    end: str, expected: Confidence
) -> None:
    before = CLEARED.replace("fen_ring_free", end)
    assert sure("dangling_field", before, before.replace("	fen->ring = NULL;\n", "")) == [
        expected
    ]

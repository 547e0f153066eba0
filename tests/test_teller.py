"""A leak is told by one rule, and by the same one before and after a patch."""

from __future__ import annotations

import pytest

from reviewbot.model import Status
from tests.two_sides import news, reviewed

FUNCTION = """
static int f(struct brisk *p)
{
	struct device_node *np = of_get_child_by_name(p->np, "port");
	int ret;

	if (!np)
		return -ENODEV;
%s	ret = brisk_send(p, np);
	if (ret)
		goto out;
	brisk_go(p);
out:
	of_node_put(np);
	return ret;
}
"""
PLAIN_RETURN = "\tif (p->bad)\n\t\treturn -EIO;\n"
GOTO = "\tif (p->worse)\n\t\tgoto away;\n"


def _with_away(text: str) -> str:
    return text.replace("\treturn ret;\n}", "away:\n\treturn -EIO;\n}")


def test_a_return_around_the_label() -> None:
    assert news(FUNCTION % "", FUNCTION % PLAIN_RETURN) == [("early-return", "high")]


def test_a_goto_to_the_wrong_label() -> None:
    after = FUNCTION % GOTO
    assert news(_with_away(FUNCTION % ""), _with_away(after)) == [("ref-leak", "high")]


def test_a_goto_to_the_wrong_label_below_which_something_is_asked() -> None:
    before = _with_away(FUNCTION % "").replace(
        "away:\n", "away:\n\tif (p->on)\n\t\tbrisk_off(p);\n"
    )
    after = before.replace("\tret = brisk_send", GOTO + "\tret = brisk_send")
    assert news(before, after) == [("ref-leak", "high")]


def test_what_leaked_before_keeps_its_name() -> None:
    before = _with_away(FUNCTION % PLAIN_RETURN)
    after = _with_away(FUNCTION % PLAIN_RETURN.replace("return -EIO", "goto away"))
    assert news(before, after) == []
    assert {f.status for f in reviewed(before, after)} == {Status.PRE_EXISTING}


GET = """
static int f(struct brisk *p)
{
	int ret = pm_runtime_get_sync(p->dev);

	if (ret < 0) {
%s		return ret;
	}
	ret = brisk_send(p);
	if (ret)
		goto out;
	brisk_go(p);
out:
	pm_runtime_put(p->dev);
	return ret;
}
"""
PUT = "\t\tpm_runtime_put_noidle(p->dev);\n"


@pytest.mark.parametrize(
    ("cut", "told"), [(PUT, [("pm-get-sync", "high")]), ("\tbrisk_go(p);\n", [])]
)
def test_a_count_of_a_call_that_failed(cut: str, told: list[tuple[str, str]]) -> None:
    assert news(GET % PUT, (GET % PUT).replace(cut, "")) == told


def test_a_variable_that_another_call_has_written_since_is_no_verdict_on_the_first() -> None:
    after = (GET % PUT).replace("\t\tgoto out;\n", "\t\treturn ret;\n")
    assert news(GET % PUT, after) == [("early-return", "high")]


def test_a_verdict_that_is_handed_on() -> None:
    before = (
        "static int f(struct brisk *p)\n{\n\tint rc = pm_runtime_get_sync(p->dev);\n\n"
        "\tif (rc < 0) {\n\t\tpm_runtime_put_noidle(p->dev);\n\t\treturn rc;\n\t}\n\n"
        "\treturn 0;\n}\n"
    )
    after = (
        "static int f(struct brisk *p)\n{\n\tint rc = pm_runtime_get_sync(p->dev);\n\n"
        "\treturn rc == 1 ? 0 : rc;\n}\n"
    )
    assert news(before, after) == [("pm-get-sync", "medium")]


LOOP = """
static int f(struct brisk *p)
{
	struct device_node *child;

	for_each_child_of_node(p->np, child) {
		if (brisk_send(p, child)) {
			of_node_put(child);
			return -EIO;
		}
	}
	return 0;
}
"""


def test_a_loop_that_is_left() -> None:
    after = LOOP.replace("\t\t\tof_node_put(child);\n", "")
    assert news(LOOP, after) == [("child-loop-leak", "high")]


def test_a_success_that_keeps_what_nobody_undoes_goes_around_no_label() -> None:
    before = """
static int brisk_probe(struct brisk *p)
{
	int ret = devm_clk_prepare(p->clk);

	if (ret)
		return ret;
	ret = brisk_send(p);
	if (ret)
		return ret;
	brisk_go(p);
	return 0;
}
"""
    after = before.replace("devm_clk", "clk").replace(
        "_send(p);\n\tif (ret)\n\t\treturn ret;", "_send(p);\n\tif (ret)\n\t\tgoto out;"
    )
    after = after.replace(
        "\treturn 0;\n", "\treturn 0;\nout:\n\tclk_unprepare(p->clk);\n\treturn ret;\n"
    )
    assert news(before, after) == [("enable-leak", "medium")]
    (found,) = reviewed(before, after)
    assert dict(found.words)["usual"] == "clk_unprepare()" and not dict(found.words)["label"]


CHOICE = """
static int f(struct brisk *p)
{
	int ret = %s(p->dev);

	return ret < 0 ? ret : 0;
}
"""


def test_a_verdict_that_is_returned_by_a_choice() -> None:
    before, after = (CHOICE % f"pm_runtime_{call}" for call in ("resume_and_get", "get_sync"))
    assert news(before, after) == [("enable-leak", "medium")]
    assert news(after, before) == []


DETECT = """
static int f(struct brisk *p)
{
	int ret;

	pm_runtime_get_noresume(p->dev);
	ret = brisk_fetch(p);
	if (ret < 0) {
%s		return BRISK_GONE;
	}
	if (p->idle)
		p->level = ret;
	pm_runtime_put(p->dev);
	return BRISK_THERE;
}
"""


def test_a_way_out_that_is_no_failure_gave_back_as_all_others_do() -> None:
    put = "\t\tpm_runtime_put(p->dev);\n"
    assert news(DETECT % put, DETECT % "") == [("enable-leak", "medium")]
    kept = "\tif (p->busy)\n\t\treturn BRISK_THERE;\n"
    before, after = (
        (DETECT % each).replace("\tif (p->idle)", f"{kept}\tif (p->idle)") for each in (put, "")
    )
    assert news(before, after) == []

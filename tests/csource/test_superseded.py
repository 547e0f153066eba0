"""When a release that a patch takes out is missed, though a callee reaches the same function."""

from __future__ import annotations

import pytest

from tests.two_sides import news

LOADS = """
static int brisk_burst(struct brisk *p, const struct firmware *fw)
{
	const struct firmware *more;

	if (request_firmware(&more, "more", p->dev))
		return -ENOENT;
	brisk_write(p, more->data);
	release_firmware(more);
	return 0;
}

static int f(struct brisk *p)
{
	const struct firmware *fw = p->pending;
	int ret = brisk_check(p, fw->size);

	if (ret)
		goto out;
	ret = brisk_burst(p, fw);
	if (ret)
		goto out;
	ret = brisk_wait(p);
	if (ret)
		goto out;
	brisk_note(p);
out:
	release_firmware(fw);
	return ret;
}
"""


def test_what_a_callee_gives_back_of_its_own_is_no_excuse() -> None:
    after = LOADS.replace(
        "\tret = brisk_wait(p);\n\tif (ret)\n\t\tgoto out;",
        "\tret = brisk_wait(p);\n\tif (ret)\n\t\treturn ret;",
    )
    assert news(LOADS, after, "release-dropped") == [("release-dropped", "high")]


def test_a_helper_that_is_new_on_the_way_may_do_it() -> None:
    helper = "static void brisk_end(struct brisk *p)\n{\n\trelease_firmware(p->pending);\n}\n"
    after = helper + LOADS.replace("out:\n\trelease_firmware(fw);", "out:\n\tbrisk_end(p);")
    assert news(helper + LOADS, after, "release-dropped") == []


REMOVE = "static void brisk_remove(struct brisk *p)\n{{\n\tbrisk_halt(p);\n\t{0}\n}}\n"


@pytest.mark.parametrize(
    ("call", "taker", "told"),
    [
        ("put_device(p->host);", "p->host = get_device(dev);", [("release-dropped", "high")]),
        ("put_device(p->host);", "p->host = brisk_host(dev);", []),
    ],
)
def test_what_nothing_in_the_file_took_may_never_have_been_taken(
    call: str, taker: str, told: list[tuple[str, str]]
) -> None:
    probe = f"static void brisk_probe(struct brisk *p, struct device *dev)\n{{\n\t{taker}\n}}\n"
    before, after = (probe + REMOVE.format(each) for each in (call, ""))
    assert news(before, after, "release-dropped") == told


CLEAN = """
static void brisk_clean(struct brisk *p, struct brisk_queue *q)
{
	struct device *dev = brisk_confdev(q);

	brisk_halt(p);
	kfree(q->config);
	%s
}
"""


@pytest.mark.parametrize(
    ("end", "told"),
    [("put_device(dev);", []), ("brisk_forget(p);", [("release-dropped", "high")])],
)
def test_the_release_of_an_object_frees_what_hangs_on_it(
    end: str, told: list[tuple[str, str]]
) -> None:
    before = CLEAN % end
    assert news(before, before.replace("\tkfree(q->config);\n", ""), "release-dropped") == told


COUNTS = """
static int brisk_read(struct brisk *p)
{
	pm_runtime_get_sync(p->dev);
	p->level = brisk_fetch(p);
	pm_runtime_put(p->dev);
	return 0;
}

static int brisk_probe(struct brisk *p)
{
	pm_runtime_use_autosuspend(p->dev);%s
	return 0;
}
"""


@pytest.mark.parametrize(
    ("kept", "call", "told"),
    [
        ("", "pm_runtime_put(p->dev);", []),
        ("\n\tpm_runtime_get_noresume(p->dev);", "pm_runtime_put(p->dev);", ["high"]),
        # Its name does not say that it undoes something; the tables do.
        ("", "pm_runtime_dont_use_autosuspend(p->dev);", ["high"]),
    ],
)
def test_a_count_is_missed_only_where_something_raised_it(
    kept: str, call: str, told: list[str]
) -> None:
    before, after = (COUNTS % kept + REMOVE.format(each) for each in (call, ""))
    found = news(before, after, "release-dropped")
    assert found == [("release-dropped", sure) for sure in told]


CLOCK = """
static int brisk_probe(struct brisk *p)
{
	return clk_prepare_enable(p->clk);
}
"""


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("clk_disable_unprepare(p->clk);", "clk_disable(p->clk);", ["high"]),
        ("clk_disable_unprepare(p->clk);", "clk_disable(p->clk);\n\tclk_unprepare(p->clk);", []),
        ("clk_disable(p->clk);", "clk_disable_unprepare(p->clk);", []),
    ],
)
def test_half_of_what_was_given_back(before: str, after: str, told: list[str]) -> None:
    sides = [CLOCK + REMOVE.format(call) for call in (before, after)]
    assert news(*sides, "release-dropped") == [("release-dropped", sure) for sure in told]

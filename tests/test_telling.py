"""What is said of a leak: a state that fits the thing, the way there, and the remedy at hand."""

from __future__ import annotations

from functools import cache

import pytest

from reviewbot.claim import Claim
from reviewbot.csource.factfile import load_facts
from reviewbot.csource.facts import Facts, Kind
from reviewbot.csource.leaks import leaks
from reviewbot.csource.parse import parse_file
from reviewbot.csource.sight import Side, Sight
from reviewbot.model import Confidence
from reviewbot.resources import rules_dir
from reviewbot.teller import Teller
from reviewbot.telling import leak_claim, leak_claims


@cache
def facts() -> Facts:
    return load_facts(rules_dir() / "facts")


def sight(body: str, other: Sight | None = None) -> Sight:
    text = "static int fen_setup(struct fen *fen)\n{\n\tint ret;\n" + body + "}\n"
    file = parse_file("drivers/misc/fen.c", text.encode(), frozenset())
    function = file.function("fen_setup")
    assert function is not None
    side = Side("after", {file.path: file})
    return Sight(function, file, side, frozenset(), facts(), other)


def told(seen: Sight, kind: Kind, state: str) -> Claim:
    (leak,) = leaks(seen, kind)
    return leak_claim(seen, leak, state)


LABELLED = """
	ret = clk_prepare_enable(fen->clk);
	if (ret)
		return ret;
	if (fen->old)
		return -ENODEV;
	ret = fen_reset(fen);
	if (ret)
		goto err_clk;
	return 0;
err_clk:
	clk_disable_unprepare(fen->clk);
	return ret;
"""


def test_what_is_switched_on_is_told_by_the_call_and_the_label_that_undoes_it() -> None:
    claim = told(sight(LABELLED), Kind.ENABLE, "not undone")
    words = dict(claim.words)
    assert claim.message == (
        "clk_prepare_enable(fen->clk) is not undone when fen_setup() returns -ENODEV"
    )
    assert (words["release"], words["label"]) == ("clk_disable_unprepare(fen->clk)", "err_clk")
    assert [note.text for note in claim.trace[1:-1]] == ["fen->old is not 0"]


def test_a_label_is_not_offered_where_scoped_clean_up_forbids_gotos() -> None:
    guarded = LABELLED.replace("\n", "\n\tguard(mutex)(&fen->lock);\n", 1)
    words = dict(told(sight(guarded), Kind.ENABLE, "not undone").words)
    assert (words["release"], words["label"]) == ("clk_disable_unprepare(fen->clk)", "")


def test_a_release_that_hangs_on_a_condition_is_offered_without_its_label() -> None:
    released = "\tclk_disable_unprepare(fen->clk);\n\treturn ret;"
    body = LABELLED.replace(released, "\tif (ret)\n\t" + released)
    words = dict(told(sight(body), Kind.ENABLE, "not undone").words)
    assert (words["release"], words["label"]) == ("clk_disable_unprepare(fen->clk)", "")


def test_a_release_that_only_the_other_side_makes_is_told_as_one_of_before() -> None:
    before = sight("""
	ret = clk_prepare_enable(fen->clk);
	if (ret)
		return ret;
	if (fen->old) {
		clk_disable_unprepare(fen->clk);
		return -ENODEV;
	}
	return 0;
""")
    after = sight(
        """
	ret = clk_prepare_enable(fen->clk);
	if (ret)
		return ret;
	if (fen->old)
		return -ENODEV;
	return 0;
""",
        before,
    )
    words = dict(told(after, Kind.ENABLE, "not undone").words)
    assert words["release"] == "clk_disable_unprepare(fen->clk)"
    assert words["before"] == "yes"


def test_without_a_release_in_sight_the_tables_name_the_only_one_there_is() -> None:
    seen = sight("""
	struct device_node *np = of_get_child_by_name(fen->np, "port");

	if (fen->old)
		return -ENODEV;
	return of_property_read_u32(np, "reg", &fen->reg);
""")
    claims = [leak_claim(seen, leak, "not put") for leak in leaks(seen, Kind.REFERENCE)]
    words = dict(claims[0].words)
    assert (words["release"], words["usual"]) == ("", "of_node_put()")


@pytest.mark.parametrize(
    ("take", "thing"),
    [
        ("pci_request_regions(fen->pdev, NAME)", "the PCI regions fen->pdev are"),
        ("platform_driver_register(&fen_driver)", "the registration of the driver &fen_driver is"),
    ],
)
def test_a_plural_takes_are(take: str, thing: str) -> None:
    seen = sight(f"""
	ret = {take};
	if (ret)
		return ret;
	if (fen->old)
		return -ENODEV;
	return 0;
""")
    (leak,) = (one for one in leaks(seen, Kind.OBJECT, Kind.REFERENCE) if one.error)
    message = leak_claim(seen, leak, "left").message
    assert message == f"{thing} left when fen_setup() returns -ENODEV"


@pytest.mark.parametrize(
    ("take", "sure"),
    [
        ("platform_driver_register(&fen_driver)", Confidence.HIGH),
        ("pci_request_regions(fen->pdev, NAME)", Confidence.MEDIUM),
    ],
)
def test_a_registration_left_behind_is_sure_without_another_path(
    take: str, sure: Confidence
) -> None:
    seen = sight(f"""
	ret = {take};
	if (ret)
		return ret;
	return fen_start(fen);
""")
    claims = leak_claims(seen, Teller.PLAIN, Kind.OBJECT, Kind.REFERENCE)
    assert [claim.confidence for claim in claims] == [sure]


def test_a_count_that_a_failed_call_has_taken_is_told_as_its_own() -> None:
    seen = sight("""
	ret = pm_runtime_get_sync(fen->dev);
	if (ret < 0)
		return ret;
	pm_runtime_put(fen->dev);
	return 0;
""")
    assert dict(told(seen, Kind.ENABLE, "not undone").words)["own"] == "yes"

"""Bars are as high as their values, scales end at round numbers, gaps are gaps."""

from __future__ import annotations

import pytest

from reviewbot.web.plots import Band, bar_plot, line_plot, seconds

STEPS = ["2 Nov", "9 Nov", "16 Nov"]


def test_bars_stand_on_each_other() -> None:
    plot = bar_plot(
        "Findings", STEPS, [Band("low", "low", [1, 0, 2]), Band("high", "high", [3, 0, 2])]
    )
    assert [tick.text for tick in plot.ticks] == ["0", "2", "4"]
    low, high, *_ = plot.bars
    assert (low.style, high.style) == ("low", "high")
    assert high.height == pytest.approx(3 * low.height)
    assert high.y + high.height == pytest.approx(low.y)
    assert high.told == "2 Nov: 3 high"
    assert len(plot.bars) == 4
    assert plot.rows[0] == ("2 Nov", ("1", "3"))


@pytest.mark.parametrize(
    ("most", "end"),
    [(0, "2"), (1, "2"), (3, "4"), (9, "10"), (41, "50"), (810, "1000"), (1001, "2000")],
)
def test_scales_end_at_round_numbers(most: int, end: str) -> None:
    assert bar_plot("x", ["a"], [Band("x", "x", [most])]).ticks[-1].text == end


def test_a_line_is_broken_where_there_is_no_value() -> None:
    plot = line_plot("Wait", STEPS, [Band("usual", "half", [60, None, 90])])
    [path] = plot.paths
    assert path.d.count("M") == 2
    assert "L" not in path.d
    assert len(path.points) == 2
    assert [row[1] for row in plot.rows] == [("60 s",), ("–",), ("90 s",)]
    assert [tick.text for tick in plot.ticks] == ["0 s", "60 s", "2 min"]


def test_nothing_is_said_to_be_nothing() -> None:
    assert bar_plot("x", STEPS, [Band("x", "x", [0, 0, 0])]).empty
    assert line_plot("x", STEPS, [Band("x", "x", [None, None, None])]).empty
    assert not bar_plot("x", STEPS, [Band("x", "x", [0, 1, 0])]).empty


def test_labels_do_not_run_into_each_other() -> None:
    steps = [str(number) for number in range(26)]
    labels = bar_plot("x", steps, [Band("x", "x", [1] * 26)]).labels
    assert len(labels) <= 6
    assert labels[0].text == "25"


@pytest.mark.parametrize(
    ("value", "text"),
    [(0, "0 s"), (0.25, "0.25 s"), (90, "90 s"), (600, "10 min"), (7200, "2 h"), (86400, "24 h")],
)
def test_durations(value: float, text: str) -> None:
    assert seconds(value) == text

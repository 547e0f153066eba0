"""Plots as figures for SVG: where each bar, line and label stands; the template only draws."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 520, 190
LEFT, RIGHT, TOP, BOTTOM = 52, 22, 10, 24
INNER_WIDTH, INNER_HEIGHT = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM
LABELS = 6
"""Words below a plot at most; more would run into each other."""


@dataclass(frozen=True, slots=True)
class Band:
    """One set of values, by the name of its class in the style sheet; None is a gap."""

    style: str
    name: str
    values: Sequence[float | None]


@dataclass(frozen=True, slots=True)
class Bar:
    style: str
    x: float
    y: float
    width: float
    height: float
    told: str


@dataclass(frozen=True, slots=True)
class Path:
    """A line, as the `d` of an SVG path, and its points."""

    style: str
    d: str
    points: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class Label:
    x: float
    y: float
    text: str


@dataclass(frozen=True, slots=True)
class Plot:
    """`rows` are the same values as a table: the name of each step, and a text for each band."""

    title: str
    bands: tuple[Band, ...]
    bars: tuple[Bar, ...]
    paths: tuple[Path, ...]
    ticks: tuple[Label, ...]
    labels: tuple[Label, ...]
    rows: tuple[tuple[str, tuple[str, ...]], ...]
    empty: bool


def bar_plot(title: str, steps: Sequence[str], bands: Sequence[Band]) -> Plot:
    """Bars, one on the other."""
    sums = [sum(band.values[at] or 0 for band in bands) for at in range(len(steps))]
    top = _top(max(sums, default=0))
    slot = INNER_WIDTH / max(len(steps), 1)
    bars = []
    for at, step in enumerate(steps):
        below = 0.0
        for band in bands:
            value = band.values[at] or 0
            if value:
                below += value
                told = f"{step}: {value:g} {band.name}"
                x, width = _r(LEFT + slot * (at + 0.12)), _r(slot * 0.76)
                height = _r(INNER_HEIGHT * value / top)
                bars.append(Bar(band.style, x, _y(below, top), width, height, told))
    return _plot(title, steps, bands, top, tuple(bars), (), _plain)


def line_plot(title: str, steps: Sequence[str], bands: Sequence[Band]) -> Plot:
    """Lines over seconds; where there is no value, a line is broken."""
    values = [value for band in bands for value in band.values if value is not None]
    top = _time_top(max(values, default=0))
    paths = tuple(_path(band, top) for band in bands)
    return _plot(title, steps, bands, top, (), paths, seconds)


def seconds(value: float) -> str:
    """`40 s`, `3 min`, `2 h`: as much as one needs to know."""
    if value < 120:
        return f"{value:.3g} s"
    if value < 7200:
        return f"{value / 60:.2g} min"
    return f"{value / 3600:.3g} h"


def _plain(value: float) -> str:
    return f"{value:g}"


def _path(band: Band, top: float) -> Path:
    slot = INNER_WIDTH / max(len(band.values), 1)
    parts, points, drawing = [], [], False
    for at, value in enumerate(band.values):
        if value is not None:
            point = (_r(LEFT + slot * (at + 0.5)), _y(value, top))
            parts.append(f"{'L' if drawing else 'M'}{point[0]} {point[1]}")
            points.append(point)
        drawing = value is not None
    return Path(band.style, " ".join(parts), tuple(points))


def _plot(
    title: str,
    steps: Sequence[str],
    bands: Sequence[Band],
    top: float,
    bars: tuple[Bar, ...],
    paths: tuple[Path, ...],
    shown: Callable[[float], str],
) -> Plot:
    ticks = tuple(Label(LEFT - 6, _y(top * part, top), shown(top * part)) for part in (0, 0.5, 1))
    slot = INNER_WIDTH / max(len(steps), 1)
    every = max(1, math.ceil(len(steps) / LABELS))
    labels = tuple(
        Label(_r(LEFT + slot * (at + 0.5)), HEIGHT - 7, steps[at])
        for at in range(len(steps) - 1, -1, -every)
    )
    rows = tuple(
        (step, tuple("–" if (value := band.values[at]) is None else shown(value) for band in bands))
        for at, step in enumerate(steps)
    )
    empty = not any(value for band in bands for value in band.values)
    return Plot(title, tuple(bands), bars, paths, ticks, labels, rows, empty)


def _top(most: float) -> float:
    """The end of the scale: 1, 2 or 5 with noughts, twice a whole number of anything counted."""
    if most <= 2:
        return 2.0
    size = 10.0 ** math.floor(math.log10(most))
    return next(size * step for step in (1, 2, 4, 5, 6, 8, 10) if size * step >= most)


def _time_top(most: float) -> float:
    """The end of a scale of seconds: half of it is a round time, too."""
    scale = (2, 10, 20, 60, 120, 240, 600, 1200, 3600, 7200, 14400, 43200, 86400)
    return float(next((top for top in scale if top >= most), math.ceil(most / 172800) * 172800))


def _y(value: float, top: float) -> float:
    return _r(TOP + INNER_HEIGHT * (1 - value / top))


def _r(value: float) -> float:
    return round(value, 1)

"""Figures over time, as plots and as tables."""

from __future__ import annotations

from fastapi import APIRouter, Response

from reviewbot.model import Severity
from reviewbot.store.trends import Week
from reviewbot.web.access import Reading
from reviewbot.web.pages import page
from reviewbot.web.plots import Band, Plot, bar_plot, line_plot
from reviewbot.web.views.fared import fared

router = APIRouter(include_in_schema=False)

WEEKS = 26
NOT_A_BUG, A_BUG = "not a bug", "a bug"


@router.get("/figures")
def figures(visit: Reading) -> Response:
    site = visit.site
    weeks = site.memory.get("weeks", lambda: site.store.trends.weeks(WEEKS))
    heard = [one for one in fared(site) if one.count.findings or one.mailed]
    return page("figures", visit, plots=_plots(weeks), rules=heard)


def _plots(weeks: tuple[Week, ...]) -> list[Plot]:
    steps = [f"{week.start:%d %b}" for week in weeks]
    found = [
        Band(str(severity), str(severity), [getattr(week.findings, severity) for week in weeks])
        for severity in reversed(Severity)
    ]
    answers = [
        Band("low", A_BUG, [week.answers.get(A_BUG, 0) for week in weeks]),
        Band("high", NOT_A_BUG, [week.answers.get(NOT_A_BUG, 0) for week in weeks]),
    ]
    waits = [
        Band("usual", "half of all", [week.usual for week in weeks]),
        Band("slow", "nine of ten", [week.slow for week in weeks]),
    ]
    reviews = Band("plain", "reviews", [week.reviews for week in weeks])
    return [
        bar_plot("Reviews a week", steps, [reviews]),
        bar_plot("Findings a week", steps, found),
        bar_plot("What people answered", steps, answers),
        line_plot("From the notice to the review", steps, waits),
    ]

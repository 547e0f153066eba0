"""Who hands a function over, in which context it runs then, and who waits for it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from reviewbot.csource.handlers import handlers, runs_as, waited_for
from tests.csource.sights import sight

SETUP = """
static int f(struct brisk *p)
{
	INIT_WORK(&p->work, brisk_work);
	timer_setup(&p->timer, brisk_tick, 0);
	p->clock.function = brisk_clock;
	usb_fill_bulk_urb(p->urb, p->udev, brisk_pipe(p, 1), p->buf, 8,
		brisk_complete, p);
	return request_threaded_irq(p->irq, brisk_irq, NULL, 0, "brisk", p);
}

static DECLARE_WORK(brisk_global, brisk_global_work);

static const struct net_device_ops brisk_netdev_ops = {
	.ndo_open = brisk_open,
	.ndo_start_xmit = brisk_xmit,
};

static struct usb_driver brisk_driver = {
	.name = "brisk",
	.pre_reset = brisk_pre_reset,
	.post_reset = brisk_post_reset,
};
"""


def test_all_that_a_file_hands_over() -> None:
    found = {(each.function, each.context, each.on) for each in handlers(sight(SETUP))}
    assert found == {
        ("brisk_work", "work", "work"),
        ("brisk_global_work", "work", "brisk_global"),
        ("brisk_tick", "timer", "timer"),
        ("brisk_clock", "hrtimer", "clock"),
        ("brisk_complete", "urb-completion", "urb"),
        ("brisk_irq", "hard-irq", ""),
        ("brisk_xmit", "start-xmit", ""),
        ("brisk_pre_reset", "usb-reset", ""),
        ("brisk_post_reset", "usb-reset", ""),
    }


def test_how_a_function_itself_runs() -> None:
    text = SETUP + "static void brisk_tick(struct timer_list *t)\n{\n\tbrisk_beat(t);\n}\n"
    assert [each.context for each in runs_as(sight(text, "brisk_tick"))] == ["timer"]
    assert runs_as(sight(text)) == ()


def test_a_function_whose_name_no_hunk_shows_is_handed_over_nowhere() -> None:
    """The name is empty then, and to look for it went on for ever."""
    there = sight(SETUP.lstrip())
    assert runs_as(replace(there, function=replace(there.function, name=""))) == ()


@pytest.mark.parametrize(
    ("call", "found"),
    [
        ("cancel_work_sync(&p->work)", ["brisk_work"]),
        ("cancel_work_sync(&p->other)", []),
        ("cancel_work(&p->work)", []),
        ("free_irq(p->line, p)", ["brisk_irq"]),
        ("usb_reset_device(p->udev)", ["brisk_pre_reset", "brisk_post_reset"]),
        ("flush_work(&brisk_global)", ["brisk_global_work"]),
    ],
)
def test_who_is_waited_for(call: str, found: list[str]) -> None:
    seen = sight(SETUP + f"static void g(struct brisk *p)\n{{\n\t{call};\n}}\n", "g")
    (expr,) = seen.function.calls
    assert [each.function for each in waited_for(seen, expr)] == found


def test_two_handlers_of_one_name_are_not_told_apart() -> None:
    other = "static void h(struct other *p)\n{\n\tINIT_WORK(&p->work, other_work);\n}\n"
    text = SETUP + other + "static void g(struct brisk *p)\n{\n\tflush_work(&p->work);\n}\n"
    seen = sight(text, "g")
    assert list(waited_for(seen, seen.function.calls[0])) == []

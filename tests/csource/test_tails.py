"""Releases that a patch drops: which way out misses one, which rule says so, and how sure it is."""

from __future__ import annotations

import pytest

from tests.two_sides import news

SENDS = """
static bool brisk_send_frame(struct brisk *p)
{
	struct sk_buff *skb = brisk_frame(p);

	if (%s) {
		kfree_skb(skb);
		return false;
	}
	brisk_start(p);
	return true;
}
"""


@pytest.mark.parametrize(
    ("call", "told"),
    [
        ("!ieee80211_tx_prepare_skb(p->hw, p->vif, skb, 0, NULL)", []),
        ("brisk_look(p, skb)", [("release-dropped", "high")]),
    ],
)
def test_what_a_call_that_is_left_takes_over_is_not_freed_by_hand(
    call: str, told: list[tuple[str, str]]
) -> None:
    before = SENDS % call
    assert news(before, before.replace("\t\tkfree_skb(skb);\n", ""), "release-dropped") == told


FILLS = """
static void brisk_start(struct brisk *p)
{
	char *buf = p->next;

	usb_fill_bulk_urb(p->urb, p->dev, 0, buf, 8, brisk_done, p);
	p->urb->transfer_flags |= %s;
	brisk_submit(p->urb);
	kfree(buf);
}
"""


@pytest.mark.parametrize(
    ("flag", "told"),
    [("URB_FREE_BUFFER", []), ("URB_NO_TRANSFER_DMA_MAP", [("release-dropped", "high")])],
)
def test_a_flag_says_that_the_owner_frees(flag: str, told: list[tuple[str, str]]) -> None:
    before = (FILLS % flag).replace("p->urb", "urb").replace("char *buf", "URB\n\tchar *buf")
    before = before.replace("URB\n", "struct urb *urb = p->urbs;\n", 1)
    assert news(before, before.replace("\tkfree(buf);\n", ""), "release-dropped") == told


CHANNELS = """
static void brisk_request(struct brisk *p)
{
	struct dma_chan *chan;
	struct pci_dev *dev = pci_get_slot(p->bus, 0);

	chan = dma_request_channel(p->mask, brisk_filter, p);
	if (!chan) {
%s	}
	p->tx = chan;
	chan = dma_request_channel(p->mask, brisk_filter, p);
	if (!chan) {
%s	}
	p->rx = chan;
	pci_dev_put(dev);
	return;
%s}
"""


def test_two_ways_out_that_read_the_same_are_told_apart_by_what_is_left() -> None:
    put, release = "pci_dev_put(dev);\n", "dma_release_channel(p->tx);\n"
    first, second = f"\t\t{put}\t\treturn;\n", f"\t\t{release}\t\t{put}\t\treturn;\n"
    below = f"err_tx:\n\t{release}\tp->tx = NULL;\nerr:\n\t{put}"
    before = CHANNELS % (first, second, "")
    after = CHANNELS % ("\t\tgoto err;\n", "\t\tgoto err_tx;\n", below)
    assert news(before, after, "release-dropped") == []
    lost = before.replace(f"\t\t{release}", "")
    assert news(before, lost, "release-dropped") != []


PARSES = """
static void brisk_port(struct brisk *p)
{
	p->port = of_get_child_by_name(p->node, "port");
}
static int brisk_parse(struct brisk *p)
{
	struct device_node *np = %s;
	int ret = brisk_endpoint(p);

	if (ret) {
		of_node_put(np);
		return ret;
	}
	return brisk_pads(p);
}
"""


@pytest.mark.parametrize(
    ("value", "confidence"), [("p->of_node", "medium"), ("brisk_node(p)", "high")]
)
def test_a_reference_that_is_only_read_may_be_somebody_elses(value: str, confidence: str) -> None:
    before = PARSES % value
    after = before.replace("\t\tof_node_put(np);\n", "")
    assert news(before, after, "release-dropped") == [("release-dropped", confidence)]


STATES = """
static int brisk_load(struct brisk *p)
{
	int ret = brisk_io_start(p->dev);

	if (ret)
		return ret;
	ret = brisk_count(p);
	if (ret)
		%s
	ret = brisk_name(p);
	if (ret)
		goto stop;
	return 0;
stop:
	brisk_io_stop(p->dev);
	return ret;
}
"""


def test_a_state_that_stays_set_is_told_by_one_rule() -> None:
    before, after = STATES % "goto stop;", STATES % "return ret;"
    rules = ("release-dropped", "state-left-set")
    assert news(before, after, *rules) == [("release-dropped", "high")]

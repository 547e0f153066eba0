"""Checks in a patchwork: set on the right patch, once, by whoever has the token."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from reviewbot.config.outgoing import Outgoing
from reviewbot.errors import BadSetting, CheckRefused, OutboxUnusable
from reviewbot.outbox.patchwork import Check, Patchwork, State, open_patchwork
from tests.patchwork_server import TOKEN, PatchworkServer
from tests.patchwork_server import patchwork_server as patchwork_server

LIST = "linux-demo@lists.example.org"
WARNING = Check(State.WARNING, "2 findings: ref-leak, uninit", "https://review.example/patches/7")
GOOD = Check(State.SUCCESS, "nothing to say", "")


def never(url: str) -> None:
    """All turns have come."""


@pytest.fixture
def patchwork(patchwork_server: PatchworkServer) -> Iterator[Patchwork]:
    outgoing = Outgoing(patchwork_url=f"{patchwork_server.url}/", patchwork_token=TOKEN)
    with httpx.Client() as client:
        yield Patchwork(outgoing, "keeper@example.org", never, client)


def test_a_check_says_what_was_found_and_where_there_is_more(
    patchwork: Patchwork, patchwork_server: PatchworkServer
) -> None:
    number = patchwork_server.add("a@example.com")
    patchwork_server.add("b@example.com")
    patchwork.set("a@example.com", LIST, WARNING)
    [check] = patchwork_server.checks[number]
    assert check == {
        "id": 1,
        "context": "reviewbot",
        "state": "warning",
        "description": WARNING.description,
        "target_url": WARNING.url,
    }
    assert patchwork_server.states() == [["warning"], []]
    [agent] = patchwork_server.agents
    assert "keeper@example.org" in agent


def test_the_same_is_not_said_twice_and_a_change_is(
    patchwork: Patchwork, patchwork_server: PatchworkServer
) -> None:
    patchwork_server.add("a@example.com")
    for check in (WARNING, WARNING, GOOD, GOOD, WARNING):
        patchwork.set("a@example.com", LIST, check)
    assert patchwork_server.states() == [["warning", "success", "warning"]]


def test_what_another_checker_says_is_not_ours(
    patchwork: Patchwork, patchwork_server: PatchworkServer
) -> None:
    number = patchwork_server.add("a@example.com")
    other = {"id": 99, "context": "build", "state": "success", "description": GOOD.description}
    patchwork_server.checks[number].append({**other, "target_url": None})
    patchwork.set("a@example.com", LIST, GOOD)
    assert [one["context"] for one in patchwork_server.checks[number]] == ["build", "reviewbot"]


def test_a_patch_in_several_projects_gets_its_check_in_that_of_the_list(
    patchwork: Patchwork, patchwork_server: PatchworkServer
) -> None:
    patchwork_server.add("a@example.com", "linux-other@lists.example.org")
    patchwork_server.add("a@example.com", "Linux-Demo@lists.example.org")
    patchwork.set("a@example.com", LIST, GOOD)
    assert patchwork_server.states() == [[], ["success"]]
    patchwork.set("a@example.com", "", WARNING)
    assert patchwork_server.states() == [["warning"], ["success", "warning"]]


def test_a_patch_that_has_not_come_yet_may_come(patchwork: Patchwork) -> None:
    with pytest.raises(OutboxUnusable, match=r"has no patch <late@example\.com> yet"):
        patchwork.set("late@example.com", LIST, GOOD)


@pytest.mark.parametrize("status", [408, 429, 500, 503])
def test_what_may_pass_is_told_from(
    patchwork: Patchwork, patchwork_server: PatchworkServer, status: int
) -> None:
    patchwork_server.add("a@example.com")
    patchwork_server.refuses = [status]
    with pytest.raises(OutboxUnusable, match=f"status {status}"):
        patchwork.set("a@example.com", LIST, GOOD)


@pytest.mark.parametrize("status", [302, 400, 401, 403, 404])
def test_what_will_not_pass(
    patchwork: Patchwork, patchwork_server: PatchworkServer, status: int
) -> None:
    patchwork_server.add("a@example.com")
    patchwork_server.refuses = [status]
    with pytest.raises(CheckRefused, match=f"status {status}"):
        patchwork.set("a@example.com", LIST, GOOD)


def test_a_check_that_was_taken_without_a_word_is_found(
    patchwork: Patchwork, patchwork_server: PatchworkServer
) -> None:
    patchwork_server.add("a@example.com")
    patchwork_server.hangs_up = 1
    with pytest.raises(OutboxUnusable, match="does not answer"):
        patchwork.set("a@example.com", LIST, GOOD)
    patchwork.set("a@example.com", LIST, GOOD)
    assert patchwork_server.states() == [["success"]]


@pytest.mark.parametrize("content", [b"<html>", b"{}", b'[{"name": "x"}]'])
def test_what_is_no_patchwork_is_named(content: bytes) -> None:
    answer = httpx.MockTransport(lambda request: httpx.Response(200, content=content))
    outgoing = Outgoing(patchwork_url="http://127.0.0.1:9", patchwork_token=TOKEN)
    patchwork = Patchwork(outgoing, "", never, httpx.Client(transport=answer))
    with pytest.raises(CheckRefused, match="is it a patchwork"):
        patchwork.set("a@example.com", LIST, GOOD)


def test_each_call_waits_for_its_turn(patchwork_server: PatchworkServer) -> None:
    turns: list[str] = []
    patchwork_server.add("a@example.com")
    outgoing = Outgoing(patchwork_url=patchwork_server.url, patchwork_token=TOKEN)
    with httpx.Client() as client:
        Patchwork(outgoing, "", turns.append, client).set("a@example.com", LIST, GOOD)
    assert turns == [patchwork_server.url] * len(patchwork_server.calls)
    assert len(turns) == 3


def test_there_is_none_unless_the_settings_name_one() -> None:
    assert open_patchwork(Outgoing(), "", never) is None


def test_a_patchwork_without_a_token_and_a_name_that_it_does_not_take_are_refused() -> None:
    with pytest.raises(BadSetting, match=r"outbox\.patchwork_token: missing"):
        Outgoing(patchwork_url="https://patchwork.example.org")
    with pytest.raises(BadSetting, match=r"outbox\.patchwork_context"):
        Outgoing(patchwork_context="review bot")

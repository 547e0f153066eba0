"""Sets checks on patches in a patchwork: what a review came to, beside each patch of a list.

Patchwork changes no check: of those under one context the last one counts. So we look before
we set one, and set none that says what the last one says: a try may be made again at any time.

Source: patchwork's API 1.3, https://patchwork.readthedocs.io/en/latest/api/rest/
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import httpx

from reviewbot.config.outgoing import Outgoing
from reviewbot.errors import CheckRefused, OutboxUnusable
from reviewbot.sources.manners import user_agent

PATIENCE = 30.0
"""Seconds that we wait for each answer of the server."""
LONGEST = 250
"""Characters of a description: patchwork shows it in a cell of a table."""
MOST = 250
"""Checks that are asked for; the most that patchwork gives at once."""

WaitForTurn = Callable[[str], None]
"""Returns when this address may be called: many workers share one pace."""


class State(StrEnum):
    """What a check says, in patchwork's words."""

    SUCCESS = "success"
    WARNING = "warning"
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class Check:
    """What is said of one patch; `url` is where there is more of it, or ""."""

    state: State
    description: str
    url: str


class Patchwork:
    """One patchwork server, and the name under which we set checks there."""

    def __init__(
        self, outgoing: Outgoing, contact: str, wait: WaitForTurn, client: httpx.Client
    ) -> None:
        self.url = outgoing.patchwork_url.rstrip("/")
        self._context = outgoing.patchwork_context
        self._wait = wait
        self._client = client
        self._headers = {
            "User-Agent": user_agent(contact),
            "Authorization": f"Token {outgoing.patchwork_token}",
        }

    def set(self, message_id: str, mailing_list: str, check: Check) -> None:
        """The check on the patch of this mail, in the project of its list where there is one.

        Raises OutboxUnusable where it may be possible later (the patch has not come to
        patchwork yet, for one), CheckRefused where it will not be.
        """
        for number in self._patches(message_id, mailing_list):
            if self._last(number) != check:
                self.post(number, check)

    def post(self, number: int, check: Check) -> None:
        """A check on the patch that has this number on the server."""
        said = {"context": self._context, "state": check.state, "description": check.description}
        url = {"target_url": check.url} if check.url else {}
        self._asked("POST", f"/patches/{number}/checks/", 201, data={**said, **url})

    def _patches(self, message_id: str, mailing_list: str) -> list[int]:
        """One mail may be a patch in several projects."""
        found = self._list("/patches/", {"msgid": message_id})
        if not found:
            raise OutboxUnusable(f"{self.url} has no patch <{message_id}> yet")
        mine = [one for one in found if _list_of(one) == mailing_list.lower()]
        return [one["id"] for one in mine or found]

    def _last(self, number: int) -> Check | None:
        asked = {"context": self._context, "per_page": MOST}
        found = self._list(f"/patches/{number}/checks/", asked)
        ours = [one for one in found if one.get("context") == self._context]
        last = max(ours, key=lambda one: int(one["id"]), default=None)
        if last is None or last["state"] not in list(State):
            return None
        words, url = last.get("description") or "", last.get("target_url") or ""
        return Check(State(last["state"]), words, url)

    def _list(self, path: str, asked: dict[str, Any]) -> list[dict[str, Any]]:
        answer = self._asked("GET", path, 200, params=asked)
        try:
            found = answer.json()
        except ValueError:
            found = None
        if not isinstance(found, list) or not all(_has_id(one) for one in found):
            raise CheckRefused(f"{self.url} sent no list for {path}; is it a patchwork?")
        return found

    def _asked(self, method: str, path: str, good: int, **rest: Any) -> httpx.Response:
        address = f"{self.url}/api/1.3{path}"
        self._wait(self.url)
        try:
            answer = self._client.request(method, address, headers=self._headers, **rest)
        except httpx.HTTPError as error:
            raise OutboxUnusable(f"{self.url}: does not answer as it should: {error}") from error
        if answer.status_code == good:
            return answer
        words = f"{method} {address} was answered with status {answer.status_code}"
        if answer.status_code in (408, 429) or answer.status_code >= 500:
            raise OutboxUnusable(words)
        raise CheckRefused(f"{words}: {' '.join(answer.text.split())[:200]}")


def open_patchwork(outgoing: Outgoing, contact: str, wait: WaitForTurn) -> Patchwork | None:
    """The patchwork that the settings name, None where they name none. Connects to nothing yet."""
    if not outgoing.patchwork_url:
        return None
    return Patchwork(outgoing, contact, wait, httpx.Client(timeout=PATIENCE))


def _has_id(one: object) -> bool:
    return isinstance(one, dict) and isinstance(one.get("id"), int)


def _list_of(patch: dict[str, Any]) -> str:
    return str((patch.get("project") or {}).get("list_email", "")).lower()

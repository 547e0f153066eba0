"""`reviewbot notify`: a mail on standard input becomes a signed call of the webhook."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from typing import Annotated

import typer

from reviewbot.cli.options import Config
from reviewbot.errors import BadUsage, Unreachable


def notify(
    url: Annotated[
        str | None,
        typer.Option(metavar="URL", help="The webhook; watch.notify_url where it is not given."),
    ] = None,
    mailing_list: Annotated[
        str, typer.Option("--list", metavar="ADDRESS", help="The list that the mail came by.")
    ] = "",
    config: Config = None,
) -> None:
    """Tell a server of a new series, from a mail filter.

    For procmail, sieve, lei or korgalore. Reads one mail from standard input. A cover or a
    first patch is told of; any other mail is passed over in silence, so that a filter may hand
    over all mail of a list.
    """
    from reviewbot.config import load_settings
    from reviewbot.sources.arrival import told_by

    watch = load_settings(config).watch
    address = url or watch.notify_url
    if not address:
        raise BadUsage("nowhere to tell of it: give --url, or set watch.notify_url")
    message_id = told_by(sys.stdin.buffer.read())
    if message_id:
        data = {"msgid": message_id, **({"list": mailing_list} if mailing_list else {})}
        print(_deliver(address, data, watch.notify_secret), file=sys.stderr)


def _deliver(url: str, data: dict[str, str], secret: str) -> str:
    import httpx

    from reviewbot.web.signature import sign

    now = datetime.now(UTC)
    body = json.dumps({"type": "series.created", "timestamp": now.isoformat(), "data": data})
    headers = {"Content-Type": "application/json", **sign(body, secret, now)}
    try:
        answer = httpx.post(url, content=body.encode(), headers=headers, timeout=30)
    except httpx.HTTPError as error:
        raise Unreachable(f"{url} did not answer ({error}); deliver the mail again") from error
    if answer.status_code != 202:
        said = " ".join(answer.text.split())[:200]
        raise Unreachable(f"{url} refused the series (status {answer.status_code}): {said}")
    return f"reviewbot: told {url} of <{data['msgid']}>: {answer.json()['job_id']}"

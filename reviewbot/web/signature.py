"""Who signed a delivery: Standard Webhooks, or GitHub's way, over the raw body.

Sources: https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
and https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from standardwebhooks import Webhook

from reviewbot.config.service import Service
from reviewbot.errors import BadSetting, NotSigned

ID, TIMESTAMP, SIGNATURE = "webhook-id", "webhook-timestamp", "webhook-signature"
HUB = "x-hub-signature-256"


def check_signature(body: bytes, headers: Mapping[str, str], service: Service) -> str:
    """The id of the delivery, the same when it is sent again; raises NotSigned.

    A Standard Webhooks signature is good for five minutes. The other scheme has neither time
    nor id: the body's digest stands for the id, and saying the same twice changes nothing.
    """
    if not service.hook_secrets and not service.hook_hub_secrets:
        raise NotSigned("the webhook is closed: set service.hook_secrets to open it")
    if SIGNATURE in headers and any(
        _is_signed(body, headers, each) for each in service.hook_secrets
    ):
        return f"webhook {headers[ID]}"
    if HUB in headers and _is_hub_signed(body, headers[HUB], service.hook_hub_secrets):
        return f"body {hashlib.sha256(body).hexdigest()}"
    raise NotSigned("no valid signature of this body; sign it with a secret of this server, now")


def sign(body: str, secret: str, now: datetime | None = None) -> dict[str, str]:
    """The headers of a delivery that is signed with this secret (`whsec_...`)."""
    now = now or datetime.now(UTC)
    delivery = f"msg_{secrets.token_hex(16)}"
    try:
        signature = Webhook(secret).sign(delivery, now.replace(microsecond=0), body)
    except Exception as error:
        raise BadSetting(f"watch.notify_secret: is no secret (whsec_...): {error}") from error
    return {ID: delivery, TIMESTAMP: str(int(now.timestamp())), SIGNATURE: signature}


def _is_signed(body: bytes, headers: Mapping[str, str], secret: str) -> bool:
    """The library raises many things for headers that somebody made up; all mean no."""
    given = {name: headers[name] for name in (ID, TIMESTAMP, SIGNATURE) if name in headers}
    try:
        Webhook(secret).verify(body, given, json_parse=False)
    except Exception:
        return False
    return True


def _is_hub_signed(body: bytes, given: str, hub_secrets: Iterable[str]) -> bool:
    wanted = [hmac.new(each.encode(), body, hashlib.sha256).hexdigest() for each in hub_secrets]
    return any(hmac.compare_digest(f"sha256={each}".encode(), given.encode()) for each in wanted)

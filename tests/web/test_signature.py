"""Only a body that was signed by a secret of ours, lately, is believed."""

from __future__ import annotations

import hashlib
import hmac
from datetime import UTC, datetime, timedelta

import pytest

from reviewbot.config.service import Service
from reviewbot.errors import BadSetting, NotSigned
from reviewbot.web.signature import ID, SIGNATURE, check_signature, sign

OLD, NEW = "whsec_b2xkIHNlY3JldA==", "whsec_bmV3IHNlY3JldA=="
BODY = '{"type": "series.created"}'
OPEN = Service(hook_secrets=(OLD, NEW), hook_hub_secrets=("hub secret",))


def hub(body: str, secret: str) -> dict[str, str]:
    digest = hmac.new(secret.encode(), body.encode(), hashlib.sha256).hexdigest()
    return {"x-hub-signature-256": f"sha256={digest}"}


@pytest.mark.parametrize("secret", [OLD, NEW])
def test_each_secret_of_a_rotation_holds(secret: str) -> None:
    headers = sign(BODY, secret)
    assert check_signature(BODY.encode(), headers, OPEN) == f"webhook {headers[ID]}"


def test_the_second_scheme_holds_and_names_the_body() -> None:
    headers = hub(BODY, "hub secret")
    assert check_signature(BODY.encode(), headers, OPEN).startswith("body ")
    assert check_signature(BODY.encode(), headers, OPEN) == check_signature(
        BODY.encode(), headers, OPEN
    )


@pytest.mark.parametrize("minutes", [-6, 6])
def test_a_signature_is_good_for_five_minutes(minutes: int) -> None:
    then = datetime.now(UTC) + timedelta(minutes=minutes)
    with pytest.raises(NotSigned):
        check_signature(BODY.encode(), sign(BODY, NEW, then), OPEN)
    near = datetime.now(UTC) + timedelta(minutes=minutes * 4 / 6)
    assert check_signature(BODY.encode(), sign(BODY, NEW, near), OPEN)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        sign(BODY, "whsec_c3RyYW5nZXI="),
        {**sign(BODY, NEW), ID: "msg_other"},
        {**sign(BODY, NEW), SIGNATURE: "no comma"},
        {**sign(BODY, NEW), SIGNATURE: "v1,not base64!"},
        {**sign(BODY, NEW), "webhook-timestamp": "yesterday"},
        {SIGNATURE: sign(BODY, NEW)[SIGNATURE]},
        hub(BODY, "another secret"),
        hub("another body", "hub secret"),
        {"x-hub-signature-256": "sha256=\u00e4"},
    ],
)
def test_anything_else_is_refused(headers: dict[str, str]) -> None:
    with pytest.raises(NotSigned, match="no valid signature"):
        check_signature(BODY.encode(), headers, OPEN)


def test_a_body_that_was_changed_is_refused() -> None:
    with pytest.raises(NotSigned):
        check_signature(BODY.encode() + b" ", sign(BODY, NEW), OPEN)
    with pytest.raises(NotSigned):
        check_signature(b"\xff\xfe", sign(BODY, NEW), OPEN)


def test_without_a_secret_the_webhook_is_closed() -> None:
    with pytest.raises(NotSigned, match=r"the webhook is closed: set service\.hook_secrets"):
        check_signature(BODY.encode(), sign(BODY, NEW), Service())


def test_a_secret_that_is_none_is_a_setting_to_mend() -> None:
    with pytest.raises(BadSetting, match=r"watch\.notify_secret: is no secret"):
        sign(BODY, "")

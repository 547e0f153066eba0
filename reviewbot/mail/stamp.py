"""Gives a written mail the headers that only the moment of sending knows: its date, its readers."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from email.utils import format_datetime

from reviewbot.mail import wire
from reviewbot.model import Address

_NAME = re.compile(rb"([!-9;-~]+):")


def stamped(
    message: bytes,
    *,
    message_id: str,
    to: Iterable[Address],
    cc: Iterable[Address],
    now: datetime,
) -> bytes:
    """The mail with this date, these recipients and this Message-ID, whatever it had.

    A person may have edited the mail: what keeps it from being sent twice must not change,
    nor that it says that a program wrote it. All else stays as it is.
    """
    head, _, body = message.replace(b"\r\n", b"\n").partition(b"\n\n")
    given = {
        "To": wire.mailboxes("To", to),
        "Cc": wire.mailboxes("Cc", cc),
        "Date": format_datetime(now),
        "Message-ID": f"<{message_id}>",
        "Auto-Submitted": "auto-replied",
    }
    ours = {name.lower(): value and f"{name}: {value}".encode() for name, value in given.items()}
    fields = []
    for field in _fields(head):
        name = _NAME.match(field)
        key = name[1].decode().lower() if name else ""
        fields.append(ours.pop(key, b"") if key in _KEYS else field)
    return b"\n".join(field for field in (*fields, *ours.values()) if field) + b"\n\n" + body


_KEYS = ("to", "cc", "date", "message-id", "auto-submitted")


def _fields(head: bytes) -> list[bytes]:
    """The header fields, each with its folded lines."""
    return re.split(rb"\n(?![ \t])", head)

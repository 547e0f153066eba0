"""Message-IDs: what counts as one, how one is read from an archive address, and made up."""

from __future__ import annotations

import hashlib
import re
from urllib.parse import SplitResult, quote, unquote, urlsplit

from reviewbot.errors import BadUsage

_LONGEST = 998  # RFC 5322, 2.1.1: no header line may be longer
_WHOLE = re.compile(r"[\x21-\x3b\x3d\x3f-\x7e]+@[\x21-\x3b\x3d\x3f-\x7e]+")
_IN_BRACKETS = re.compile(r"<\s*([^<>]*?)\s*>")
_OUR_HOST = "content.reviewbot.invalid"


def bare(text: str) -> str:
    """The Message-ID in `text` without angle brackets, or "" where there is none.

    This is the gate for everything that is put into an address of the archive: printable
    ASCII, one `@` at least, no white space, no brackets.
    """
    text = text.strip()
    if text.startswith("<") and text.endswith(">"):
        text = text[1:-1].strip()
    return text if len(text) <= _LONGEST and _WHOLE.fullmatch(text) else ""


def of_header(value: str) -> tuple[str, ...]:
    """The ids of a Message-ID, In-Reply-To or References header, in order, each once.

    Mails in the archives hold ids with brackets, parentheses, quotes and even blanks inside;
    they are kept as the mail states them, for other mails refer to them by the same text.
    """
    found = _IN_BRACKETS.findall(value)
    if not found:
        found = [word for word in value.split() if bare(word)]
    return tuple(dict.fromkeys("".join(one.split()) for one in found if one.strip()))


def of_content(*parts: str) -> str:
    """A Message-ID for mail that has none (a file of `git format-patch`), stable by content."""
    digest = hashlib.sha256("\0".join(parts).encode("utf-8", "surrogateescape")).hexdigest()
    return f"{digest[:40]}@{_OUR_HOST}"


def made_up(message_id: str) -> bool:
    return message_id.endswith("@" + _OUR_HOST)


def of_address(address: str, archive: str) -> str:
    """The Message-ID in an address of the configured archive.

    Only the archive's own scheme, host and port are accepted: an address is input, and
    following it elsewhere would let its writer choose what this machine connects to.
    """
    ours, theirs = urlsplit(archive), _split(address)
    if (theirs.scheme, theirs.netloc.lower()) != (ours.scheme, ours.netloc.lower()):
        raise BadUsage(
            f"{address}: only addresses on the archive {archive} are read;"
            " give the Message-ID, or another --archive"
        )
    for segment in theirs.path.split("/"):
        found = bare(unquote(segment)) if "@" in unquote(segment) else ""
        if found:
            return found
    raise BadUsage(f"{address}: no Message-ID in this address; give the address of one mail")


def _split(address: str) -> SplitResult:
    try:
        return urlsplit(address)
    except ValueError as error:
        raise BadUsage(f"{address}: not an address ({error}); give the Message-ID") from error


def to_address(message_id: str, archive: str) -> str:
    """Where people read this mail in the archive; a `/` in the id is escaped."""
    return f"{archive.rstrip('/')}/{quote(message_id, safe='@!$&()*+,;=:~')}/"

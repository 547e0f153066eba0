"""A mail as bytes: headers folded and encoded by hand, so that every Python gives the same.

The email package folds long Message-IDs into encoded words, which breaks threads, and its
output has changed between releases.
"""

from __future__ import annotations

import quopri
from collections.abc import Iterable
from email.header import Header
from email.utils import formataddr

from reviewbot.model import Address

HEADER_WIDTH = 76
LONGEST_LINE = 998  # octets without the line end, RFC 5322 section 2.1.1


def serialize(headers: Iterable[tuple[str, str]], body: str) -> bytes:
    """The whole mail, `\\n` line ends; header values come folded from the functions below.

    The body goes out as it is (8bit), but for one with a line longer than SMTP carries.
    """
    content = body.encode("utf-8", "replace")
    encoding = "8bit"
    if any(len(line) > LONGEST_LINE for line in content.split(b"\n")):
        content, encoding = quopri.encodestring(content), "quoted-printable"
    head = [
        *headers,
        ("MIME-Version", "1.0"),
        ("Content-Type", "text/plain; charset=utf-8"),
        ("Content-Transfer-Encoding", encoding),
    ]
    lines = "".join(f"{name}: {value}\n" for name, value in head)
    return lines.encode("ascii") + b"\n" + content


def text(name: str, value: str) -> str:
    """An unstructured header value (a subject), folded, encoded where it is not ASCII."""
    return _fold(name, _encoded(_clean(value).split(" ")), " ")


def mailboxes(name: str, addresses: Iterable[Address]) -> str:
    """A list of addresses, folded between them."""
    return _fold(name, [mailbox(address) for address in addresses], ", ")


def mailbox(address: Address) -> str:
    """One address; names with parentheses, commas and the like are quoted, others encoded."""
    name = _clean(address.name)
    if not name.isascii():
        encoded = Header(name, "utf-8", HEADER_WIDTH).encode(linesep="\n")
        return f"{encoded} <{address.email}>"
    return formataddr((name, address.email))


def message_ids(ids: Iterable[str]) -> str:
    """Message-IDs in angle brackets, one on each line."""
    return "\n\t".join(f"<{message_id}>" for message_id in ids)


def _encoded(words: list[str]) -> list[str]:
    """The words with the run from the first to the last that is not ASCII encoded (RFC 2047)."""
    odd = [at for at, word in enumerate(words) if not word.isascii()]
    if not odd:
        return words
    run = " ".join(words[odd[0] : odd[-1] + 1])
    encoded = Header(run, "utf-8", HEADER_WIDTH, continuation_ws=" ").encode(linesep="\n")
    return [*words[: odd[0]], *encoded.split(), *words[odd[-1] + 1 :]]


def _fold(name: str, words: list[str], between: str) -> str:
    folded, column = "", len(name) + 2
    for position, word in enumerate(words):
        separator = between if position else ""
        first = word.partition("\n")[0]
        if position and column + len(separator) + len(first) > HEADER_WIDTH:
            separator, column = between.rstrip() + "\n ", 1
        else:
            column += len(separator)
        folded += separator + word
        column = len(word.rpartition("\n")[2]) + (0 if "\n" in word else column)
    return folded


def _clean(value: str) -> str:
    """One line without control characters or lone surrogates: nothing may end a header early."""
    printable = "".join(" " if ord(c) < 32 or ord(c) == 127 else c for c in value)
    return " ".join(printable.encode("utf-8", "replace").decode("utf-8").split())

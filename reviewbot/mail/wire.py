"""A mail as bytes: headers folded and encoded by hand, so that every Python gives the same.

The email package folds long Message-IDs into encoded words, which breaks threads; its output
has changed between releases, and b4 changes it for the whole process.
"""

from __future__ import annotations

import base64
import quopri
import string
from collections.abc import Iterable
from email.utils import formataddr

from reviewbot.model import Address

HEADER_WIDTH = 76
ENCODED_WORD = 75
LONGEST_LINE = 998  # octets without the line end, RFC 5322 section 2.1.1

# What may stand as it is in an encoded word of a display name, RFC 2047 section 5.
_Q_PLAIN = {ord(c): c for c in string.ascii_letters + string.digits + "!*+-/"} | {ord(" "): "_"}


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
        return "\n ".join(_encoded_words(name)) + f" <{address.email}>"
    return formataddr((name, address.email))


def message_ids(ids: Iterable[str]) -> str:
    """Message-IDs in angle brackets, one on each line."""
    return "\n\t".join(f"<{message_id}>" for message_id in ids)


def _encoded(words: list[str]) -> list[str]:
    """The words with the run from the first to the last that is not ASCII encoded (RFC 2047)."""
    odd = [at for at, word in enumerate(words) if not word.isascii()]
    if not odd:
        return words
    run = _encoded_words(" ".join(words[odd[0] : odd[-1] + 1]))
    return [*words[: odd[0]], *run, *words[odd[-1] + 1 :]]


def _encoded_words(text: str) -> list[str]:
    """Encoded words of at most 75 characters, none with half a character (RFC 2047)."""
    encode = _q_word if sum(c.isascii() for c in text) * 2 > len(text) else _b_word
    words, chunk = [], ""
    for character in text:
        if len(encode(chunk + character)) > ENCODED_WORD:
            words.append(encode(chunk))
            chunk = ""
        chunk += character
    return [*words, encode(chunk)]


def _b_word(text: str) -> str:
    return f"=?utf-8?b?{base64.b64encode(text.encode()).decode()}?="


def _q_word(text: str) -> str:
    quoted = (_Q_PLAIN.get(octet, f"={octet:02X}") for octet in text.encode())
    return f"=?utf-8?q?{''.join(quoted)}?="


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

"""Mails of invented drivers, as git send-email would have sent them, for tests to read."""

from __future__ import annotations

import base64
import quopri
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from email.utils import formatdate

EPOCH = 1767600000  # the first mail's date; each later mail is a minute younger
AUTHOR = "Ada Wimble <ada@wimble.example>"
REVIEWER = "Rolf Spengler <rolf@review.example>"
LIST = "linux-wimble@lists.example"


@dataclass(frozen=True, slots=True)
class Message:
    """One mail. `body` is text with `\\n`; `transfer` is 8bit, base64 or quoted-printable."""

    message_id: str
    subject: str
    body: str
    author: str = AUTHOR
    parent: str = ""
    references: tuple[str, ...] = ()
    minute: int = 0
    transfer: str = "8bit"
    headers: tuple[tuple[str, str], ...] = ()

    def __bytes__(self) -> bytes:
        head = {
            "From": self.author,
            "To": LIST,
            "Subject": self.subject,
            "Date": formatdate(EPOCH + 60 * self.minute),
            "Message-ID": f"<{self.message_id}>",
            "MIME-Version": "1.0",
            "Content-Type": "text/plain; charset=utf-8",
            "Content-Transfer-Encoding": self.transfer,
            **dict(self.headers),
        }
        if self.parent:
            chain = self.references or (self.parent,)
            head["In-Reply-To"] = f"<{self.parent}>"
            head["References"] = " ".join(f"<{one}>" for one in chain)
        lines = [f"{name}: {value}" for name, value in head.items() if value]
        return "\n".join([*lines, "", ""]).encode() + _encoded(self.body, self.transfer)


@dataclass(frozen=True, slots=True)
class Posting:
    """One revision of a series as it was posted, with its cover (or None) and patches."""

    cover: Message | None
    patches: tuple[Message, ...]
    replies: tuple[Message, ...] = field(default=())

    @property
    def messages(self) -> tuple[Message, ...]:
        return (*([self.cover] if self.cover else []), *self.patches, *self.replies)

    @property
    def ids(self) -> tuple[str, ...]:
        return tuple(one.message_id for one in self.messages)


def new_file(path: str, text: str) -> str:
    """A git diff that adds a file."""
    lines = text.rstrip("\n").split("\n")
    head = [
        f"diff --git a/{path} b/{path}",
        "new file mode 100644",
        "index 000000000000..1a2b3c4d5e6f",
        "--- /dev/null",
        f"+++ b/{path}",
        f"@@ -0,0 +1,{len(lines)} @@",
    ]
    return "\n".join([*head, *(f"+{line}" for line in lines)]) + "\n"


def driver(name: str, part: int) -> str:
    """The text of a small invented driver file; it has nothing to find fault with."""
    return (
        "// SPDX-License-Identifier: GPL-2.0\n"
        "#include <linux/platform_device.h>\n\n"
        f"/* {name}, part {part}: \N{LATIN SMALL LETTER A WITH DIAERESIS} and \t tabs */\n"
        f"int {name}_start_{part}(struct platform_device *pdev)\n"
        "{\n"
        f"\tint ret = {name}_enable(pdev, {part});\n\n"
        "\tif (ret)\n\t\treturn ret;\n"
        f'\tdev_dbg(&pdev->dev, "part {part} is up\\n");\n'
        "\treturn 0;\n"
        "}\n"
    )


def posting(
    name: str,
    count: int,
    *,
    revision: int = 1,
    parent: str = "",
    lost: Sequence[int] = (),
    transfer: str = "8bit",
    minute: int = 0,
    with_cover: bool = True,
    diffs: Sequence[str] = (),
    replied: Sequence[int] = (),
    change_id: str = "",
    title: str = "",
) -> Posting:
    """A series of `count` patches to the invented driver `name`.

    `parent` is a mail that the cover (or the first patch) answers; `lost` are numbers of
    patches that were never delivered; `replied` are numbers that a reviewer answered, 0 the
    cover. Message-IDs are `NAME-vREVISION-NUMBER@wimble.example`.
    """
    title = title or f"misc: {name}: bring up the invented {name}"
    root = _id(name, revision, 0 if with_cover else 1)
    trailer = f"\nchange-id: {change_id}\n" if change_id else ""
    cover = None
    if with_cover:
        body = f"This brings {name} up in {count} steps.\n\n count {count}\n{trailer}"
        subject = f"{_prefix(revision, 0, count)} {title}"
        cover = Message(root, subject, body, parent=parent, minute=minute)
    patches = []
    for part in range(1, count + 1):
        own = _id(name, revision, part)
        above = parent if own == root else root
        diff = (
            diffs[part - 1]
            if diffs
            else new_file(f"drivers/misc/{name}-{part}.c", driver(name, part))
        )
        body = (
            f"Step {part} of {name}.\n\nSigned-off-by: {AUTHOR}\n---\n"
            f" drivers/misc/{name}-{part}.c | 1 +\n 1 file changed, 1 insertion(+)\n\n"
            f"{diff}-- \n2.43.0\n"
        )
        subject = f"{_prefix(revision, part, count)} misc: {name}: step {part}"
        patches.append(
            Message(own, subject, body, parent=above, minute=minute + part, transfer=transfer)
        )
    kept = tuple(one for part, one in enumerate(patches, 1) if part not in lost)
    every = {0: cover, **dict(enumerate(patches, 1))}
    replies = tuple(
        reply(answered, minute=minute + 60 + part)
        for part in replied
        if (answered := every[part]) is not None
    )
    return Posting(cover, kept, replies)


def reply(to: Message, *, minute: int, body: str = "", suffix: str = "re") -> Message:
    """A reviewer's answer that quotes the first lines of what it answers."""
    quoted = "".join(f"> {line}\n" for line in to.body.split("\n")[:3])
    return Message(
        f"{suffix}-{to.message_id}",
        f"Re: {to.subject}",
        body or f"On some day, Ada Wimble wrote:\n{quoted}\nIs this needed?\n",
        author=REVIEWER,
        parent=to.message_id,
        references=tuple(filter(None, (to.parent, to.message_id))),
        minute=minute,
    )


def mboxrd(mails: Iterable[bytes]) -> bytes:
    """One file of these mails, with `From ` lines quoted so that nothing is lost."""
    out = b""
    for mail in mails:
        quoted = re.sub(rb"(?m)^(>*From )", rb">\1", mail)
        out += b"From mboxrd@z Thu Jan  1 00:00:00 1970\n" + quoted.rstrip(b"\n") + b"\n\n"
    return out


def mbox(messages: Iterable[Message]) -> bytes:
    return mboxrd(bytes(message) for message in messages)


def _id(name: str, revision: int, number: int) -> str:
    return f"{name}-v{revision}-{number}@wimble.example"


def _prefix(revision: int, number: int, count: int) -> str:
    version = "" if revision == 1 else f" v{revision}"
    counter = "" if count == 1 and number == 1 else f" {number}/{count}"
    return f"[PATCH{version}{counter}]"


def _encoded(body: str, transfer: str) -> bytes:
    if transfer == "base64":
        return base64.encodebytes(body.replace("\n", "\r\n").encode())
    if transfer == "quoted-printable":
        return quopri.encodestring(body.encode())
    return body.encode()

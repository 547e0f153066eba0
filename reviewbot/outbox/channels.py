"""The channel that the settings name."""

from __future__ import annotations

from pathlib import Path

from reviewbot.config.outgoing import Channel as Kind
from reviewbot.config.outgoing import Outgoing
from reviewbot.outbox.files import Maildir, MboxFile
from reviewbot.outbox.imap import Imap
from reviewbot.outbox.interface import Channel
from reviewbot.outbox.smtp import Smtp


def open_channel(outgoing: Outgoing, sender: str, state_dir: Path) -> Channel:
    """Connects to nothing yet. `sender` is the bot's address, `state_dir` what is its own."""
    match outgoing.channel:
        case Kind.SMTP:
            return Smtp(outgoing.smtp, sender)
        case Kind.IMAP:
            return Imap(outgoing.imap)
        case Kind.MBOX:
            return MboxFile(Path(outgoing.path))
        case _:
            return Maildir(Path(outgoing.path) if outgoing.path else state_dir / "outbox")

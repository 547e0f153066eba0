"""A real Dovecot on loopback, with one account in its own folder, for tests of the IMAP outbox."""

from __future__ import annotations

import grp
import imaplib
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.service import eventually
from tests.smtp_server import PASSWORD, Certificate

DRAFTS = "Entwürfe"
OTHER = "Reviews & more"
_DRAFTS_RAW = "Entw&APw-rfe"
_NOBODY = "nobody"

_CONFIG = """
base_dir = {home}/run
state_dir = {home}/run
log_path = {home}/log
protocols = imap
listen = 127.0.0.1
default_login_user = {user}
default_internal_user = {user}
default_internal_group = {group}
ssl = yes
ssl_cert = <{certificate.file}
ssl_key = <{certificate.key}
disable_plaintext_auth = no
mail_location = maildir:{home}/mail/%u
first_valid_uid = {uid}
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={user} gid={group} home={home}/mail/%u
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {tls_port}
    ssl = yes
  }}
}}
service anvil {{
  chroot =
}}
namespace inbox {{
  inbox = yes
  separator = /
  mailbox {drafts} {{
    special_use = \\Drafts
    auto = create
  }}
  mailbox "{other}" {{
    auto = create
  }}
}}
"""


class Dovecot:
    """A running server. `port` takes STARTTLS or plain text, `tls_port` only TLS."""

    def __init__(self, home: Path, certificate: Certificate) -> None:
        self._held = [_held_port() for _ in range(2)]
        self.port, self.tls_port = (one.getsockname()[1] for one in self._held)
        self._home = home
        user = pwd.getpwnam(_NOBODY) if os.getuid() == 0 else pwd.getpwuid(os.getuid())
        for name in ("mail", "run"):
            (home / name).mkdir(mode=0o755)
        os.chown(home / "mail", user.pw_uid, user.pw_gid)
        config = home / "dovecot.conf"
        config.write_text(self._config(user, certificate), encoding="utf-8")
        self._daemon = subprocess.Popen(
            ["dovecot", "-F", "-c", str(config)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.STDOUT,
        )
        try:
            eventually(self._answers)
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        self._daemon.terminate()
        self._daemon.wait(timeout=30)
        for one in self._held:
            one.close()

    @contextmanager
    def opened(self, user: str) -> Iterator[imaplib.IMAP4]:
        """A connection of somebody's mail program."""
        imap = imaplib.IMAP4("127.0.0.1", self.port, timeout=30)
        try:
            imap.login(user, PASSWORD)
            yield imap
        finally:
            imap.shutdown()

    def mails(self, user: str, folder: str = _DRAFTS_RAW) -> list[tuple[bytes, bytes]]:
        """(flags, content) of each mail in a folder, whose name is as IMAP writes it."""
        with self.opened(user) as imap:
            assert imap.select(folder, readonly=True)[0] == "OK"
            found = imap.uid("FETCH", "1:*", "(FLAGS BODY.PEEK[])")[1]
            return [part for part in found if isinstance(part, tuple)]

    def said(self) -> str:
        return (self._home / "log").read_text(encoding="utf-8", errors="replace")

    def _answers(self) -> bool:
        if self._daemon.poll() is not None:
            raise AssertionError(f"dovecot ended: {self.said()}")
        try:
            with self.opened("nobody"):
                return True
        except OSError:
            return False

    def _config(self, user: pwd.struct_passwd, certificate: Certificate) -> str:
        return _CONFIG.format(
            home=self._home,
            user=user.pw_name,
            group=grp.getgrgid(user.pw_gid).gr_name,
            uid=user.pw_uid,
            certificate=certificate,
            password=PASSWORD,
            port=self.port,
            tls_port=self.tls_port,
            drafts=DRAFTS,
            other=OTHER,
        )


def _held_port() -> socket.socket:
    """A socket that keeps its port from others until Dovecot, which reuses addresses, listens."""
    held = socket.socket()
    held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    held.bind(("127.0.0.1", 0))
    return held


@pytest.fixture(scope="session")
def dovecot(certificate: Certificate) -> Iterator[Dovecot]:
    """Skips the test where Dovecot is not installed."""
    if shutil.which("dovecot") is None:
        pytest.skip("dovecot is not installed: tests/debian-packages.txt lists what to add")
    # Not below pytest's folder: others than its owner may not enter that.
    with tempfile.TemporaryDirectory(prefix="dovecot-") as home:
        os.chmod(home, 0o755)
        running = Dovecot(Path(home), certificate)
        try:
            yield running
        finally:
            running.stop()

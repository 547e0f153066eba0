"""A real public-inbox on loopback, fed with mails of our own."""

from __future__ import annotations

import os
import select
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.series_builder import Message, mboxrd

# As public-inbox-mda delivers a mail, but many in one process: Perl takes a second to start.
_IMPORT = """
use strict; use PublicInbox::Config; use PublicInbox::InboxWritable;
my $inbox = PublicInbox::Config->new->lookup_name('wimble');
PublicInbox::InboxWritable->new($inbox)->import_mbox(\\*STDIN, 'mboxrd');
"""
_HAND_OVER = """
import os, sys
os.dup2(int(sys.argv[1]), 3)
os.environ |= {"LISTEN_FDS": "1", "LISTEN_PID": str(os.getpid())}
os.execvp("public-inbox-httpd", ["public-inbox-httpd", "-W0"])
"""
_PROGRAMS = ("public-inbox-init", "public-inbox-httpd")


class Inbox:
    """A running archive; `url` is what `--archive` takes."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}/wimble"
        init = ["public-inbox-init", "-V2", "-j1", "-L", "full", "wimble"]
        _run([*init, str(home / "inbox"), self.url, "wimble@archive.example"], home)
        self._daemon = self._started()

    def feed(self, mails: Iterable[Message | bytes]) -> None:
        """Deliver the mails as they are; they can be read and found once this returns.

        The daemon is started anew, for it keeps the search index that it has open.
        """
        self._stop()
        _run(["perl", "-e", _IMPORT], self.home, mboxrd(bytes(mail) for mail in mails))
        self._daemon = self._started()

    def close(self) -> None:
        self._stop()
        self._listener.close()

    def _stop(self) -> None:
        self._daemon.terminate()
        self._daemon.wait(timeout=30)

    def _started(self) -> subprocess.Popen[bytes]:
        """The daemon, once it answers.

        It is handed a socket that listens already, so that the port cannot be lost. This is
        systemd's way: the socket is descriptor 3, and LISTEN_PID names the process.
        """
        log = self.home / "httpd.log"
        with log.open("ab") as out:
            daemon = subprocess.Popen(
                [sys.executable, "-c", _HAND_OVER, str(self._listener.fileno())],
                env=_environment(self.home),
                pass_fds=[self._listener.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
            )
        with socket.create_connection(self._listener.getsockname()) as asked:
            asked.sendall(b"GET /wimble/ HTTP/1.0\r\n\r\n")
            while not select.select([asked], [], [], 0.2)[0]:
                if daemon.poll() is not None:
                    raise AssertionError(f"public-inbox-httpd ended: {log.read_text()}")
        return daemon


@contextmanager
def serving(home: Path) -> Iterator[Inbox]:
    """An empty archive in `home`; skips the test where public-inbox is not installed."""
    lacking = [program for program in _PROGRAMS if shutil.which(program) is None]
    if lacking:
        pytest.skip(f"{lacking[0]} is not installed: tests/debian-packages.txt lists what to add")
    inbox = Inbox(home)
    try:
        yield inbox
    finally:
        inbox.close()


@pytest.fixture(scope="session")
def public_inbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Inbox]:
    with serving(tmp_path_factory.mktemp("public-inbox")) as inbox:
        yield inbox


def _run(command: list[str], home: Path, given: bytes = b"") -> None:
    done = subprocess.run(
        command, input=given, capture_output=True, check=False, env=_environment(home)
    )
    if done.returncode != 0:
        raise AssertionError(f"{command}: {done.stderr.decode('utf-8', 'replace')}")


def _environment(home: Path) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "PI_CONFIG": str(home / "config"),
        "GIT_CONFIG_SYSTEM": os.devnull,
        "LC_ALL": "C",
    }

"""The service's own processes for tests, and the series that they are given."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TypeVar

from tests.series_builder import Posting, new_file, posting

Found = TypeVar("Found")

LIST = "linux-wimble@lists.example"
WITHIN = 240.0
"""Seconds that a test waits for what must come: as long as a busy machine may take."""


def eventually(look: Callable[[], Found | None], within: float = WITHIN) -> Found:
    """What `look` finds, as soon as it finds something; fails where that takes too long."""
    end = time.monotonic() + within
    pause = threading.Event()
    while time.monotonic() < end:
        if (found := look()) is not None and found is not False:
            return found
        pause.wait(0.05)
    raise AssertionError(f"nothing within {within} seconds: {look}")


def called(listener: socket.socket) -> socket.socket:
    """The first call that comes in; fails where none comes, for accept() alone waits for ever."""
    listener.settimeout(WITHIN)
    return listener.accept()[0]


@contextmanager
def running(arguments: list[str], settings: Mapping[str, str], log: Path) -> Iterator[Process]:
    """`reviewbot ARGUMENTS` with these REVIEWBOT_* settings; stopped when the block ends."""
    process = Process(["-m", "reviewbot", *arguments], settings, log)
    try:
        yield process
    finally:
        process.end()


def died(point: tuple[str, ...], settings: Mapping[str, str], log: Path) -> None:
    """Runs a worker until it kills itself at this point (see dying.py)."""
    arguments = [str(Path(__file__).parent / "jobs" / "dying.py"), *point, "worker"]
    process = Process(arguments, settings, log)
    try:
        eventually(process.killed)
    except AssertionError as error:
        raise AssertionError(f"still alive: {process.said()}") from error
    finally:
        process.kill()


class Process:
    """Python with these arguments; what it says goes to a file."""

    def __init__(self, arguments: list[str], settings: Mapping[str, str], log: Path) -> None:
        self.log = log
        variables = {f"REVIEWBOT_{name}": value for name, value in settings.items()}
        with log.open("ab") as out:
            self._process = subprocess.Popen(
                [sys.executable, *arguments],
                env={**os.environ, **variables},
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                start_new_session=True,
            )

    def kill(self) -> None:
        """kill -9, children and all; those that are gone already stay so."""
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait(timeout=30)

    def kill_alone(self) -> None:
        """kill -9 of the process itself; its children are left."""
        self._process.kill()
        self._process.wait(timeout=30)

    def freeze(self) -> None:
        """It does nothing any more, and does not know it."""
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self._process.send_signal(signal.SIGCONT)

    def end(self) -> int:
        """Asks it to stop, and waits; its exit status."""
        if self._process.poll() is None:
            self._process.terminate()
        try:
            return self._process.wait(timeout=60)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(f"did not stop when asked to: {self.said()}") from None

    def killed(self) -> bool:
        """Whether it has ended by kill -9."""
        return self._process.poll() == -signal.SIGKILL

    def said(self) -> str:
        return self.log.read_text(encoding="utf-8", errors="replace")


def ran(
    arguments: list[str], settings: Mapping[str, str], given: bytes = b""
) -> subprocess.CompletedProcess[bytes]:
    """`reviewbot ARGUMENTS` with these settings, `given` on its standard input, to its end."""
    variables = {f"REVIEWBOT_{name}": value for name, value in settings.items()}
    return subprocess.run(
        [sys.executable, "-m", "reviewbot", *arguments],
        env={**os.environ, **variables},
        input=given,
        capture_output=True,
        timeout=120,
        check=False,
    )


def faulty_driver(name: str, part: int) -> str:
    """An invented driver that uses what a lookup may not have found."""
    return (
        "// SPDX-License-Identifier: GPL-2.0\n"
        "#include <linux/pci.h>\n\n"
        f"int {name}_peek_{part}(struct pci_dev *pdev)\n"
        "{\n"
        "\tstruct pci_dev *near = pci_get_slot(pdev->bus, PCI_DEVFN(0, 0));\n\n"
        "\treturn near->device;\n"
        "}\n"
    )


def faulty_posting(name: str, count: int, **rest: object) -> Posting:
    """A series whose every patch has one fault that the rules find."""
    diffs = [
        new_file(f"drivers/misc/{name}-{part}.c", faulty_driver(name, part))
        for part in range(1, count + 1)
    ]
    return posting(name, count, diffs=diffs, **rest)  # type: ignore[arg-type]

"""How many webhook deliveries a second are taken and on the disk, on each database; none lost.

    python tests/load.py [--deliveries N] [--connections N]

Starts `reviewbot serve` on an SQLite file and on a PostgreSQL of its own, delivers signed
series over keep-alive connections, and counts the jobs afterwards. It needs the test
environment that tests/run.sh makes, and Debian's postgresql for the second figure.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import re
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import quantiles

import pytest

from reviewbot.jobs.migrate import migrate
from reviewbot.store.store import Store
from reviewbot.web.signature import sign
from tests.databases import running_cluster
from tests.service import Process, eventually, running

SECRET = "whsec_d2ltYmxl"


def requests(count: int) -> list[bytes]:
    """Signed deliveries of as many series, whole, as they go over the wire."""
    return [_request(f"load-{number}@wimble.example") for number in range(count)]


def _request(message_id: str) -> bytes:
    body = json.dumps({"type": "series.created", "data": {"msgid": message_id}})
    head = {"Host": "localhost", "Content-Length": str(len(body)), **sign(body, SECRET)}
    lines = "".join(f"{name}: {value}\r\n" for name, value in head.items())
    return f"POST /hooks/series HTTP/1.1\r\n{lines}\r\n{body}".encode()


async def deliver(port: int, given: Sequence[bytes], connections: int) -> list[float]:
    """The seconds that each delivery took to be answered with 202."""
    waiting = iter(given)
    took: list[float] = []

    async def one() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for request in waiting:
            begun = time.perf_counter()
            writer.write(request)
            head = await reader.readuntil(b"\r\n\r\n")
            assert head.startswith(b"HTTP/1.1 202"), head
            length = re.search(rb"content-length: (\d+)", head, re.IGNORECASE)
            assert length, head
            await reader.readexactly(int(length[1]))
            took.append(time.perf_counter() - begun)
        writer.close()

    await asyncio.gather(*(one() for _ in range(connections)))
    return took


def measure(name: str, database: str, count: int, connections: int, folder: Path) -> str:
    migrate(database)
    settings = {
        "SERVICE__DATABASE": database,
        "SERVICE__LISTEN": "127.0.0.1:0",
        "SERVICE__HOOK_SECRETS": json.dumps([SECRET]),
        "SERVICE__HOOK_RATE": "100000000",
    }
    given = requests(count)
    with running(["serve", "--workers", "0"], settings, folder / f"{name}.log") as server:
        port = _port(server)
        begun = time.perf_counter()
        took = asyncio.run(deliver(port, given, connections))
        seconds = time.perf_counter() - begun
    kept = _kept(database)
    cuts = [1000 * cut for cut in quantiles(took, n=100)]
    return (
        f"{name:<10}  {count / seconds:6.0f}/s  median {cuts[49]:6.1f} ms"
        f"  p99 {cuts[98]:6.1f} ms  taken {len(took)}  kept {kept}  lost {len(took) - kept}"
    )


def _port(server: Process) -> int:
    def look() -> int | None:
        found = re.search(r"serving at http://[^:]+:(\d+)", server.said())
        return int(found[1]) if found else None

    return eventually(look)


def _kept(database: str) -> int:
    store = Store.open(database)
    try:
        return sum(store.jobs.counts().values())
    finally:
        store.close()


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    options.add_argument("--deliveries", type=int, default=2000)
    options.add_argument("--connections", type=int, default=8)
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        sqlite = f"sqlite:///{place / 'load.db'}"
        print(measure("sqlite", sqlite, given.deliveries, given.connections, place), flush=True)
        try:
            with running_cluster(durable=True) as cluster:
                url = cluster.fresh()
                print(measure("postgresql", url, given.deliveries, given.connections, place))
        except pytest.skip.Exception as missing:
            print(f"postgresql  not measured: {missing}")


if __name__ == "__main__":
    main()

"""Runs the application (uvicorn): on a socket that listens before anything else begins."""

from __future__ import annotations

import signal
import socket
from types import FrameType

import uvicorn
from fastapi import FastAPI

from reviewbot.config.service import Service
from reviewbot.errors import BadSetting

LAST_ANSWERS_SECONDS = 10


def listen(service: Service) -> socket.socket:
    """The socket that `service.listen` names; port 0 is any. Raises BadSetting."""
    family = socket.AF_INET6 if ":" in service.host else socket.AF_INET
    try:
        return socket.create_server((service.host, service.port), family=family)
    except (OSError, OverflowError) as error:
        why = getattr(error, "strerror", None) or error
        raise BadSetting(
            f"service.listen: cannot listen at {service.listen}: {why}; name another place"
        ) from error


def address(listener: socket.socket) -> str:
    """The address by which a browser on this machine gets there."""
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"


def run(app: FastAPI, listener: socket.socket) -> None:
    """Answers until SIGTERM or SIGINT; what is being answered then may finish."""
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=LAST_ANSWERS_SECONDS,
    )
    server = uvicorn.Server(config)

    def stop(_signal: int, _frame: FrameType | None) -> None:
        server.should_exit = True

    # uvicorn sends itself the signal again when it has ended: here it must not end us yet.
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, stop)
    server.run(sockets=[listener])

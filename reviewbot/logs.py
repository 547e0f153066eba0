"""What the service says of itself: one line an event, for people or, as JSON, for programs."""

from __future__ import annotations

import json
import logging
import sys
import time

_PLAIN = frozenset(logging.makeLogRecord({}).__dict__) | {"message", "asctime", "taskName"}


def set_up_logs(style: str) -> None:
    """Logs go to standard error. `style` is "text" or "json"; secrets and mail are never logged."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Json() if style == "json" else _Text())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger("reviewbot").setLevel(logging.INFO)


def _extras(record: logging.LogRecord) -> dict[str, object]:
    """What was logged beside the words: `log.info("job done", extra={"job": job.id})`."""
    return {name: value for name, value in record.__dict__.items() if name not in _PLAIN}


class _Text(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        extras = "".join(f" {name}={value}" for name, value in _extras(record).items())
        line = f"{record.levelname.lower()}: {record.getMessage()}{extras}"
        return f"{line}\n{self.formatException(record.exc_info)}" if record.exc_info else line


class _Json(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        moment = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created))
        line: dict[str, object] = {
            "time": f"{moment}.{int(record.msecs):03d}Z",
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": record.getMessage(),
            **_extras(record),
        }
        if record.exc_info:
            line["error"] = self.formatException(record.exc_info)
        return json.dumps(line, default=str)

"""Structured logs: one JSON object a line on standard error; no bodies, passwords or tokens."""

from __future__ import annotations

import json
import logging
import sys
from datetime import UTC, datetime

_OWN = set(logging.makeLogRecord({}).__dict__) | {"message", "asctime", "taskName"}

_json = json.JSONEncoder(ensure_ascii=False, default=str).encode


class _Lines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "event": record.getMessage(),
            "from": record.name.removeprefix("maildesk."),
            **{key: value for key, value in record.__dict__.items() if key not in _OWN},
        }
        if record.exc_info:
            line["trace"] = self.formatException(record.exc_info)
        return _json(line)


def set_up(level: int = logging.INFO) -> None:
    """Sends maildesk's own log to standard error; libraries are heard from warnings on."""
    # No line of ours says from which line of code, thread or task it comes: to find out takes as long as all the rest
    # (docs.python.org, "Logging HOWTO", Optimization).
    logging._srcfile = None
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Lines())
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    logging.getLogger("maildesk").setLevel(level)

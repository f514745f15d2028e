"""Structured logs: one JSON object a line, with request and event ids and never personal data.

Fields are allowed by name; whatever is not on the list is dropped, so that a careless log call cannot leak.
"""

from __future__ import annotations

import logging
import sys
import traceback
from typing import Any, TextIO

import structlog

ALLOWED = frozenset(
    {
        "event", "level", "timestamp", "logger", "request_id", "process", "method", "route", "status", "ms",
        "code", "error", "task", "job", "count", "estate", "gate", "access_point", "event_id", "command", "state",
        "reason", "granted", "port", "path_kind", "version", "backend", "model", "attempts", "what", "n",
        "no_core_dumps", "locked", "lines", "gates",
    }
)  # fmt: skip
"""Field names that may stand in a log line. Ids only; no openid, phone, name, token, picture or reference."""

_LONGEST = 60
"""Lines of a traceback, causes included."""


class _NoValues(logging.Formatter):
    """Tracebacks with places and kinds of errors, without their messages: these quote what was sent or stored."""

    def formatException(self, ei: Any) -> str:  # noqa: N802 - logging's own name
        lines: list[str] = []
        error: BaseException | None = ei[1]
        while error is not None and len(lines) < _LONGEST:
            lines.append(type(error).__name__)
            lines += [
                f'  "{frame.filename}", line {frame.lineno}, in {frame.name}'
                for frame in traceback.extract_tb(error.__traceback__)
            ]
            error = error.__cause__ or error.__context__
        return "\n".join(lines[:_LONGEST])


_ROOMS = frozenset(
    {"access", "adapters", "app", "biometrics", "bot", "console", "hardware", "jobs", "miniapp_api", "pages"}
)


class _Handler(logging.StreamHandler[TextIO]):
    """What is written with `logging`. Of libraries the level and the place; lines of our own rooms as everywhere,
    since their messages are written in the code.
    """

    def emit(self, record: logging.LogRecord) -> None:
        """See `logging.Handler`."""
        if record.name.partition(".")[0] not in _ROOMS:
            super().emit(record)
            return
        stated = record.__dict__
        fields = {name: stated[name] for name in (ALLOWED - {"event", "process"}) & stated.keys()}
        if "event" in stated:
            fields["event_id"] = stated["event"]
        if record.exc_info:
            fields["error"] = _NoValues().formatException(record.exc_info)
        structlog.get_logger().log(record.levelno, str(record.msg), logger=record.name, **fields)


def _only_allowed(_logger: object, _name: str, fields: Any) -> Any:
    return {key: value for key, value in fields.items() if key in ALLOWED}


def configure(process: str, level: str, *, pretty: bool) -> None:
    """Set up logging of this process. `pretty` writes for a person at a terminal instead of JSON."""
    renderer = structlog.dev.ConsoleRenderer(colors=False) if pretty else structlog.processors.JSONRenderer()
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            _only_allowed,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, level.upper())),
        logger_factory=structlog.PrintLoggerFactory(file=sys.stderr),
    )
    structlog.contextvars.bind_contextvars(process=process)
    # libraries log urls and bodies: keep only what is serious
    handler = _Handler(sys.stderr)
    handler.setFormatter(_NoValues("%(levelname)s %(name)s"))
    logging.basicConfig(level=logging.WARNING, handlers=[handler])
    for room in _ROOMS:
        logging.getLogger(room).setLevel(level.upper())
    for noisy in ("wechatpy", "urllib3", "httpx", "werkzeug"):
        logging.getLogger(noisy).setLevel(logging.ERROR)

"""What the wiring sets for a whole process is put back after each test."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest
import structlog


@pytest.fixture(autouse=True)
def logs_as_before() -> Iterator[None]:
    loggers = logging.root.manager.loggerDict
    levels = {name: one.level for name, one in loggers.items() if isinstance(one, logging.Logger)}
    yield
    for name, one in loggers.items():
        if isinstance(one, logging.Logger):
            one.setLevel(levels.get(name, logging.NOTSET))
    structlog.contextvars.clear_contextvars()
    structlog.reset_defaults()

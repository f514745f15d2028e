"""Entry of the jobs process: ``python -m app.jobs``."""

from __future__ import annotations

import os
import signal
import threading
from types import FrameType

from app import logs
from app.bootstrap import build_house
from app.settings import Environment, Settings
from jobs.worker import run


def main() -> None:
    """Run until SIGTERM or SIGINT; what is under way is finished."""
    settings = Settings.from_env(os.environ)
    logs.configure("jobs", settings.log_level, pretty=settings.env is Environment.DEMO)
    stop = threading.Event()

    def ask_to_stop(_signal: int, _frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, ask_to_stop)
    signal.signal(signal.SIGINT, ask_to_stop)
    run(build_house(settings), stop)


if __name__ == "__main__":
    main()

"""gunicorn settings of the link process: thousands of long-lived event streams on greenlets."""

from __future__ import annotations

import gc
import os

from gunicorn.arbiter import Arbiter

from hardware.server.stream import Worker, end_streams_with, notice_dead_gates

bind = os.environ.get("KAIMEN_LINK_BIND", "127.0.0.1:8702")
worker_class = "gevent"
workers = 1
# the default of 1000 would cap the number of gates
worker_connections = int(os.environ.get("KAIMEN_LINK_CONNECTIONS", "10000"))
timeout = 60
graceful_timeout = 5
accesslog = None
control_socket_disable = True


_BETWEEN_COLLECTIONS = (50_000, 20, 50)


def post_worker_init(worker: Worker) -> None:
    """Say goodbye to the gates as soon as the worker is told to stop.

    What is loaded by now stays, and thousands of streams live long: a collector that walked them all as often as
    Python's defaults say would hold up a push to everybody.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_BETWEEN_COLLECTIONS)
    end_streams_with(worker)


def when_ready(server: Arbiter) -> None:
    """Let a connection to a vanished gate break soon."""
    notice_dead_gates(server)


def worker_exit(_server: Arbiter, _worker: Worker) -> None:
    """Unfreeze, so that the interpreter ends in its usual order; else log handlers outlive gevent and complain."""
    gc.unfreeze()

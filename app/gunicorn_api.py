"""gunicorn settings of the api process."""

from __future__ import annotations

import os

bind = os.environ.get("KAIMEN_API_BIND", "127.0.0.1:8700")
worker_class = "gthread"
workers = int(os.environ.get("KAIMEN_API_WORKERS", "2"))
threads = int(os.environ.get("KAIMEN_API_THREADS", "8"))
timeout = 30
graceful_timeout = 10
keepalive = 75
# paths may hold the secret of a visitor's link, so gunicorn writes no access log; the application logs the route
accesslog = None
control_socket_disable = True
preload_app = False

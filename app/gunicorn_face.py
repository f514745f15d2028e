"""gunicorn settings of the face process: one worker, because the galleries live in one place."""

from __future__ import annotations

import os

bind = os.environ.get("KAIMEN_FACE_BIND", "unix:var/face.sock")
worker_class = "gthread"
workers = 1
threads = int(os.environ.get("KAIMEN_FACE_THREADS", "8"))
timeout = 60
graceful_timeout = 10
umask = 0o077
accesslog = None
control_socket_disable = True

"""gunicorn settings of the face process: one worker, because the galleries live in one place."""

from __future__ import annotations

import os
import ssl

bind = os.environ.get("KAIMEN_FACE_BIND", "unix:var/face.sock")
worker_class = "gthread"
workers = 1
threads = int(os.environ.get("KAIMEN_FACE_THREADS", "8"))
timeout = 60
graceful_timeout = 10
umask = 0o077
accesslog = None
control_socket_disable = True

# on TCP both sides show a certificate of the installation's own authority
certfile = os.environ.get("KAIMEN_FACE_TLS_CERTIFICATE")
keyfile = os.environ.get("KAIMEN_FACE_TLS_KEY")
ca_certs = os.environ.get("KAIMEN_FACE_TLS_AUTHORITY")
cert_reqs = ssl.CERT_REQUIRED if ca_certs else ssl.CERT_NONE

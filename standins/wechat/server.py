"""Running the stand-in in this process, on a port of its own."""

from __future__ import annotations

import logging
import threading
from types import TracebackType

from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from standins.wechat.app import create_app
from standins.wechat.options import StandInOptions

_log = logging.getLogger(__name__)
_POLL_SECONDS = 0.05  # how soon a stop is noticed


class _QuietHandler(WSGIRequestHandler):
    """Logs method and path only: queries hold tokens, secrets and codes."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:  # noqa: ARG002
        _log.debug("%s %s %s", self.command, self.path.partition("?")[0], code)


class StandInServer:
    """A threaded server; use as a context manager or call `serve`.

    Raises (constructor): ValueError for unsound options, RuntimeError with KAIMEN_ENV=production, OSError
    for a taken port.
    """

    def __init__(self, options: StandInOptions) -> None:
        app = create_app(options)
        self._server: BaseWSGIServer = make_server(
            options.host, options.port, app, threaded=True, request_handler=_QuietHandler
        )
        self._thread: threading.Thread | None = None
        host = f"[{options.host}]" if ":" in options.host else options.host
        self.url = f"http://{host}:{self._server.server_port}"

    def serve(self) -> None:
        """Serve in this thread until `stop` is called from another, or Ctrl-C."""
        self._server.serve_forever()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def __enter__(self) -> StandInServer:
        self._thread = threading.Thread(target=self._server.serve_forever, args=(_POLL_SECONDS,), daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        exc: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

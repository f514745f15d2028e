"""The link as a stream of server-sent events over HTTPS, the default."""

from __future__ import annotations

import contextlib
import socket

import httpx
from httpx_sse import connect_sse

from access.domain.errors import ExternalSystemError, InvalidInput
from hardware.agent.link import Link, Listeners, Patience
from hardware.agent.server import Refused, Server, client

_UNAUTHORISED = 401
_CONNECT_SECONDS = 10.0


def expect_stream(response: httpx.Response) -> None:
    """Raises Refused (``link.refused``) for an answer that is no event stream, whatever it says."""
    kind = response.headers.get("content-type", "")
    if response.status_code != httpx.codes.OK or not kind.startswith("text/event-stream"):
        raise Refused(response.status_code, "link.refused")


class StreamLink(Link):
    def __init__(self, base: str, server: Server, listeners: Listeners, patience: Patience) -> None:
        """`base`: address of the link process."""
        super().__init__(listeners, patience)
        self._http = client(base, httpx.Timeout(_CONNECT_SECONDS, read=patience.silence))
        self._server = server
        self._socket: socket.socket | None = None

    def run(self) -> None:
        super().run()
        self._http.close()

    def once(self) -> bool:
        try:
            headers = self._server.bearer()
            with connect_sse(self._http, "GET", "/gate/v1/stream", headers=headers) as source:
                if source.response.status_code == _UNAUTHORISED:
                    self._server.drop_token()
                expect_stream(source.response)
                self._socket = source.response.extensions["network_stream"].get_extra_info("socket")
                for event in source.iter_sse():
                    if self.ended.is_set():
                        return False
                    if not self.take(event.event, event.data.encode()):
                        return True
                self.why_down = "the stream ended"
        except (httpx.HTTPError, ExternalSystemError, InvalidInput) as exc:
            self.failed(exc)
        finally:
            self._socket = None
        return False

    def hang_up(self) -> None:
        open_socket = self._socket
        if open_socket is not None:
            with contextlib.suppress(OSError):
                open_socket.shutdown(socket.SHUT_RDWR)

"""The only way out to WeChat: one host, bounded in time and size.

wechatpy writes its hosts into its methods and sets no time limit on some requests. All of it goes through
`requests`, so an adapter mounted on its sessions sees every request, redirects included.
"""

from __future__ import annotations

import io
import logging
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import requests
import urllib3
from requests.adapters import HTTPAdapter

from adapters.wechat.errors import HostRefusedError, TooLargeError
from adapters.wechat.options import WeChatOptions

_WECHAT_HOST = "api.weixin.qq.com"
_CHUNK = 64 * 1024
_ANSWER_LIMIT = 2 * 1024 * 1024


class OneHostAdapter(HTTPAdapter):
    """Sends requests for `api.weixin.qq.com` to `api_base`, refuses any other host.

    Args:
        api_base: ``scheme://host[:port]``.
        timeout_seconds: for the whole answer, body included.
        limit_bytes: largest body.

    Raises (from `send`):
        HostRefusedError, TooLargeError, requests.Timeout, requests.ConnectionError.
    """

    def __init__(self, api_base: str, timeout_seconds: float, limit_bytes: int) -> None:
        super().__init__(max_retries=0)
        self._base = urlsplit(api_base)
        self._timeout = timeout_seconds
        self._limit = limit_bytes

    def send(
        self,
        request: requests.PreparedRequest,
        stream: bool = False,  # noqa: ARG002 - the body is always read here, within its bounds
        timeout: float | tuple[float, float] | tuple[float, None] | None = None,  # noqa: ARG002
        verify: bool | str = True,
        cert: Any = None,
        proxies: Mapping[str, str] | None = None,
    ) -> requests.Response:
        request.url = self._rewritten(request.url or "")
        deadline = time.monotonic() + self._timeout
        response = super().send(request, True, self._timeout, verify, cert, proxies)
        try:
            body = self._body(response, deadline)
        except (urllib3.exceptions.HTTPError, requests.RequestException) as exc:
            # A connection with half an answer in it must not go back to the pool.
            response.raw.close()
            raise _as_requests(exc) from exc
        response.raw.release_conn()
        # Handed on as a plain file, so that `Response.content` finds a finished, decoded body.
        response.raw = io.BytesIO(body)
        return response

    def _rewritten(self, url: str) -> str:
        parts = urlsplit(url)
        wanted = (self._base.hostname, self._base.port)
        if parts.hostname != _WECHAT_HOST and (parts.hostname, parts.port) != wanted:
            raise HostRefusedError("another host than the configured API base")
        return urlunsplit((self._base.scheme, self._base.netloc, parts.path, parts.query, ""))

    def _body(self, response: requests.Response, deadline: float) -> bytes:
        parts: list[bytes] = []
        size = 0
        while True:
            # read1 returns what has come: a server that trickles cannot hold one read for ever.
            part = response.raw.read1(_CHUNK, decode_content=True)
            if not part:
                return b"".join(parts)
            size += len(part)
            if size > self._limit:
                raise TooLargeError("the answer is larger than the limit")
            if time.monotonic() > deadline:
                raise requests.ReadTimeout("the answer took too long")
            parts.append(part)


def _as_requests(exc: Exception) -> requests.RequestException:
    if isinstance(exc, requests.RequestException):
        return exc
    if isinstance(exc, urllib3.exceptions.ReadTimeoutError):
        return requests.ReadTimeout("the answer took too long")
    return requests.ConnectionError("the answer broke off")


class _QuietAddresses(logging.Filter):
    """Drops urllib3's debug lines: they hold the address, and with it tokens and secrets."""

    def filter(self, record: logging.LogRecord) -> bool:
        return record.levelno > logging.DEBUG


_QUIET = _QuietAddresses()


def ways_out(options: WeChatOptions) -> dict[str, OneHostAdapter]:
    """Address prefix → adapter; pictures may take longer and be larger than other answers."""
    general = OneHostAdapter(options.api_base, options.timeout_seconds, _ANSWER_LIMIT)
    media = OneHostAdapter(options.api_base, options.media_timeout_seconds, options.media_limit_bytes)
    return {"https://": general, "http://": general, f"https://{_WECHAT_HOST}/cgi-bin/media/get": media}


def mount(session: requests.Session, adapters: Mapping[str, OneHostAdapter]) -> requests.Session:
    """Make `adapters` (by address prefix) the only ways out; proxy variables and .netrc are not read."""
    logging.getLogger("urllib3.connectionpool").addFilter(_QUIET)
    session.trust_env = False
    session.adapters.clear()
    for prefix, adapter in adapters.items():
        session.mount(prefix, adapter)
    return session

"""One WeChat account over wechatpy: tokens shared and bounded, every request through one transport."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from typing import Any, Literal

import requests
from wechatpy import WeChatClient as WechatpyClient
from wechatpy.exceptions import WeChatClientException

from adapters.wechat.errors import TOKEN_REFUSED, from_errcode, unreadable
from adapters.wechat.tokens import Token, TokenKeeper, TokenStore
from adapters.wechat.transport import OneHostAdapter, mount

API = "https://api.weixin.qq.com/"


class Account(WechatpyClient):  # type: ignore[misc]  # wechatpy has no types
    """wechatpy's client with its token handling replaced.

    wechatpy retries a refused token without end, keeps the expiry in the process, sets no time limit on the
    fetch and takes no lock. Here a refused token is replaced once, and tokens live in a `TokenStore`.

    Args:
        appid, secret: the account.
        token_mode: ``stable`` or ``plain``.
        ways: mounted as the only ways out, by address prefix.
        store: shared by every worker.
        timeout_seconds: also how long a worker waits for another one's refresh, twice over.
    """

    def __init__(
        self,
        appid: str,
        secret: str,
        *,
        token_mode: Literal["stable", "plain"],
        ways: Mapping[str, OneHostAdapter],
        store: TokenStore,
        timeout_seconds: float,
    ) -> None:
        super().__init__(appid, secret, timeout=timeout_seconds, auto_retry=False)
        mount(self._http, ways)
        self._token_mode = token_mode
        self._keeper = TokenKeeper(
            store, f"token:{token_mode}:{appid}", self._fetch, wait_seconds=2 * timeout_seconds
        )

    @property
    def access_token(self) -> str:
        """The live token; wechatpy's own methods ask for it here."""
        return self._keeper.current()

    def call(self, endpoint: str, body: dict[str, Any]) -> dict[str, Any]:
        """POST JSON to any endpoint below the API base (``wxa/…``); the answer must be a JSON object."""
        return as_object(self.post(API + endpoint, data=body))

    def call_for_bytes(self, endpoint: str, body: dict[str, Any]) -> bytes:
        """POST JSON to an endpoint that answers with a picture."""
        return as_bytes(self.post(API + endpoint, data=body))

    def get_without_token(self, endpoint: str, params: dict[str, str]) -> dict[str, Any]:
        """GET that must not depend on the token; wechatpy adds it only to params that are a dict."""
        return as_object(super()._request("get", API + endpoint, params=list(params.items())))

    def _request(self, method: str, url_or_endpoint: str, **kwargs: Any) -> Any:
        token = self.access_token
        try:
            return self._request_as(token, method, url_or_endpoint, kwargs)
        except WeChatClientException as exc:
            if exc.errcode not in TOKEN_REFUSED:
                raise
        return self._request_as(self._keeper.replace(token), method, url_or_endpoint, kwargs)

    def _request_as(self, token: str, method: str, url: str, kwargs: dict[str, Any]) -> Any:
        params = {**kwargs.get("params", {}), "access_token": token}
        return super()._request(method, url, **{**kwargs, "params": params})

    def _fetch(self, force: bool) -> Token:
        credentials = {"grant_type": "client_credential", "appid": self.appid, "secret": self.secret}
        if self._token_mode == "stable":  # noqa: S105 - the name of a mode
            response = self._http.post(API + "cgi-bin/stable_token", json={**credentials, "force_refresh": force})
        else:
            response = self._http.get(API + "cgi-bin/token", params=credentials)
        return _token_of(response)


def as_object(answer: Any) -> dict[str, Any]:
    """wechatpy hands back the raw response when it is not JSON, which would pass for success."""
    if not isinstance(answer, dict):
        raise unreadable("the answer is not a JSON object")
    return answer


def as_bytes(answer: Any) -> bytes:
    if not isinstance(answer, requests.Response) or not answer.content:
        raise unreadable("the answer is not a file")
    return bytes(answer.content)


def _token_of(response: requests.Response) -> Token:
    if not response.ok:
        raise WeChatClientException(None, None, response=response)
    answer = as_object(json.loads(response.content))
    if answer.get("errcode"):
        raise from_errcode(int(answer["errcode"]))
    value, seconds = answer["access_token"], int(answer["expires_in"])
    if not isinstance(value, str) or not value or seconds <= 0:
        raise unreadable("the token answer has another shape than documented")
    return Token(value, int(time.time()) + seconds)

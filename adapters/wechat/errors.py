"""The one place where what WeChat or the network answers becomes an `ExternalSystemError`.

The codes are those of the `access.ports.WeChat` docstring. Causes are dropped on purpose (`from None`): the
text of a network exception holds the address, and with it the access token or the app secret.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import requests
from wechatpy.exceptions import WeChatClientException, WeChatException

from access.domain.errors import ExternalSystemError

TOKEN_REFUSED = frozenset({40001, 40014, 42001})

_PERMANENT = {
    40003: "wechat.receiver",
    43004: "wechat.receiver",
    45015: "wechat.quota",
    45047: "wechat.quota",
    43101: "wechat.not_subscribed",
    40007: "wechat.field",
    40037: "wechat.field",
    41030: "wechat.field",
    44004: "wechat.field",
    45002: "wechat.field",
    47003: "wechat.field",
    40029: "wechat.code",
    40163: "wechat.code",
    40226: "wechat.code",
}
_TEMPORARY = {
    -1: "wechat.busy",
    45009: "wechat.busy",
    45011: "wechat.busy",
    40001: "wechat.auth",
    40013: "wechat.auth",
    40014: "wechat.auth",
    40125: "wechat.auth",
    40164: "wechat.auth",
    42001: "wechat.auth",
    48001: "wechat.auth",
}


class HostRefusedError(requests.RequestException):
    """A request was about to leave for another host than the configured API base."""


class TooLargeError(requests.RequestException):
    """The answer is longer than the limit."""


def from_errcode(errcode: int) -> ExternalSystemError:
    """The error for one of WeChat's numbers; an unknown number is an answer we cannot read."""
    if errcode in _PERMANENT:
        return ExternalSystemError(_PERMANENT[errcode], f"WeChat answered {errcode}", permanent=True)
    return ExternalSystemError(_TEMPORARY.get(errcode, "wechat.unreadable"), f"WeChat answered {errcode}")


def unreadable(what: str, *, permanent: bool = False) -> ExternalSystemError:
    return ExternalSystemError("wechat.unreadable", what, permanent=permanent)


def refused_field(what: str) -> ExternalSystemError:
    """A field that WeChat would refuse, found before anything is sent."""
    return ExternalSystemError("wechat.field", what, permanent=True)


@contextmanager
def translated() -> Iterator[None]:
    """Run a wechatpy call; everything it may throw leaves as `ExternalSystemError`."""
    try:
        yield
    except WeChatException as exc:
        raise _from_wechatpy(exc) from None
    except requests.RequestException as exc:
        raise _from_requests(exc) from None
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        # wechatpy trusts the shape of an answer; a body of another shape surfaces as one of these.
        raise unreadable("the answer has another shape than documented") from None


def _from_wechatpy(exc: WeChatException) -> ExternalSystemError:
    if exc.errcode is not None:
        return from_errcode(exc.errcode)
    response = exc.response if isinstance(exc, WeChatClientException) else None
    status = response.status_code if response is not None else 0
    return ExternalSystemError("wechat.busy", f"WeChat answered HTTP {status}")


def _from_requests(exc: requests.RequestException) -> ExternalSystemError:
    if isinstance(exc, HostRefusedError):
        return unreadable("a request for another host was refused", permanent=True)
    if isinstance(exc, TooLargeError):
        return unreadable("the answer is larger than the limit", permanent=True)
    if isinstance(exc, requests.Timeout):
        return ExternalSystemError("wechat.timeout", "WeChat did not answer in time")
    if isinstance(exc, requests.exceptions.InvalidJSONError):
        return unreadable("the answer is not JSON")
    return ExternalSystemError("wechat.busy", "WeChat could not be reached")

"""How WeChat says no: HTTP 200 with an errcode."""

from __future__ import annotations

_WORDS = {
    40001: "invalid credential, access_token is invalid or not latest",
    40002: "invalid grant_type",
    40003: "invalid openid",
    40004: "invalid media type",
    40007: "invalid media_id",
    40013: "invalid appid",
    40029: "invalid code",
    40035: "invalid parameter",
    40037: "invalid template_id",
    40125: "invalid appsecret",
    40163: "code been used",
    40164: "invalid ip, not in whitelist",
    41001: "access_token missing",
    41030: "invalid page",
    42001: "access_token expired",
    43004: "require subscribe",
    43101: "user refuse to accept the msg",
    44004: "empty content",
    45002: "content size out of limit",
    45009: "reach max api daily quota limit",
    45015: "response out of time limit or subscription is canceled",
    45047: "out of response count limit",
    46003: "menu no exist",
    47001: "data format error",
    47003: "argument invalid!",
    48001: "api unauthorized",
    87009: "invalid signature",
}


class RefusedError(Exception):
    """Answered as ``{"errcode", "errmsg"}``."""

    def __init__(self, errcode: int, detail: str = "") -> None:
        words = _WORDS.get(errcode, "error")
        self.errcode = errcode
        self.errmsg = f"{words} {detail}".strip()
        super().__init__(self.errmsg)

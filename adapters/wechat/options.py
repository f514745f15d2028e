"""What the WeChat adapter must be told: accounts, addresses, limits."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import urlsplit

API_BASE = "https://api.weixin.qq.com"
OPEN_BASE = "https://open.weixin.qq.com"
MEDIA_LIMIT = 8 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class WeChatOptions:
    """Settings of `adapters.wechat.client.WeChatClient`, checked when made.

    Attributes:
        oa_appid, oa_secret: the official account (service account).
        mp_appid, mp_secret: the mini-program; both empty where the estate runs without one.
        api_base: the one address that is ever contacted; https, or http on loopback.
        open_base: WeChat's own authorisation page, only ever put into a link.
        token_mode: ``stable`` uses `cgi-bin/stable_token`, ``plain`` uses `cgi-bin/token`.
        timeout_seconds: whole time of one API answer.
        media_timeout_seconds: whole time of one picture download.
        media_limit_bytes: largest picture taken.
        miniprogram_state: which build a subscription message opens.
        env_version: which build a mini-program code opens.
        check_path: whether WeChat checks that the page of a code is published.
        lang: language of a subscription message's fixed words.

    Raises:
        ValueError: names every field at fault.
    """

    oa_appid: str
    oa_secret: str = field(repr=False)
    mp_appid: str = ""
    mp_secret: str = field(default="", repr=False)
    api_base: str = API_BASE
    open_base: str = OPEN_BASE
    token_mode: Literal["stable", "plain"] = "stable"  # noqa: S105 - the name of a mode
    timeout_seconds: float = 4.0
    media_timeout_seconds: float = 15.0
    media_limit_bytes: int = MEDIA_LIMIT
    miniprogram_state: Literal["formal", "trial", "developer"] = "formal"
    env_version: Literal["release", "trial", "develop"] = "release"
    check_path: bool = True
    lang: Literal["zh_CN", "en_US", "zh_HK", "zh_TW"] = "zh_CN"

    def __post_init__(self) -> None:
        problems = [
            *(f"{name} is empty" for name in ("oa_appid", "oa_secret") if not getattr(self, name)),
            *_base_problems("api_base", self.api_base),
            *_base_problems("open_base", self.open_base),
            *(
                f"{name} must be above zero"
                for name in ("timeout_seconds", "media_timeout_seconds", "media_limit_bytes")
                if getattr(self, name) <= 0
            ),
        ]
        if bool(self.mp_appid) != bool(self.mp_secret):
            problems.append("mp_appid and mp_secret go together")
        if problems:
            raise ValueError("; ".join(problems))

    @property
    def has_mini_program(self) -> bool:
        return bool(self.mp_appid)


def is_loopback(host: str) -> bool:
    """True for ``localhost`` and for 127.0.0.0/8 and ::1 addresses."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _base_problems(name: str, value: str) -> list[str]:
    parts = urlsplit(value)
    host = parts.hostname or ""
    if not host or parts.path or parts.query or parts.fragment or parts.username:
        return [f"{name} must be scheme://host[:port] and nothing more"]
    if parts.scheme == "https" or (parts.scheme == "http" and is_loopback(host)):
        return []
    return [f"{name} must be https, or http on loopback"]

"""Options of the stand-in: which accounts it plays and where it posts."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from standins.wechat.crypto import Cipher

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


class Mode(StrEnum):
    """How the callback is set up: bare XML, both, or encrypted only."""

    PLAIN = "plain"
    COMPATIBLE = "compatible"
    SAFE = "safe"


@dataclass(frozen=True, slots=True)
class StandInOptions:
    """Everything the stand-in is told. The secrets are of simulated accounts and worth nothing elsewhere.

    Attributes:
        host, port: loopback only; port 0 takes a free one.
        callback_url: where the official account's messages go; empty until known (`/sim/admin/callback`).
        token, aes_key, mode: the callback's settings.
        data: folder that keeps people, QR codes and the menu over restarts; None keeps nothing.
        reply_seconds: how long a reply may take (WeChat: 5).
        mini_pages: published pages of the mini-program; empty takes any.
        page_cookies: ``name@path`` of the product's sign-in cookies; this browser forgets them when another
            person opens a link, as each person has a phone of their own.
        staff_secrets: JSON file [{"name", "secret"}] for the authenticator page.

    Raises:
        ValueError: names every option at fault.
    """

    host: str = "127.0.0.1"
    port: int = 0
    callback_url: str = ""
    token: str = field(default="standin-callback-token", repr=False)
    aes_key: str = field(default="", repr=False)
    mode: Mode = Mode.PLAIN
    data: Path | None = None
    staff_secrets: Path | None = None
    oa_appid: str = "wx00000000standin"
    oa_secret: str = field(default="standin-official-secret", repr=False)
    mp_appid: str = "wx00000000standmp"
    mp_secret: str = field(default="standin-mini-secret", repr=False)
    account: str = "gh_kaimen_standin"
    account_name: str = "开门物业服务"
    reply_seconds: float = 5.0
    mini_pages: tuple[str, ...] = ()
    page_cookies: tuple[str, ...] = ("kaimen_phone@/m",)

    def __post_init__(self) -> None:
        problems = []
        if self.host not in LOOPBACK:
            problems.append("host must be a loopback address: the stand-in is for this machine alone")
        if self.mode is not Mode.PLAIN:
            try:
                Cipher(self.token, self.aes_key, self.oa_appid)
            except ValueError:
                problems.append("aes_key must be the 43 characters of an EncodingAESKey")
        if problems:
            raise ValueError("; ".join(problems))

    def cipher(self) -> Cipher | None:
        """None in plain mode."""
        return None if self.mode is Mode.PLAIN else Cipher(self.token, self.aes_key, self.oa_appid)


def refuse_production(environ: Mapping[str, str] = os.environ) -> None:
    """Raises RuntimeError when KAIMEN_ENV says production."""
    if environ.get("KAIMEN_ENV", "").strip().lower() in {"production", "prod"}:
        raise RuntimeError("the WeChat stand-in does not start with KAIMEN_ENV=production")

"""The port `access.ports.WeChat` over WeChat's real server APIs (or the local stand-in)."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any, cast
from urllib.parse import quote

import qrcode
from qrcode.image.pil import PilImage
from wechatpy.oauth import WeChatOAuth

from access.domain.errors import ExternalSystemError
from access.ports import MiniCard, MiniSession
from adapters.wechat import limits
from adapters.wechat.account import Account, as_bytes, as_object
from adapters.wechat.errors import translated, unreadable
from adapters.wechat.options import WeChatOptions
from adapters.wechat.tokens import TokenStore
from adapters.wechat.transport import mount, ways_out

_PROFILE_SCENE = 1  # msg_sec_check: the text is a name or the like


class WeChatClient:
    """Implements `access.ports.WeChat`; safe for use by several threads.

    Args:
        options: checked settings.
        store: token store, shared by every worker.

    Raises (every method): `ExternalSystemError` with the codes of the port.
    """

    def __init__(self, options: WeChatOptions, store: TokenStore) -> None:
        self._options = options
        self._ways = ways_out(options)
        self._official = self._account(options.oa_appid, options.oa_secret, store)
        self._mini = self._account(options.mp_appid, options.mp_secret, store) if options.has_mini_program else None

    # -- official account --------------------------------------------------------------------------

    def send_text(self, openid: str, text: str) -> None:
        limits.check_text(text)
        with translated():
            as_object(self._official.message.send_text(openid, text))

    def send_card(self, openid: str, card: MiniCard) -> None:
        self._mini_program()
        page = {
            "title": card.title,
            "appid": self._options.mp_appid,
            "pagepath": card.page,
            "thumb_media_id": card.thumb_media_id,
        }
        with translated():
            as_object(self._official.message.send_mini_program_page(openid, page))

    def send_template(self, openid: str, template_id: str, url: str, data: dict[str, str]) -> None:
        with translated():
            as_object(self._official.message.send_template(openid, template_id, _values(data), url=url))

    def download_media(self, media_id: str) -> bytes:
        with translated():
            return as_bytes(self._official.media.download(media_id))

    def estate_qr(self, scene: str, seconds: int | None = None) -> bytes:
        limits.check_qr_scene(scene, seconds)
        ask: dict[str, Any] = {"action_info": {"scene": {"scene_str": scene}}}
        if seconds is None:
            ask["action_name"] = "QR_LIMIT_STR_SCENE"
        else:
            ask |= {"action_name": "QR_STR_SCENE", "expire_seconds": seconds}
        with translated():
            address = as_object(self._official.qrcode.create(ask))["url"]
        if not isinstance(address, str) or not address:
            raise unreadable("the QR answer holds no address")
        return _qr_picture(address)

    def set_menu(self, buttons: Sequence[dict[str, object]]) -> None:
        with translated():
            as_object(self._official.menu.create({"button": list(buttons)}))

    def oauth_url(self, redirect_url: str, state: str) -> str:
        limits.check_state(state)
        oauth = WeChatOAuth(self._options.oa_appid, "", redirect_url, state=quote(state, safe=""))
        oauth.OAUTH_BASE_URL = f"{self._options.open_base}/connect/"
        return cast(str, oauth.authorize_url)

    def oauth_openid(self, code: str) -> str:
        # wechatpy keeps the answer on the object, so each exchange has its own.
        oauth = WeChatOAuth(self._options.oa_appid, self._options.oa_secret, "")
        mount(oauth._http, self._ways)
        with translated():
            answer = as_object(oauth.fetch_access_token(code))
        if answer.get("is_snapshotuser"):
            raise ExternalSystemError("wechat.code", "a snapshot visitor has no identity", permanent=True)
        return _openid(answer)

    # -- mini-program ------------------------------------------------------------------------------

    def send_subscribe(self, openid: str, template_id: str, page: str, data: dict[str, str]) -> None:
        body = {
            "touser": openid,
            "template_id": template_id,
            "page": page,
            "data": _values(data),
            "miniprogram_state": self._options.miniprogram_state,
            "lang": self._options.lang,
        }
        with translated():
            self._mini_program().call("cgi-bin/message/subscribe/send", body)

    def mini_session(self, code: str) -> MiniSession:
        account = self._mini_program()
        params = {
            "appid": self._options.mp_appid,
            "secret": self._options.mp_secret,
            "js_code": code,
            "grant_type": "authorization_code",
        }
        with translated():
            answer = account.get_without_token("sns/jscode2session", params)
        unionid = answer.get("unionid")
        return MiniSession(_openid(answer), unionid if isinstance(unionid, str) and unionid else None)

    def phone_number(self, code: str) -> str:
        with translated():
            answer = self._mini_program().call("wxa/business/getuserphonenumber", {"code": code})
            info = answer["phone_info"]
            number, appid = info["purePhoneNumber"], info["watermark"]["appid"]
        if appid != self._options.mp_appid or not isinstance(number, str) or not number:
            raise unreadable("the phone number is not of this mini-program")
        return number

    def mini_code(self, scene: str, page: str) -> bytes:
        limits.check_mini_code(scene, page)
        body = {
            "scene": scene,
            "page": page,
            "check_path": self._options.check_path,
            "env_version": self._options.env_version,
        }
        with translated():
            return self._mini_program().call_for_bytes("wxa/getwxacodeunlimit", body)

    def check_text(self, openid: str, text: str) -> bool:
        limits.check_reviewed_text(text)
        body = {"version": 2, "openid": openid, "scene": _PROFILE_SCENE, "content": text}
        with translated():
            answer = self._mini_program().call("wxa/msg_sec_check", body)
            return bool(answer["result"]["suggest"] == "pass")

    # -- inside ------------------------------------------------------------------------------------

    def _account(self, appid: str, secret: str, store: TokenStore) -> Account:
        options = self._options
        return Account(
            appid,
            secret,
            token_mode=options.token_mode,
            ways=self._ways,
            store=store,
            timeout_seconds=options.timeout_seconds,
        )

    def _mini_program(self) -> Account:
        if self._mini is None:
            raise ExternalSystemError("wechat.auth", "no mini-program is configured", permanent=True)
        return self._mini


def _values(data: dict[str, str]) -> dict[str, dict[str, str]]:
    return {key: {"value": value} for key, value in data.items()}


def _openid(answer: dict[str, Any]) -> str:
    openid = answer.get("openid")
    if not isinstance(openid, str) or not openid:
        raise unreadable("the answer holds no openid")
    return openid


def _qr_picture(address: str) -> bytes:
    """PNG. WeChat offers the address for drawing it oneself; that spares a second host for the picture."""
    code: qrcode.QRCode[PilImage] = qrcode.QRCode(
        error_correction=qrcode.constants.ERROR_CORRECT_M, box_size=12, border=4, image_factory=PilImage
    )
    code.add_data(address)
    out = io.BytesIO()
    code.make_image().save(out)
    return out.getvalue()

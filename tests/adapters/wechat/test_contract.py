"""What every `WeChat` adapter does, shown on the in-memory one and on the real one with the stand-in."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest
import zxingcpp
from PIL import Image

from access.domain.errors import ExternalSystemError
from access.ports import MiniCard
from adapters.wechat.fake import FakeWeChat
from tests.adapters.wechat.worlds import World, picture

FIELDS = {"thing1": "3栋 501", "time2": "2026年3月1日 10:00"}


def refusal(act: Callable[[], object]) -> tuple[str, bool]:
    """(code, permanent) of the error raised."""
    with pytest.raises(ExternalSystemError) as caught:
        act()
    return caught.value.code, caught.value.permanent


def test_text_reaches_the_person(world: World) -> None:
    world.write("chen")
    world.wechat.send_text(world.openid("chen"), "您的申请已通过。]]> <b>&amp;")
    assert world.texts("chen") == ["您的申请已通过。]]> <b>&amp;"]
    assert world.texts("li") == []


@pytest.mark.parametrize("text", ["", "门" * 601])
def test_text_out_of_bounds_is_refused(world: World, text: str) -> None:
    world.write("chen")
    assert refusal(lambda: world.wechat.send_text(world.openid("chen"), text)) == ("wechat.field", True)


def test_five_messages_after_a_message(world: World) -> None:
    world.write("chen")
    for number in range(5):
        world.wechat.send_text(world.openid("chen"), str(number))
    assert refusal(lambda: world.wechat.send_text(world.openid("chen"), "6")) == ("wechat.quota", True)
    assert world.texts("chen") == ["0", "1", "2", "3", "4"]


def test_three_messages_after_an_event(world: World) -> None:
    world.follow("chen")
    for number in range(3):
        world.wechat.send_text(world.openid("chen"), str(number))
    assert refusal(lambda: world.wechat.send_text(world.openid("chen"), "4")) == ("wechat.quota", True)


def test_unknown_receiver(world: World) -> None:
    assert refusal(lambda: world.wechat.send_text("nobody", "hi")) == ("wechat.receiver", True)


def test_card_reaches_the_person(world: World) -> None:
    world.write("chen")
    card = MiniCard("我的通行码", "pages/pass/index", world.media(picture()))
    world.wechat.send_card(world.openid("chen"), card)
    assert world.cards("chen") == ["我的通行码"]


def test_one_grant_is_one_subscription_message(world: World) -> None:
    world.grant("chen", "T-pass")

    def send() -> None:
        world.wechat.send_subscribe(world.mini_openid("chen"), "T-pass", "pages/pass/index", FIELDS)

    send()
    assert world.fields("chen") == [FIELDS]
    assert refusal(send) == ("wechat.not_subscribed", True)
    assert world.fields("chen") == [FIELDS]


def test_template_message_needs_a_follower(world: World) -> None:
    def send() -> None:
        data = {"first": "已通过"}
        world.wechat.send_template(world.openid("chen"), "T-result", "https://estate.example/pass", data)

    code, permanent = refusal(send)
    assert (code, permanent) == ("wechat.receiver", True)
    world.follow("chen")
    send()
    assert world.fields("chen") == [{"first": "已通过"}]


def test_media_comes_whole(world: World) -> None:
    content = picture()
    assert world.wechat.download_media(world.media(content)) == content


def test_unknown_media_is_refused(world: World) -> None:
    assert refusal(lambda: world.wechat.download_media("gone")) == ("wechat.field", True)


def test_login_code_is_single_use(world: World) -> None:
    code = world.login_code("chen")
    session = world.wechat.mini_session(code)
    assert session.openid == world.mini_openid("chen") != world.openid("chen")
    assert session.unionid
    assert refusal(lambda: world.wechat.mini_session(code)) == ("wechat.code", True)


def test_oauth_code_is_single_use(world: World) -> None:
    code = world.oauth_code("chen")
    assert world.wechat.oauth_openid(code) == world.openid("chen")
    assert refusal(lambda: world.wechat.oauth_openid(code)) == ("wechat.code", True)


def test_snapshot_visitor_is_refused(world: World) -> None:
    code = world.oauth_code("chen", snapshot=True)
    assert refusal(lambda: world.wechat.oauth_openid(code)) == ("wechat.code", True)


def test_phone_code_is_single_use(world: World) -> None:
    code = world.phone_code("chen")
    assert world.wechat.phone_number(code).startswith("138")
    assert refusal(lambda: world.wechat.phone_number(code)) == ("wechat.code", True)


def test_oauth_address_is_quoted(world: World) -> None:
    address = world.wechat.oauth_url("https://estate.example/a?b=c&d=e", "st/ate&x=1")
    assert "redirect_uri=https%3A%2F%2Festate.example%2Fa%3Fb%3Dc%26d%3De" in address
    assert "state=st%2Fate%26x%3D1" in address
    assert "scope=snsapi_base" in address
    assert address.endswith("#wechat_redirect")
    assert refusal(lambda: world.wechat.oauth_url("https://estate.example/", "s" * 129)) == ("wechat.field", True)


def decoded(png: bytes) -> str:
    with Image.open(io.BytesIO(png)) as image:
        return zxingcpp.read_barcodes(image.convert("L"))[0].text


@pytest.mark.parametrize("seconds", [None, 3600])
def test_estate_qr_is_a_readable_picture(world: World, seconds: int | None) -> None:
    assert decoded(world.wechat.estate_qr("estate.1", seconds))


@pytest.mark.parametrize(("scene", "seconds"), [("", None), ("s" * 65, None), ("s", 59), ("s", 2_592_001)])
def test_estate_qr_out_of_bounds(world: World, scene: str, seconds: int | None) -> None:
    assert refusal(lambda: world.wechat.estate_qr(scene, seconds)) == ("wechat.field", True)


def test_mini_code_is_a_readable_picture(world: World) -> None:
    assert "9f3c" in decoded(world.wechat.mini_code("9f3c", "pages/pass/index"))


@pytest.mark.parametrize(
    ("scene", "page"), [("", "pages/pass/index"), ("s" * 33, "pages/pass/index"), ("门", "p"), ("s", "/p")]
)
def test_mini_code_out_of_bounds(world: World, scene: str, page: str) -> None:
    assert refusal(lambda: world.wechat.mini_code(scene, page)) == ("wechat.field", True)


def test_menu_is_set(world: World) -> None:
    button: dict[str, object] = {"type": "click", "name": "我的通行码", "key": "pass"}
    world.wechat.set_menu([button])
    assert world.menu() == [button]


def test_text_check(world: World) -> None:
    if isinstance(world.wechat, FakeWeChat):
        world.wechat.bad_words.add("违规")
    assert world.wechat.check_text(world.mini_openid("chen"), "王先生")
    assert not world.wechat.check_text(world.mini_openid("chen"), "违规内容")
    assert refusal(lambda: world.wechat.check_text(world.mini_openid("chen"), "x" * 2501)) == ("wechat.field", True)


@pytest.mark.parametrize("code", ["wechat.busy", "wechat.unreadable", "wechat.auth"])
def test_a_passing_failure_is_temporary_and_passes(world: World, code: str) -> None:
    world.fail(code)
    assert refusal(lambda: world.wechat.set_menu([])) == (code, False)
    world.wechat.set_menu([{"type": "click", "name": "a", "key": "b"}])
    assert len(world.menu()) == 1

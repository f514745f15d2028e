"""WeChat's rules that the simulated APIs keep: tokens, quotas, codes, fields."""

from __future__ import annotations

import httpx
import pytest

from access.domain.errors import ExternalSystemError
from standins.wechat.options import StandInOptions
from standins.wechat.refusals import RefusedError
from standins.wechat.subscriptions import check_fields
from standins.wechat.tokens import FORCED_A_DAY
from tests.adapters.wechat.worlds import picture, real_client
from tests.standins.conftest import Pair

O = StandInOptions()  # noqa: E741 - short for the options in every request below


@pytest.fixture
def api(pair: Pair) -> httpx.Client:
    return httpx.Client(base_url=pair.server.url, trust_env=False)


def stable(api: httpx.Client, *, force: bool = False) -> dict[str, object]:
    asked = {"grant_type": "client_credential", "appid": O.oa_appid, "secret": O.oa_secret, "force_refresh": force}
    return dict(api.post("/cgi-bin/stable_token", json=asked).json())


def plain(api: httpx.Client, **changes: str) -> dict[str, object]:
    asked = {"grant_type": "client_credential", "appid": O.oa_appid, "secret": O.oa_secret, **changes}
    return dict(api.get("/cgi-bin/token", params=asked).json())


def errcode(api: httpx.Client, token: object) -> int:
    return int(api.get("/cgi-bin/menu/get", params={"access_token": str(token)}).json()["errcode"])


TAKEN = 46003  # the token was taken; there is no menu


def test_a_new_plain_token_leaves_the_old_one_five_minutes(api: httpx.Client, pair: Pair) -> None:
    old, new = plain(api)["access_token"], plain(api)["access_token"]
    assert old != new
    assert (errcode(api, old), errcode(api, new)) == (TAKEN, TAKEN)
    pair.sim.advance_clock(301)
    assert (errcode(api, old), errcode(api, new)) == (42001, TAKEN)


def test_a_stable_token_stays_until_its_last_five_minutes(api: httpx.Client, pair: Pair) -> None:
    first = stable(api)["access_token"]
    pair.sim.advance_clock(7200 - 301)
    assert stable(api)["access_token"] == first
    pair.sim.advance_clock(2)
    second = stable(api)["access_token"]
    assert second != first
    assert (errcode(api, first), errcode(api, second)) == (TAKEN, TAKEN)
    pair.sim.advance_clock(300)
    assert (errcode(api, first), errcode(api, second)) == (42001, TAKEN)


def test_forced_refreshes_are_counted(api: httpx.Client, pair: Pair) -> None:
    values = {stable(api, force=True)["access_token"] for _ in range(FORCED_A_DAY)}
    assert len(values) == FORCED_A_DAY
    assert stable(api, force=True)["errcode"] == 45009
    pair.sim.advance_clock(86_401)
    assert "access_token" in stable(api, force=True)


def test_stable_and_plain_tokens_do_not_touch_each_other(api: httpx.Client, pair: Pair) -> None:
    kept = stable(api)["access_token"]
    plain(api)
    pair.sim.advance_clock(301)
    assert errcode(api, kept) == TAKEN


@pytest.mark.parametrize(
    ("changes", "code"), [({"grant_type": "x"}, 40002), ({"appid": "x"}, 40013), ({"secret": "x"}, 40125)]
)
def test_wrong_credentials(api: httpx.Client, changes: dict[str, str], code: int) -> None:
    assert plain(api, **changes)["errcode"] == code


def test_missing_wrong_and_foreign_tokens(api: httpx.Client) -> None:
    assert (errcode(api, ""), errcode(api, "x")) == (41001, 40001)
    mini = plain(api, appid=O.mp_appid, secret=O.mp_secret)["access_token"]
    assert errcode(api, mini) == 48001


def code_of(pair: Pair, text: str = "hi") -> str:
    try:
        real_client(pair.server.url).send_text(pair.sim.openid("chen"), text)
    except ExternalSystemError as exc:
        return exc.message
    return "sent"


def test_the_window_after_an_event_is_one_minute(pair: Pair) -> None:
    assert code_of(pair).endswith("45015")
    pair.sim.follow("chen")
    assert [code_of(pair)[-5:] for _ in range(4)] == ["sent", "sent", "sent", "45047"]
    pair.sim.advance_clock(61)
    assert code_of(pair).endswith("45015")


def test_the_window_after_a_message_is_two_days(pair: Pair) -> None:
    pair.sim.follow("chen")
    pair.sim.advance_clock(61)
    pair.sim.send_text("chen", "hi")
    pair.sim.advance_clock(48 * 3600 - 60)
    assert [code_of(pair)[-5:] for _ in range(6)] == ["sent"] * 5 + ["45047"]
    pair.sim.send_text("chen", "again")
    assert code_of(pair) == "sent"
    pair.sim.unfollow("chen")
    assert code_of(pair).endswith("45015")


@pytest.mark.parametrize("purpose", ["login", "phone"])
def test_codes_expire(pair: Pair, purpose: str) -> None:
    wechat = real_client(pair.server.url)
    code = pair.sim.login_code("chen") if purpose == "login" else pair.sim.phone_code("chen")
    pair.sim.advance_clock(301)
    with pytest.raises(ExternalSystemError, match="40029"):
        wechat.mini_session(code) if purpose == "login" else wechat.phone_number(code)


def test_a_code_of_one_purpose_is_none_of_another(pair: Pair) -> None:
    with pytest.raises(ExternalSystemError, match="40029"):
        real_client(pair.server.url).mini_session(pair.sim.phone_code("chen"))


def test_pictures_expire(pair: Pair) -> None:
    pair.sim.follow("chen")
    pair.sim.send_image("chen", picture())
    media_id = next(one.media_id for one in pair.sim.messages("chen") if one.media_id)
    pair.sim.advance_clock(3 * 86_400 + 1)
    with pytest.raises(ExternalSystemError, match="40007"):
        real_client(pair.server.url).download_media(media_id)


def test_an_unpublished_page_is_refused(pair: Pair) -> None:
    with pytest.raises(ExternalSystemError, match="41030"):
        real_client(pair.server.url).mini_code("s", "pages/gone")
    assert real_client(pair.server.url, check_path=False).mini_code("s", "pages/gone")


@pytest.mark.parametrize(
    ("key", "value", "fits"),
    [("thing1", "门" * 20, True), ("thing1", "门" * 21, False), ("thing1", "", False),
     ("character_string2", "A" * 32, True), ("character_string2", "A" * 33, False),
     ("character_string2", "门", False),
     ("number3", "12.5", True), ("number3", "十", False), ("phrase4", "已通过", True),
     ("phrase4", "已经通过审核", False),
     ("time5", "2026年3月1日 10:00", True), ("time5", "10:00", True), ("time5", "soon", False),
     ("date6", "2026年3月1日", True), ("date6", "2026-03-01", True), ("date6", "tomorrow", False),
     ("name7", "陈秀英", True), ("name7", "一" * 11, False), ("phone_number8", "13800000001", True),
     ("amount9", "¥5.00", True), ("unknown1", "x", False), ("thing", "x", False)],
)  # fmt: skip
def test_subscription_fields(key: str, value: str, fits: bool) -> None:
    data = {key: {"value": value}}
    if fits:
        assert check_fields(data) == {key: value}
    else:
        with pytest.raises(RefusedError, match=f"data.{key}.value"):
            check_fields(data)


def test_a_refused_field_costs_no_grant(pair: Pair) -> None:
    wechat = real_client(pair.server.url)
    pair.sim.grant("chen", "T")
    with pytest.raises(ExternalSystemError, match="47003"):
        wechat.send_subscribe(pair.sim.mini_openid("chen"), "T", "pages/pass/index", {"thing1": "门" * 21})
    wechat.send_subscribe(pair.sim.mini_openid("chen"), "T", "pages/pass/index", {"thing1": "门"})


def test_user_info(api: httpx.Client, pair: Pair) -> None:
    query = {"access_token": str(plain(api)["access_token"]), "openid": pair.sim.openid("chen")}
    assert api.get("/cgi-bin/user/info", params=query).json()["subscribe"] == 0
    pair.sim.scan("chen", scene="estate.1")
    known = api.get("/cgi-bin/user/info", params=query).json()
    assert (known["subscribe"], known["qr_scene_str"]) == (1, "estate.1")


@pytest.mark.parametrize(
    "buttons", [[], [{"name": "x"}], [{"type": "click", "name": "x"}], [{"type": "view", "name": "x", "key": "k"}],
                [{"type": "click", "name": "", "key": "k"}], [{"type": "click", "name": "x", "key": "k"}] * 4],
)  # fmt: skip
def test_a_malformed_menu_is_refused(api: httpx.Client, buttons: list[object]) -> None:
    query = {"access_token": str(plain(api)["access_token"])}
    answer = api.post("/cgi-bin/menu/create", params=query, json={"button": buttons}).json()
    assert answer["errcode"] == 40035

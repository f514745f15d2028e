"""Acting as a person through SimClient: follow, scan, write, click, pages, waiting for messages."""

from __future__ import annotations

import threading
from contextlib import closing

import httpx
import pytest

from bot.gateway import Text
from standins.wechat.client import SimError
from tests.adapters.wechat.worlds import real_client
from tests.standins.conftest import Pair

MENU: list[dict[str, object]] = [
    {"type": "click", "name": "通行码", "key": "pass"},
    {"name": "办理", "sub_button": [{"type": "view", "name": "访客", "url": "http://127.0.0.1:9/visit"}]},
]


def status(act: object) -> int:
    with pytest.raises(SimError) as caught:
        act()  # type: ignore[operator]
    return caught.value.status


def test_add_a_person(pair: Pair) -> None:
    person = pair.sim.add_person(" 王芳 ", "wang")
    assert (person["name"], person["follows"]) == ("王芳", False)
    assert pair.sim.add_person("王芳", "wang")["openid"] == person["openid"]
    assert status(lambda: pair.sim.add_person("  ")) == 400
    assert status(lambda: pair.sim.add_person("x", "../x")) == 400


def test_unknown_people_are_404(pair: Pair) -> None:
    assert status(lambda: pair.sim.follow("nobody")) == 404
    assert status(lambda: pair.sim.messages("nobody")) == 404
    assert status(lambda: pair.sim.openid("nobody")) == 404


def test_writing_needs_following(pair: Pair) -> None:
    assert status(lambda: pair.sim.send_text("chen", "hi")) == 409
    assert status(lambda: pair.sim.send_image("chen", b"x")) == 409
    assert status(lambda: pair.sim.click("chen", "pass")) == 409
    pair.sim.follow("chen")
    assert status(lambda: pair.sim.send_text("chen", "")) == 409
    assert status(lambda: pair.sim.send_text("chen", "x" * 2001)) == 409
    assert [one.event for one in pair.service.inbound] == ["subscribe"]


def test_following_twice_is_one_event(pair: Pair) -> None:
    pair.sim.follow("chen")
    assert pair.sim.follow("chen").tries == []
    pair.sim.unfollow("chen")
    assert pair.sim.unfollow("chen").tries == []
    assert [one.event for one in pair.service.inbound] == ["subscribe", "unsubscribe"]


def test_scan_follows_first_and_scans_later(pair: Pair) -> None:
    wechat = real_client(pair.server.url)
    picture = wechat.estate_qr("estate.b3")
    ticket = pair.sim.qrcodes()[0]["ticket"]
    first = pair.sim.scan("chen", picture=picture)
    again = pair.sim.scan("chen", scene="estate.b3")
    assert (first["kind"], first["value"]) == (again["kind"], again["value"]) == ("scene", "estate.b3")
    seen = [(one.event, one.event_key, one.ticket) for one in pair.service.inbound]
    assert seen == [("subscribe", "estate.b3", ticket), ("scan", "estate.b3", ticket)]


def test_the_shown_code_is_the_created_one(pair: Pair) -> None:
    real_client(pair.server.url).estate_qr("estate.b4", 3600)
    code = pair.sim.qrcodes()[0]
    with pair.sim.browser("chen") as browser:
        picture = browser.get(f"{pair.server.url}/cgi-bin/showqrcode", params={"ticket": code["ticket"]}).content
        assert browser.get(f"{pair.server.url}/cgi-bin/showqrcode?ticket=x").status_code == 404
    assert pair.sim.scan("chen", picture=picture)["value"] == "estate.b4"


def test_an_expired_code_cannot_be_scanned(pair: Pair) -> None:
    picture = real_client(pair.server.url).estate_qr("estate.b5", 3600)
    pair.sim.advance_clock(3601)
    assert status(lambda: pair.sim.scan("chen", picture=picture)) == 409
    assert pair.service.inbound == []


def test_other_codes_are_links_or_text(pair: Pair) -> None:
    link = pair.sim.scan("chen", text="https://estate.example/v/1")
    assert (link["kind"], link["delivery"]) == ("link", None)
    assert pair.sim.scan("chen", text="hello")["kind"] == "text"
    assert status(lambda: pair.sim.scan("chen", picture=b"not a picture")) == 409
    assert status(lambda: pair.sim.scan("chen")) == 400
    assert pair.service.inbound == []


def test_menu(pair: Pair) -> None:
    real_client(pair.server.url).set_menu(MENU)
    pair.sim.follow("chen")
    pair.sim.click("chen", "pass")
    pair.sim.view("chen", "http://127.0.0.1:9/visit")
    assert [(one.event, one.event_key) for one in pair.service.inbound[1:]] == [
        ("click", "pass"),
        ("view", "http://127.0.0.1:9/visit"),
    ]
    assert status(lambda: pair.sim.click("chen", "gone")) == 409


def test_waiting_for_a_message(pair: Pair) -> None:
    pair.sim.follow("chen")
    since = pair.sim.last_number("chen")
    wechat = real_client(pair.server.url)
    threading.Timer(0.1, lambda: wechat.send_text(pair.sim.openid("chen"), "结果")).start()
    found = pair.sim.wait_for("chen", lambda one: one.via == "customer_service", since)
    assert (found.text, found.n) == ("结果", since + 1)
    with pytest.raises(TimeoutError):
        pair.sim.wait_for("chen", lambda one: False, found.n, seconds=0.1)


def test_people_see_only_their_own_messages(pair: Pair) -> None:
    pair.service.answer = lambda inbound: Text("for " + inbound.openid)
    pair.sim.follow("chen")
    pair.sim.follow("li")
    assert [one.text for one in pair.sim.messages("li") if one.via == "reply"] == ["for " + pair.sim.openid("li")]


# -- WeChat's authorisation page -----------------------------------------------------------------------


def authorize(pair: Pair, **changes: str) -> str:
    url = real_client(pair.server.url).oauth_url("http://127.0.0.1:9/back?a=b", "st.ate")
    for old, new in changes.items():
        url = url.replace(old.replace("_", "."), new)
    return url.replace("#wechat_redirect", "")


def test_a_known_browser_is_sent_back_with_code_and_state(pair: Pair) -> None:
    with pair.sim.browser("chen") as browser:
        answer = browser.get(authorize(pair), follow_redirects=False)
    assert answer.next_request is not None
    back = answer.next_request.url
    assert (back.path, back.params["a"], back.params["state"]) == ("/back", "b", "st.ate")
    openid = real_client(pair.server.url).oauth_openid(back.params["code"])
    assert openid == pair.sim.openid("chen")


def test_oauth_login_ends_where_the_page_sends_it(pair: Pair) -> None:
    url = real_client(pair.server.url).oauth_url(f"{pair.server.url}/healthz", "s").partition("#")[0]
    browser, answer = pair.sim.oauth_login("li", url)
    with closing(browser):
        assert answer.json() == {"ok": True}
        code = answer.url.params["code"]
    assert real_client(pair.server.url).oauth_openid(code) == pair.sim.openid("li")


def test_an_unknown_browser_is_asked_who_it_is(pair: Pair) -> None:
    with httpx.Client(trust_env=False) as browser:
        page = browser.get(authorize(pair))
        assert "陈秀英" in page.text
        chosen = browser.get(authorize(pair) + "&standin_person=chen")
        assert chosen.status_code == 302
        assert browser.get(authorize(pair)).status_code == 302  # it remembers


@pytest.mark.parametrize(
    ("old", "new"),
    [("wx00000000standin", "wx-other"), ("127_0_0_1%3A9", "evil.example"), ("response_type=code", "x=1"),
     ("snsapi_base", "other"), ("st_ate", "s" * 129)],
)  # fmt: skip
def test_a_wrong_link_is_refused(pair: Pair, old: str, new: str) -> None:
    with pair.sim.browser("chen") as browser:
        url = authorize(pair)
        wrong = url.replace(old.replace("127_0_0_1", "127.0.0.1").replace("st_ate", "st.ate"), new)
        assert wrong != url
        assert browser.get(wrong, follow_redirects=False).status_code == 400


def test_another_person_starts_without_the_sign_in_of_the_last(pair: Pair) -> None:
    opened = {"url": f"{pair.server.url}/healthz"}
    with pair.sim.browser("chen") as browser:
        browser.cookies.set("kaimen_phone", "of-chen", domain="127.0.0.1", path="/m")
        browser.get(f"{pair.server.url}/sim/open/chen", params=opened)
        assert browser.cookies.get("kaimen_phone") == "of-chen"
        browser.get(f"{pair.server.url}/sim/open/li", params=opened)
        assert browser.cookies.get("kaimen_phone") is None


@pytest.mark.parametrize("url", ["javascript:alert(1)", "", "file:///etc/passwd"])
def test_the_in_app_browser_opens_pages_only(pair: Pair, url: str) -> None:
    with pair.sim.browser("chen") as browser:
        answer = browser.get(f"{pair.server.url}/sim/open/chen", params={"url": url}, follow_redirects=False)
    assert answer.status_code == 400

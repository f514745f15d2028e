"""The real client against bad weather: refused tokens, slow and odd answers, foreign hosts, large files."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar

import pytest
import requests

from access.domain.errors import ExternalSystemError
from adapters.wechat.client import WeChatClient
from adapters.wechat.options import WeChatOptions
from adapters.wechat.tokens import MemoryTokenStore
from adapters.wechat.transport import OneHostAdapter, mount
from standins.wechat.client import SimClient
from standins.wechat.server import StandInServer
from tests.adapters.wechat.worlds import STAND_IN, options, picture, real_client

STABLE, PLAIN = "/cgi-bin/stable_token", "/cgi-bin/token"
SEND = "/cgi-bin/message/custom/send"
MENU: list[dict[str, object]] = [{"type": "click", "name": "a", "key": "b"}]


def refusal(act: Callable[[], object]) -> tuple[str, bool]:
    with pytest.raises(ExternalSystemError) as caught:
        act()
    return caught.value.code, caught.value.permanent


# -- tokens --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("mode", "path"), [("stable", STABLE), ("plain", PLAIN)])
def test_token_mode_chooses_the_endpoint(server: StandInServer, sim: SimClient, mode: str, path: str) -> None:
    wechat = real_client(server.url, token_mode=mode)
    wechat.set_menu(MENU)
    wechat.set_menu(MENU)
    asked = sim.requests()
    assert asked[path] == 1
    assert {STABLE, PLAIN} & set(asked) == {path}


@pytest.mark.parametrize("how", ["invalidate", "expire"])
@pytest.mark.parametrize("mode", ["stable", "plain"])
def test_a_spoilt_token_is_replaced_once(server: StandInServer, sim: SimClient, mode: str, how: str) -> None:
    wechat = real_client(server.url, token_mode=mode)
    wechat.set_menu(MENU)
    sim.spoil_tokens("invalidate" if how == "invalidate" else "expire")
    wechat.set_menu(MENU)
    assert sim.requests()["/cgi-bin/menu/create"] == 3
    assert sum(sim.requests().get(path, 0) for path in (STABLE, PLAIN)) == 2


@pytest.mark.parametrize("errcode", [40001, 42001])
def test_a_server_that_never_takes_the_token_is_given_up(
    server: StandInServer, sim: SimClient, errcode: int
) -> None:
    sim.add_fault("/cgi-bin/menu/create", "errcode", errcode)
    assert refusal(lambda: real_client(server.url).set_menu(MENU)) == ("wechat.auth", False)
    assert sim.requests()["/cgi-bin/menu/create"] == 2


def test_eight_workers_fetch_one_token(server: StandInServer, sim: SimClient) -> None:
    store, together = MemoryTokenStore(), threading.Barrier(8)
    workers = [real_client(server.url, store) for _ in range(8)]

    def act(worker: WeChatClient) -> None:
        together.wait()
        worker.set_menu(MENU)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(act, workers))
    assert sim.requests()[STABLE] == 1
    assert sim.requests()["/cgi-bin/menu/create"] == 8


def test_login_does_not_depend_on_the_token(server: StandInServer, sim: SimClient) -> None:
    sim.add_fault(STABLE, "errcode", 40164)
    session = real_client(server.url).mini_session(sim.login_code("chen"))
    assert session.openid == sim.mini_openid("chen")
    assert STABLE not in sim.requests()


def test_a_wrong_secret_is_an_auth_error(server: StandInServer) -> None:
    assert refusal(lambda: real_client(server.url, oa_secret="wrong").set_menu(MENU)) == ("wechat.auth", False)


@pytest.mark.parametrize("path", [STABLE, "/cgi-bin/menu/create"])
def test_time_outs_everywhere(server: StandInServer, sim: SimClient, path: str) -> None:
    sim.add_fault(path, "hang")
    wechat = real_client(server.url, timeout_seconds=0.2)
    assert refusal(lambda: wechat.set_menu(MENU)) == ("wechat.timeout", False)


@pytest.mark.parametrize("path", ["/sns/jscode2session", "/sns/oauth2/access_token"])
def test_time_outs_without_a_token(server: StandInServer, sim: SimClient, path: str) -> None:
    sim.add_fault(path, "hang")
    wechat = real_client(server.url, timeout_seconds=0.2)
    act = wechat.mini_session if "jscode" in path else wechat.oauth_openid
    assert refusal(lambda: act("code")) == ("wechat.timeout", False)


# -- answers -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", [STABLE, SEND])
@pytest.mark.parametrize(
    ("kind", "number", "code"),
    [("status", 500, "wechat.busy"), ("status", 404, "wechat.busy"), ("garbage", 0, "wechat.unreadable"),
     ("errcode", 45009, "wechat.busy"), ("errcode", 40164, "wechat.auth"), ("errcode", -1, "wechat.busy"),
     ("errcode", 99999, "wechat.unreadable")],
)  # fmt: skip
def test_failures_are_temporary_and_named(
    server: StandInServer, sim: SimClient, path: str, kind: str, number: int, code: str
) -> None:
    sim.add_fault(path, kind, number)  # type: ignore[arg-type]
    assert refusal(lambda: real_client(server.url).send_text("o", "hi")) == (code, False)


@pytest.mark.parametrize(
    ("errcode", "code"),
    [(40003, "wechat.receiver"), (43004, "wechat.receiver"), (45015, "wechat.quota"), (45047, "wechat.quota"),
     (43101, "wechat.not_subscribed"), (47003, "wechat.field"), (40029, "wechat.code"), (40163, "wechat.code")],
)  # fmt: skip
def test_refusals_are_permanent_and_named(server: StandInServer, sim: SimClient, errcode: int, code: str) -> None:
    sim.add_fault(SEND, "errcode", errcode)
    assert refusal(lambda: real_client(server.url).send_text("o", "hi")) == (code, True)


def test_nobody_there() -> None:
    assert refusal(lambda: real_client("http://127.0.0.1:9").set_menu(MENU)) == ("wechat.busy", False)


class Odd(BaseHTTPRequestHandler):
    """Answers every request with `body`, or never ends it."""

    body = b""
    status = 200
    extra: tuple[tuple[str, str], ...] = ()
    seen: ClassVar[list[str]]
    trickle: threading.Event | None = None

    def do_GET(self) -> None:
        self.seen.append(f"{self.headers['Host']}{self.path}")
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.send_response(self.status)
        for name, value in self.extra:
            self.send_header(name, value)
        if self.trickle is None:
            self.send_header("Content-Length", str(len(self.body)))
        self.end_headers()
        self.wfile.write(self.body)
        while self.trickle is not None and not self.trickle.wait(0.02):
            self.wfile.write(b" ")
            self.wfile.flush()

    def do_POST(self) -> None:
        self.do_GET()

    def log_message(self, *_: object) -> None: ...


@pytest.fixture
def odd() -> Iterator[tuple[type[Odd], str]]:
    class Handler(Odd):
        seen: ClassVar[list[str]] = []

    handler = Handler
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as running:
        threading.Thread(target=running.serve_forever, args=(0.05,), daemon=True).start()
        yield handler, f"http://127.0.0.1:{running.server_address[1]}"
        if handler.trickle is not None:
            handler.trickle.set()
        running.shutdown()


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"null", b'"x"', b"{", b'{"errcode": "x"}', b"{}", b'{"access_token": 1, "expires_in": 1}',
             b'{"access_token": "x", "expires_in": "soon"}', b'{"a":' * 100_000],
)  # fmt: skip
def test_odd_bodies_are_unreadable(odd: tuple[type[Odd], str], body: bytes) -> None:
    handler, url = odd
    handler.body = body
    for act in (
        lambda: real_client(url).set_menu(MENU),
        lambda: real_client(url).mini_session("c"),
        lambda: real_client(url).oauth_openid("c"),
    ):
        assert refusal(act)[0] == "wechat.unreadable"


def test_an_answer_that_trickles_is_cut_off(odd: tuple[type[Odd], str]) -> None:
    handler, url = odd
    handler.trickle = threading.Event()
    assert refusal(lambda: real_client(url, timeout_seconds=0.3).mini_session("c")) == ("wechat.timeout", False)


# -- pictures ------------------------------------------------------------------------------------------


def test_a_picture_at_the_limit_is_taken_and_one_byte_more_is_not(server: StandInServer, sim: SimClient) -> None:
    content = picture()
    sim.follow("chen")
    sim.send_image("chen", content)
    media_id = sim.messages("chen")[-2].media_id
    taken = real_client(server.url, media_limit_bytes=len(content))
    assert taken.download_media(media_id) == content
    refused = real_client(server.url, media_limit_bytes=len(content) - 1)
    assert refusal(lambda: refused.download_media(media_id)) == ("wechat.unreadable", True)


def test_a_slow_picture_has_its_own_limit(server: StandInServer, sim: SimClient) -> None:
    sim.add_fault("/cgi-bin/media/get", "hang")
    wechat = real_client(server.url, timeout_seconds=60, media_timeout_seconds=0.2)
    assert refusal(lambda: wechat.download_media("m")) == ("wechat.timeout", False)


# -- one host ------------------------------------------------------------------------------------------


def test_every_request_goes_to_the_one_base(server: StandInServer, sim: SimClient) -> None:
    """wechatpy hard-codes its hosts; here each method is used and the stand-in saw every one."""
    wechat = real_client(server.url)
    wechat.set_menu(MENU)
    wechat.estate_qr("s")
    wechat.mini_code("s", "pages/pass/index")
    wechat.mini_session(sim.login_code("chen"))
    wechat.phone_number(sim.phone_code("chen"))
    wechat.check_text(sim.mini_openid("chen"), "x")
    assert set(sim.requests()) == {
        STABLE, "/cgi-bin/menu/create", "/cgi-bin/qrcode/create", "/wxa/getwxacodeunlimit",
        "/sns/jscode2session", "/wxa/business/getuserphonenumber", "/wxa/msg_sec_check",
    }  # fmt: skip


@pytest.mark.parametrize(
    "url", ["https://mp.weixin.qq.com/x", "https://example.com/", "http://127.0.0.1:9/", "https://api.weixin.qq.com.evil.example/"]
)  # fmt: skip
def test_other_hosts_are_refused(server: StandInServer, url: str) -> None:
    adapter = OneHostAdapter(server.url, 1, 1000)
    session = mount(requests.Session(), {"https://": adapter, "http://": adapter})
    with pytest.raises(requests.RequestException, match="another host"):
        session.get(url)


def test_a_redirect_elsewhere_is_not_followed(odd: tuple[type[Odd], str]) -> None:
    handler, url = odd
    handler.status, handler.extra = 302, (("Location", "https://example.com/steal"),)
    assert refusal(lambda: real_client(url).mini_session("c")) == ("wechat.unreadable", True)
    assert [one.partition("?")[0] for one in handler.seen] == [f"{url[7:]}/sns/jscode2session"]


def test_proxy_variables_are_not_followed(
    server: StandInServer, sim: SimClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.delenv("no_proxy", raising=False)
    real_client(server.url).set_menu(MENU)
    assert sim.requests()["/cgi-bin/menu/create"] == 1


# -- secrets and settings ------------------------------------------------------------------------------


def test_nothing_secret_is_logged_or_kept_in_errors(
    server: StandInServer, sim: SimClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    wechat = real_client(server.url, token_mode="plain")
    wechat.set_menu(MENU)
    code = sim.login_code("chen")
    wechat.mini_session(code)
    with pytest.raises(ExternalSystemError) as caught:
        real_client("http://127.0.0.1:9").mini_session(code)
    assert caught.value.__suppress_context__
    shown = "\n".join(record.getMessage() for record in caplog.records if "httpx" not in record.name)
    for secret in (STAND_IN.oa_secret, STAND_IN.mp_secret, code, "access_token"):
        assert secret not in shown
        assert secret not in str(caught.value)


def test_without_a_mini_program_its_methods_say_so(server: StandInServer) -> None:
    wechat = real_client(server.url, mp_appid="", mp_secret="")
    wechat.set_menu(MENU)
    assert refusal(lambda: wechat.mini_session("c")) == ("wechat.auth", True)


@pytest.mark.parametrize(
    ("changes", "word"),
    [({"oa_appid": ""}, "oa_appid"), ({"api_base": "http://api.example"}, "https"),
     ({"api_base": "nowhere"}, "scheme"), ({"api_base": "https://u:p@host"}, "scheme"),
     ({"api_base": "https://host/path"}, "scheme"),
     ({"timeout_seconds": 0}, "timeout_seconds"), ({"mp_secret": ""}, "together")],
)  # fmt: skip
def test_unsound_options_are_refused(changes: dict[str, object], word: str) -> None:
    with pytest.raises(ValueError, match=word):
        options("https://api.example", **changes)


def test_options_do_not_show_their_secrets() -> None:
    shown = repr(WeChatOptions("id", "very-secret", "mp", "more-secret"))
    assert "secret'" not in shown
    assert "very-secret" not in shown

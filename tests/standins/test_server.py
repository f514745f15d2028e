"""Starting the stand-in: loopback only, never in production, state kept over restarts, codes for staff."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import httpx
import pyotp
import pytest

from standins.wechat.client import SimClient
from standins.wechat.options import Mode, StandInOptions
from standins.wechat.server import StandInServer
from tests.adapters.wechat.worlds import real_client
from tests.standins.conftest import options

START = [sys.executable, "-m", "standins.wechat"]


def test_the_command_starts_says_where_and_stops(tmp_path: Path) -> None:
    environ = {**os.environ, "KAIMEN_STANDIN_PORT": "0", "KAIMEN_STANDIN_ACCOUNT_NAME": "和苑物业"}
    command = [*START, "--data", str(tmp_path), "--callback-url", "http://127.0.0.1:9/bot"]
    with subprocess.Popen(command, env=environ, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        url = process.stdout.readline().strip().rpartition(" ")[2].rstrip("/")
        with SimClient(url) as sim:
            state = sim.state()
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
    assert (state["account_name"], state["callback_url"]) == ("和苑物业", "http://127.0.0.1:9/bot")


@pytest.mark.parametrize(
    ("arguments", "environ", "word"),
    [(["--port", "0"], {"KAIMEN_ENV": "production"}, "production"), (["--host", "0.0.0.0"], {}, "loopback"),
     (["--mode", "safe", "--port", "0"], {}, "aes_key")],
)  # fmt: skip
def test_the_command_refuses(arguments: list[str], environ: dict[str, str], word: str) -> None:
    done = subprocess.run(
        [*START, *arguments], env={**os.environ, **environ}, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 1
    assert word in done.stderr
    assert "Traceback" not in done.stderr


def test_a_taken_port_is_named() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        done = subprocess.run([*START, "--port", port], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1
    assert f"port {port} is taken" in done.stderr


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.1", "::"])
def test_only_loopback(host: str) -> None:
    with pytest.raises(ValueError, match="loopback"):
        StandInOptions(host=host)


@pytest.mark.parametrize("name", ["production", "Production", " prod "])
def test_never_in_production(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KAIMEN_ENV", name)
    with pytest.raises(RuntimeError, match="production"):
        StandInServer(options())


def test_people_codes_and_menu_outlive_a_restart(tmp_path: Path) -> None:
    given = options(data=tmp_path)
    button: dict[str, object] = {"type": "click", "name": "x", "key": "k"}
    with StandInServer(given) as server, SimClient(server.url) as sim:
        sim.add_person("王芳", "wang")
        sim.follow("wang")
        code = real_client(server.url).estate_qr("estate.1")
        real_client(server.url).set_menu([button])
    with StandInServer(given) as server, SimClient(server.url) as sim:
        assert [one["id"] for one in sim.people() if one["follows"]] == ["wang"]
        assert sim.scan("wang", picture=code)["value"] == "estate.1"
        assert sim.state()["menu"] == [button]


@pytest.mark.parametrize("content", ["{", "[]", '{"people": [{"x": 1}], "scenes": [], "menu": []}'])
def test_a_damaged_file_is_named(tmp_path: Path, content: str) -> None:
    (tmp_path / "wechat-standin.json").write_text(content)
    with pytest.raises(ValueError, match=r"wechat-standin\.json is damaged"):
        StandInServer(options(data=tmp_path))


def test_requests_from_elsewhere_are_refused() -> None:
    with StandInServer(options()) as server, httpx.Client(base_url=server.url, trust_env=False) as web:
        assert web.get("/sim/state", headers={"Host": "evil.example"}).status_code == 403
        crossed = {"Sec-Fetch-Site": "cross-site"}
        assert web.post("/sim/people/chen/follow", json={}, headers=crossed).status_code == 403
        assert web.get("/sim/state").json()["people"][0]["follows"] is False


def test_every_page_has_a_strict_policy_and_no_foreign_host() -> None:
    with StandInServer(options()) as server, httpx.Client(base_url=server.url, trust_env=False) as web:
        for path in ("/", "/authenticator", "/connect/oauth2/authorize", "/static/chat.js", "/static/standin.css"):
            answer = web.get(path)
            policy = answer.headers["content-security-policy"]
            assert "script-src 'self';" in policy
            assert "unsafe" not in policy
            assert "https://" not in answer.text


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'"x"', b"\xff"])
def test_malformed_requests_are_plain_refusals(body: bytes) -> None:
    with StandInServer(options()) as server, httpx.Client(base_url=server.url, trust_env=False) as web:
        for path in ("people", "people/chen/text", "people/chen/scan", "admin/faults", "admin/clock"):
            assert (
                web.post(f"/sim/{path}", content=body, headers={"Content-Type": "application/json"}).status_code
                == 400
            )
        answer = web.post("/cgi-bin/stable_token", content=body)
        assert answer.json()["errcode"] == 47001


def test_an_oversized_picture_is_refused() -> None:
    with StandInServer(options()) as server, httpx.Client(base_url=server.url, trust_env=False) as web:
        web.post("/sim/people/chen/follow", json={})
        answer = web.post("/sim/people/chen/image", files={"picture": b"x" * (11 * 1024 * 1024)})
        assert answer.status_code == 413


# -- authenticator -------------------------------------------------------------------------------------


def test_codes_of_demo_staff(tmp_path: Path) -> None:
    secret = pyotp.random_base32()
    path = tmp_path / "staff.json"
    with StandInServer(options(staff_secrets=path)) as server, httpx.Client(base_url=server.url) as web:
        assert web.get("/authenticator/codes").json() == []
        path.write_text(json.dumps([{"name": "王主管", "secret": secret}]))
        shown = web.get("/authenticator/codes").json()[0]
        assert pyotp.TOTP(secret).verify(shown["code"], valid_window=1)
        assert (shown["name"], 0 < shown["seconds_left"] <= 30) == ("王主管", True)


@pytest.mark.parametrize("content", ["{", '{"name": 1}', '[{"name": "x"}]', '[{"name": "x", "secret": "short"}]'])
def test_an_unsound_secrets_file_is_said(tmp_path: Path, content: str) -> None:
    path = tmp_path / "staff.json"
    path.write_text(content)
    with StandInServer(options(staff_secrets=path)) as server, httpx.Client(base_url=server.url) as web:
        answer = web.get("/authenticator/codes")
    assert (answer.status_code, bool(answer.json()["error"])) == (500, True)


def test_options_do_not_show_secrets() -> None:
    shown = repr(options(Mode.SAFE))
    for secret in (StandInOptions().token, StandInOptions().oa_secret, StandInOptions().mp_secret):
        assert secret not in shown


def test_a_hanging_answer_ends_when_faults_are_cleared() -> None:
    with StandInServer(options()) as server, SimClient(server.url) as sim:
        sim.add_fault("/cgi-bin/menu/create", "hang", times=1)
        sim.clear_faults()
        real_client(server.url).set_menu([{"type": "click", "name": "x", "key": "k"}])
        assert sim.state()["menu"]

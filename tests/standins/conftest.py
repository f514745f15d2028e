"""A stand-in and a service that answer each other, in each callback mode."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from bot.gateway import GatewaySettings
from bot.gateway import Mode as GatewayMode
from standins.wechat.client import SimClient
from standins.wechat.options import Mode, StandInOptions
from standins.wechat.server import StandInServer
from tests.standins.callback_server import Service, running

AES_KEY = base64.b64encode(bytes(range(32))).decode().rstrip("=")


def options(mode: Mode = Mode.PLAIN, **more: object) -> StandInOptions:
    given: dict[str, object] = {"mode": mode, "aes_key": AES_KEY, "reply_seconds": 0.5, **more}
    return StandInOptions(**given)  # type: ignore[arg-type]


def settings(given: StandInOptions) -> GatewaySettings:
    return GatewaySettings(given.token, given.oa_appid, GatewayMode(given.mode), AES_KEY)


@dataclass
class Pair:
    """A running stand-in, a client for it, and the service it posts to."""

    server: StandInServer
    sim: SimClient
    service: Service


@pytest.fixture(params=list(Mode))
def mode(request: pytest.FixtureRequest) -> Mode:
    return Mode(request.param)


@pytest.fixture
def pair() -> Iterator[Pair]:
    yield from _pair(Mode.PLAIN)


@pytest.fixture
def pair_in_mode(mode: Mode) -> Iterator[Pair]:
    yield from _pair(mode)


def _pair(mode: Mode) -> Iterator[Pair]:
    given = options(mode, mini_pages=("pages/pass/index",))
    service = Service(settings(given))
    with StandInServer(given) as server, running(service), SimClient(server.url) as sim:
        sim.set_callback(service.url)
        yield Pair(server, sim, service)
        sim.clear_faults()

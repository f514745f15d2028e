"""A running stand-in and the two worlds of the contract suite."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from standins.wechat.client import SimClient
from standins.wechat.server import StandInServer
from tests.adapters.wechat.worlds import STAND_IN, FakeWorld, RealWorld, World, real_client


@pytest.fixture
def server() -> Iterator[StandInServer]:
    with StandInServer(STAND_IN) as running:
        yield running


@pytest.fixture
def sim(server: StandInServer) -> Iterator[SimClient]:
    with SimClient(server.url) as client:
        yield client
        client.clear_faults()


@pytest.fixture(params=["fake", "real"])
def world(request: pytest.FixtureRequest) -> World:
    if request.param == "fake":
        return FakeWorld()
    running: StandInServer = request.getfixturevalue("server")
    return RealWorld(request.getfixturevalue("sim"), real_client(running.url))

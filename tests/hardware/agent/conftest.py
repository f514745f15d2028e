from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.hardware.agent.estate import Estate
from tests.hardware.agent.server_simulator import ServerSimulator


@pytest.fixture
def simulator() -> Iterator[ServerSimulator]:
    with ServerSimulator() as running:
        yield running


@pytest.fixture
def estate(simulator: ServerSimulator) -> Estate:
    return Estate(simulator)

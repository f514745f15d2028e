"""What every link shares: a lasting outage is told once."""

from __future__ import annotations

import httpx
import pytest
from structlog.testing import capture_logs

from access.domain.errors import ExternalSystemError
from hardware.agent.link import Link, Listeners, Patience
from hardware.agent.server import Refused
from hardware.agent.stream import expect_stream

_TRIES = 4


class _CutLink(Link):
    """A carrier that reaches nothing and gives up after a few tries."""

    tries = 0

    def once(self) -> bool:
        self.tries += 1
        self.failed(ExternalSystemError("server.unreachable", "cable pulled"))
        if self.tries == _TRIES:
            self.ended.set()
        return False

    def hang_up(self) -> None:
        """Nothing is open."""


def test_a_lasting_outage_is_logged_once() -> None:
    listeners = Listeners(lambda _: None, lambda _: None, lambda _: None, lambda _: None)
    link = _CutLink(listeners, Patience(silence=10, longest=0.001))
    with capture_logs() as logs:
        link.run()
    assert link.tries == _TRIES
    assert [entry["event"] for entry in logs] == ["link.down"]


@pytest.mark.parametrize(
    ("status", "kind", "taken"),
    [
        (200, "text/event-stream; charset=utf-8", True),
        (200, "text/html", False),
        (204, "text/event-stream", False),
        (401, "application/json", False),
        (404, "text/html", False),
        (503, "", False),
    ],
)
def test_what_is_no_event_stream_is_said_in_one_line(status: int, kind: str, taken: bool) -> None:
    answer = httpx.Response(status, headers={"content-type": kind})
    if taken:
        expect_stream(answer)
        return
    with pytest.raises(Refused) as refused:
        expect_stream(answer)
    assert str(status) in refused.value.message
    assert "\n" not in refused.value.message

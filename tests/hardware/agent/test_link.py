"""What every link shares: a lasting outage is told once."""

from __future__ import annotations

from structlog.testing import capture_logs

from access.domain.errors import ExternalSystemError
from hardware.agent.link import Link, Listeners, Patience

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

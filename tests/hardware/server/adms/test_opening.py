"""Remote open at a terminal: it leaves the queue when it is sent, and is never sent after its expiry."""

from __future__ import annotations

import pytest

from access.domain.commands import OPEN_LIFE, Op
from access.domain.errors import Conflict
from access.domain.gates import Gate
from access.domain.times import MINUTE, SECOND
from access.services.remote_open import Progress, RemoteOpening, open_remotely, progress
from tests.estate import Place, TestHouse
from tests.hardware.server.adms.conftest import Box


def opened(wired: TestHouse, place: Place, alice: str) -> RemoteOpening:
    return open_remotely(wired.house, alice, place.gate.id, wired.clock.now())


def state(wired: TestHouse, alice: str, opening: RemoteOpening) -> Progress:
    assert opening.command_id is not None
    return progress(wired.house, alice, opening.command_id)


def test_an_open_is_sent_once_and_counts_when_the_terminal_says_so(
    wired: TestHouse, place: Place, box: Box, alice: str
) -> None:
    assert box.poll() == []
    opening = opened(wired, place, alice)
    ((number, text),) = box.poll()
    assert text == "CONTROL DEVICE 01010103"
    assert state(wired, alice, opening) is Progress.PENDING
    assert box.poll() == []
    box.reply(number)
    assert state(wired, alice, opening) is Progress.OPENED
    box.reply(number, -1)
    assert state(wired, alice, opening) is Progress.OPENED


def test_an_open_whose_answer_was_lost_is_not_sent_again_and_ends_as_unknown(
    wired: TestHouse, place: Place, box: Box, alice: str
) -> None:
    box.poll()
    opening = opened(wired, place, alice)
    assert len(box.poll()) == 1
    for _ in range(20):
        wired.clock.advance(2 * SECOND)
        assert box.poll() == []
    assert state(wired, alice, opening) is Progress.UNKNOWN


@pytest.mark.parametrize(("late", "orders"), [(OPEN_LIFE - 1, 1), (OPEN_LIFE, 0), (OPEN_LIFE + 1, 0), (MINUTE, 0)])
def test_an_open_is_never_sent_after_its_expiry(
    wired: TestHouse, place: Place, box: Box, alice: str, late: int, orders: int
) -> None:
    box.poll()
    opening = opened(wired, place, alice)
    wired.clock.advance(late)
    assert len(box.poll()) == orders
    assert state(wired, alice, opening) is (Progress.PENDING if orders else Progress.FAILED)


def test_a_refusal_of_the_terminal_is_told(wired: TestHouse, place: Place, box: Box, alice: str) -> None:
    box.poll()
    opening = opened(wired, place, alice)
    ((number, _),) = box.poll()
    box.reply(number, -1002)
    assert state(wired, alice, opening) is Progress.FAILED


def test_nothing_waits_for_a_terminal_that_does_not_poll(
    wired: TestHouse, place: Place, box: Box, alice: str
) -> None:
    with pytest.raises(Conflict) as offline:
        opened(wired, place, alice)
    assert offline.value.code == "gate.offline"
    box.poll()
    wired.clock.advance(46 * SECOND)
    with pytest.raises(Conflict):
        opened(wired, place, alice)
    assert box.poll() == []


def test_answers_that_name_nothing_change_nothing(wired: TestHouse, place: Place, box: Box, alice: str) -> None:
    box.poll()
    opening = opened(wired, place, alice)
    box.poll()
    for number in (0, 1, 2, 3, 5, 6, 7, 400, 9_999_999_999):
        box.reply(number)
    assert state(wired, alice, opening) is Progress.PENDING


@pytest.mark.parametrize("op", [Op.UNLOCK, Op.LOCKDOWN, Op.NORMAL])
def test_standing_open_or_locked_down_is_refused_and_said(wired: TestHouse, box: Box, op: Op) -> None:
    now = wired.clock.now()
    with wired.house.db.transaction() as stores:
        gate = stores.gates.gate(box.terminal.id)
        assert isinstance(gate, Gate)
        command = stores.gates.issue(gate, op, None, {}, now, now + MINUTE, "staff:x")
    assert box.poll() == []
    with wired.house.db.reading() as stores:
        after = stores.gates.command(command.id)
    assert after is not None
    assert after.state.value == "denied"

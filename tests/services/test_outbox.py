"""The outbox: done once, tried again, given up loudly; and messages to people."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from access.domain.outbox import Task
from access.domain.times import HOUR
from access.services import close_account, messages, outbox
from tests.estate import Place, TestHouse, newcomer


def tell(wired: TestHouse, person_id: str) -> None:
    with wired.house.db.transaction() as stores:
        messages.notify(wired.house, stores, person_id, "card_added", wired.clock.now(), last4="1234")


@pytest.fixture
def alice(wired: TestHouse, place: Place) -> str:
    wired.wechat.wrote("openid-of-alice")
    return newcomer(wired.house, place, "alice")


def test_a_message_goes_out_once(wired: TestHouse, alice: str) -> None:
    tell(wired, alice)
    assert outbox.run_once(wired.house) == 1
    assert outbox.run_once(wired.house) == 0
    assert wired.wechat.texts("openid-of-alice") == ["card_added last4=1234"]


def test_what_a_message_says_is_sealed(wired: TestHouse, alice: str) -> None:
    tell(wired, alice)
    with wired.house.db.transaction() as stores:
        (job,) = stores.outbox.lease((Task.MESSAGE,), wired.clock.now(), 1_000, 10)
    assert "1234" not in str(job.payload)


def test_a_passing_failure_is_tried_again(wired: TestHouse, alice: str) -> None:
    wired.wechat.fail("wechat.busy")
    tell(wired, alice)
    outbox.run_once(wired.house)
    assert wired.wechat.texts("openid-of-alice") == []
    wired.clock.advance(HOUR)
    outbox.run_once(wired.house)
    assert wired.wechat.texts("openid-of-alice") == ["card_added last4=1234"]


def test_a_lasting_failure_is_buried_and_audited(wired: TestHouse, alice: str) -> None:
    wired.wechat.fail("wechat.receiver", permanent=True)
    tell(wired, alice)
    outbox.run_once(wired.house)
    wired.clock.advance(24 * HOUR)
    assert outbox.run_once(wired.house) == 0
    with wired.house.db.reading() as stores:
        assert stores.outbox.buried() == {Task.MESSAGE: 1}
        rows = [entry for entry in stores.audit.page(0, 1_000) if entry.tag == "outbox:message:buried"]
    assert [row.details["error"] for row in rows] == ["wechat.receiver"]


def test_nothing_is_sent_to_somebody_erased(wired: TestHouse, alice: str) -> None:
    tell(wired, alice)
    close_account.close_account(wired.house, alice)
    while outbox.run_once(wired.house):
        pass
    assert wired.wechat.sent == []


@given(st.integers(0, 10_000))
def test_backoff_is_bounded(attempts: int) -> None:
    assert 500 <= outbox.backoff(attempts) <= HOUR + 500

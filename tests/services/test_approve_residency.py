"""Deciding a residency: once, by one, with words for the person, and only in one's own estate."""

from __future__ import annotations

import threading
from datetime import date

import pytest

from access.domain.errors import Conflict, InvalidInput, NotFound
from access.domain.outbox import Task
from access.domain.reading import ReadPurpose
from access.domain.residency import Residency, ResidencyStatus, Role
from access.domain.times import DAY
from access.queries import approvals
from access.services import approve_residency
from adapters.db.database import PeeweeDatabase
from tests.console.scene import ask, settle
from tests.estate import Place, TestHouse, build, resident, seed_estate


@pytest.fixture
def pending(wired: TestHouse, place: Place) -> Residency:
    return ask(wired, place, "李雷", "1-102", Role.OWNER)[1]


def stored(wired: TestHouse, residency: Residency) -> Residency:
    with wired.house.db.reading() as stores:
        found = stores.residencies.get(residency.id)
    assert found is not None
    return found


def test_approving_lets_the_person_in_and_tells_them(wired: TestHouse, place: Place, pending: Residency) -> None:
    with wired.house.db.reading() as stores:
        before = stores.places.policy_version(place.estate.id)
    approve_residency.approve(wired.house, place.operations.staff, pending.id)
    assert stored(wired, pending).is_live(wired.clock.now())
    with wired.house.db.reading() as stores:
        assert stores.places.policy_version(place.estate.id) == before + 1
        assert stores.audit.page(stores.audit.last_seq() - 1, 1)[0].tag == "staff:residency:approve"
    wired.wechat.wrote("openid-of-李雷")
    settle(wired)
    assert "residency_approved estate=桂园 household=1-102" in str(wired.wechat.sent)


def test_refusing_needs_a_reason_which_the_person_is_told(
    wired: TestHouse, place: Place, pending: Residency
) -> None:
    for reason in ("", "   ", "x" * 201):
        with pytest.raises(InvalidInput):
            approve_residency.refuse(wired.house, place.operations.staff, pending.id, reason)
    approve_residency.refuse(wired.house, place.operations.staff, pending.id, " 请带租约 ")
    assert stored(wired, pending).status is ResidencyStatus.REFUSED
    wired.wechat.wrote("openid-of-李雷")
    settle(wired)
    assert "reason=请带租约" in str(wired.wechat.sent)


def test_a_decision_stands(wired: TestHouse, place: Place, pending: Residency) -> None:
    approve_residency.approve(wired.house, place.operations.staff, pending.id)
    with pytest.raises(Conflict):
        approve_residency.approve(wired.house, place.operations.staff, pending.id)
    with pytest.raises(Conflict):
        approve_residency.refuse(wired.house, place.operations.staff, pending.id, "no")


def test_of_two_deciding_at_once_one_wins(database: PeeweeDatabase) -> None:
    wired = build(database)
    place = seed_estate(wired.house)
    _, pending = ask(wired, place, "李雷", "1-102", Role.OWNER)
    start, outcomes = threading.Barrier(2), []

    def decide(approve: bool) -> None:
        start.wait()
        try:
            if approve:
                approve_residency.approve(wired.house, place.operations.staff, pending.id)
            else:
                approve_residency.refuse(wired.house, place.security.staff, pending.id, "no")
        except Conflict as exc:
            outcomes.append(exc.code)
        else:
            outcomes.append("done")

    threads = [threading.Thread(target=decide, args=(approve,)) for approve in (True, False)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["done", "residency.status"]
    with wired.house.db.reading() as stores:
        decided = [e for e in stores.audit.page(0, 1000) if e.tag.startswith("staff:residency:")]
        assert stores.outbox.waiting().get(Task.MESSAGE) == 1
    assert len(decided) == 1


def test_another_estates_request_does_not_exist(wired: TestHouse, place: Place, pending: Residency) -> None:
    other = seed_estate(wired.house, 2)
    staff = other.operations.staff
    for call in (
        lambda: approve_residency.approve(wired.house, staff, pending.id),
        lambda: approve_residency.refuse(wired.house, staff, pending.id, "no"),
        lambda: approvals.request_detail(wired.house, staff, pending.id),
    ):
        with pytest.raises(NotFound):
            call()
    assert approvals.pending(wired.house, staff, 0).rows == ()
    assert stored(wired, pending).status is ResidencyStatus.PENDING


def test_a_stay_that_ended_while_waiting_cannot_be_approved(wired: TestHouse, place: Place) -> None:
    _, pending = ask(wired, place, "韩梅", "1-101", Role.TENANT, date(2026, 9, 25))
    wired.clock.advance(30 * DAY)
    with pytest.raises(Conflict) as caught:
        approve_residency.approve(wired.house, place.operations.staff, pending.id)
    assert caught.value.code == "residency.lapsed"


@pytest.mark.rule("L13")
def test_the_list_has_no_names_and_the_detail_leaves_a_look(wired: TestHouse, place: Place) -> None:
    resident(wired.house, place, "王芳", "1-102")
    person_id, pending = ask(wired, place, "李雷", "1-102", Role.FAMILY)
    listed = approvals.pending(wired.house, place.operations.staff, 0)
    assert [row.residency_id for row in listed.rows] == [pending.id]
    assert "李雷" not in repr(listed)
    found = approvals.request_detail(wired.house, place.operations.staff, pending.id)
    assert (found.name, found.living_there, found.owners_there) == ("李雷", 1, 1)
    with wired.house.db.reading() as stores:
        looks = stores.audit.looks_of(person_id, 10)
    assert [(look.reader, look.purpose) for look in looks] == [
        (f"staff:{place.operations.staff.id}", ReadPurpose.DECIDE_RESIDENCY)
    ]

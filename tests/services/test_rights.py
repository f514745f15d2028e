"""Requests about one's own data: due dates, answers with reasons, and nobody else's."""

from __future__ import annotations

import pytest

from access.domain.errors import Conflict, InvalidInput, NotFound, NotPermitted
from access.domain.reading import ReadPurpose
from access.domain.rights import RightsKind, RightsState
from access.domain.times import DAY
from access.domain.working_days import end_of_term
from access.services import close_account, my_data, my_entries, outbox, rights
from tests.estate import Place, TestHouse, resident, seed_estate
from tests.fakes import START


def texts(wired: TestHouse) -> list[str]:
    while outbox.run_once(wired.house):
        pass
    return [sent.text for sent in wired.wechat.sent]


@pytest.mark.rule("L11")
@pytest.mark.parametrize("kind", list(RightsKind))
def test_a_request_is_due_answered_and_told(wired: TestHouse, place: Place, kind: RightsKind) -> None:
    wired.wechat.wrote("openid-of-alice")
    alice = resident(wired.house, place, "alice")
    asked = rights.ask(wired.house, alice, place.estate.id, kind, "我的门牌写错了")
    assert asked.due_at == end_of_term(START, 15, place.estate.timezone)
    audit = place.audit.staff
    assert rights.waiting(wired.house, audit) == (asked,)
    found = rights.read(wired.house, audit, asked.id)
    assert (found.name, found.words) == ("alice", "我的门牌写错了")
    (look,) = my_entries.look_ups(wired.house, alice)
    assert (look.purpose, look.fields) == (ReadPurpose.RIGHTS_REQUEST, ("name", "request"))
    rights.answer(wired.house, audit, asked.id, True, "已更正")
    assert rights.mine(wired.house, alice)[0].state is RightsState.DONE
    assert texts(wired) == ["rights_answered answer=已更正"]
    with pytest.raises(Conflict):
        rights.answer(wired.house, audit, asked.id, False, "again")


@pytest.mark.rule("L11")
def test_a_refusal_needs_a_reason_which_the_person_is_told(wired: TestHouse, place: Place) -> None:
    wired.wechat.wrote("openid-of-alice")
    alice = resident(wired.house, place, "alice")
    asked = rights.ask(wired.house, alice, place.estate.id, RightsKind.DELETION, "请删除")
    with pytest.raises(InvalidInput) as wordless:
        rights.answer(wired.house, place.audit.staff, asked.id, False, "  ")
    assert wordless.value.code == "rights.answer"
    refused = rights.answer(wired.house, place.audit.staff, asked.id, False, "审计记录依法保存六个月")
    assert (refused.state, refused.answer) == (RightsState.REFUSED, "审计记录依法保存六个月")
    assert texts(wired) == ["rights_refused answer=审计记录依法保存六个月"]


@pytest.mark.rule("L11")
def test_late_answers_are_alarmed(wired: TestHouse, place: Place) -> None:
    alice = resident(wired.house, place, "alice")
    asked = rights.ask(wired.house, alice, place.estate.id, RightsKind.OBJECTION, "我反对")
    assert rights.alarm_overdue(wired.house) == 0
    wired.clock.advance(asked.due_at - START)
    assert rights.read(wired.house, place.audit.staff, asked.id).overdue
    assert rights.alarm_overdue(wired.house) == 1
    with wired.house.db.reading() as stores:
        alarms = [entry for entry in stores.audit.page(0, 10_000) if entry.tag == "alarm:rights:overdue"]
    assert [entry.details["late"] for entry in alarms] == [1]
    rights.answer(wired.house, place.audit.staff, asked.id, True, "好")
    assert rights.alarm_overdue(wired.house) == 0
    wired.clock.advance(3 * 366 * DAY + 1)
    rights.alarm_overdue(wired.house)
    assert rights.mine(wired.house, alice) == ()


def test_requests_are_for_the_audit_role_of_the_estate(wired: TestHouse, place: Place) -> None:
    alice = resident(wired.house, place, "alice")
    asked = rights.ask(wired.house, alice, place.estate.id, RightsKind.COPY, "给我一份")
    for new in (place.operations, place.security):
        with pytest.raises(NotPermitted):
            rights.read(wired.house, new.staff, asked.id)
        with pytest.raises(NotPermitted):
            rights.waiting(wired.house, new.staff)
        with pytest.raises(NotPermitted):
            rights.answer(wired.house, new.staff, asked.id, True, "x")
    elsewhere = seed_estate(wired.house, 2)
    with pytest.raises(NotFound):
        rights.read(wired.house, elsewhere.audit.staff, asked.id)
    assert rights.waiting(wired.house, elsewhere.audit.staff) == ()


def test_what_was_written_dies_with_the_account(wired: TestHouse, place: Place) -> None:
    alice = resident(wired.house, place, "alice")
    asked = rights.ask(wired.house, alice, place.estate.id, RightsKind.OBJECTION, "秘密")
    close_account.close_account(wired.house, alice)
    assert rights.read(wired.house, place.audit.staff, asked.id).words == ""
    rights.answer(wired.house, place.audit.staff, asked.id, True, "账号已注销")
    with pytest.raises(NotFound):
        rights.ask(wired.house, alice, place.estate.id, RightsKind.COPY, "x")


@pytest.mark.parametrize(
    ("words", "about"), [("", ""), (" ", ""), ("x" * 501, ""), ("x", "1 OR 1=1"), ("x", "z" * 16)]
)
def test_limits_of_a_request(wired: TestHouse, place: Place, words: str, about: str) -> None:
    alice = resident(wired.house, place, "alice")
    with pytest.raises(InvalidInput):
        rights.ask(wired.house, alice, place.estate.id, RightsKind.COPY, words, about)


@pytest.mark.rule("L11")
def test_the_copy_of_my_data_holds_my_requests(wired: TestHouse, place: Place) -> None:
    alice, bob = resident(wired.house, place, "alice"), resident(wired.house, place, "bob")
    rights.ask(wired.house, alice, place.estate.id, RightsKind.CORRECTION, "门牌写错了")
    (mine,) = my_data.copy(wired.house, alice)["requests"]  # type: ignore[misc]
    assert (mine["kind"], mine["words"], mine["state"]) == ("correction", "门牌写错了", "open")
    assert my_data.copy(wired.house, bob)["requests"] == []


def test_five_may_be_open(wired: TestHouse, place: Place) -> None:
    alice = resident(wired.house, place, "alice")
    for n in range(5):
        rights.ask(wired.house, alice, place.estate.id, RightsKind.OBJECTION, f"{n}")
    with pytest.raises(Conflict):
        rights.ask(wired.house, alice, place.estate.id, RightsKind.OBJECTION, "6")

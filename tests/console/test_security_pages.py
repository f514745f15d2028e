"""Security's pages: two people for unlock and lockdown, what gates reported, a resident let in again."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from flask import Flask

from access.domain.commands import CommandState, Op
from access.domain.places import Method
from access.domain.reasons import Reason
from access.domain.staff import StaffRole
from access.domain.times import HOUR, MINUTE
from access.services import manage_cards
from access.services.gate_commands import Acknowledgement, acknowledge
from access.services.gate_events import Reported, take_events
from access.services.gate_modes import PROPOSAL_LIFE
from access.services.gate_presence import note_streaming
from access.services.manage_staff import NewStaff, create_staff
from console.blueprint import console_blueprint
from tests.console.conftest import Browser, Office
from tests.estate import resident, seed_estate
from tests.gates import Device, claim_device

DRILL = {"mode": "unlock", "point": "", "reason": "水管爆裂"}
_CONFIRM = re.compile(r'action="(/console/modes/[0-9a-f]{16}/confirm)"')


@pytest.fixture
def second(office: Office) -> NewStaff:
    estate = office.place.estate.id
    return create_staff(office.wired.house, estate, "second", "老陈", [StaffRole.SECURITY], "cli")


@pytest.fixture
def device(office: Office) -> Device:
    return claim_device(office.wired.house, office.place.estate.id, office.place.gate.id)


def waiting(office: Office, device: Device) -> list[tuple[Op, str | None]]:
    with office.wired.house.db.reading() as stores:
        commands = stores.gates.open_commands(device.gate.id, office.wired.clock.now())
    return [(command.op, command.access_point_id) for command in commands]


def confirm_address(browser: Browser) -> str:
    found = _CONFIRM.search(browser.get("/console/modes").text)
    assert found is not None
    return found.group(1)


def test_two_people_unlock_and_the_page_tells_what_the_gate_says(
    office: Office, device: Device, second: NewStaff
) -> None:
    first, other = office.signed_in(StaffRole.SECURITY), office.signed_in(second)
    note_streaming(office.wired.house, [device.gate.id], streaming=True)
    assert first.post("/console/modes", **DRILL).status_code == 302
    page = first.get("/console/modes").text
    assert ("水管爆裂" in page, "请同事确认" in page, _CONFIRM.search(page)) == (True, True, None)
    assert waiting(office, device) == []
    confirmed = other.post(confirm_address(other))
    assert (confirmed.status_code, "命令发给 1 台设备" in confirmed.text) == (200, True)
    assert waiting(office, device) == [(Op.UNLOCK, None)]
    assert "已发出，等待回报" in other.get("/console/modes").text
    with office.wired.house.db.reading() as stores:
        (sent,) = stores.gates.open_commands(device.gate.id, office.wired.clock.now())
    done = Acknowledgement(sent.id, sent.epoch, sent.seq, CommandState.DONE, office.wired.clock.now())
    assert acknowledge(office.wired.house, device.gate, [done]) == 1
    page = first.get("/console/modes").text
    assert ("已执行" in page, "老陈" in page, "等第二个人确认" in page) == (True, True, False)


def test_nobody_confirms_their_own_proposal(office: Office, device: Device) -> None:
    browser = office.signed_in(StaffRole.SECURITY)
    browser.post("/console/modes", **DRILL)
    with office.wired.house.db.reading() as stores:
        proposal = stores.audit.page(stores.audit.last_seq() - 1, 1)[0].subject
    answer = browser.post(f"/console/modes/{proposal}/confirm")
    assert (answer.status_code, "必须由另一位安保同事确认" in answer.text) == (403, True)
    assert waiting(office, device) == []


def test_a_proposal_that_ran_out_is_told_so(office: Office, device: Device, second: NewStaff) -> None:
    office.signed_in(StaffRole.SECURITY).post("/console/modes", **DRILL)
    other = office.signed_in(second)
    address = confirm_address(other)
    office.wired.clock.advance(PROPOSAL_LIFE)
    answer = other.post(address)
    assert (answer.status_code, "请重新提出" in answer.text) == (409, True)
    assert waiting(office, device) == []


def test_a_lockdown_of_one_door_names_the_gates_that_were_not_reached(
    office: Office, device: Device, second: NewStaff
) -> None:
    browser, other = office.signed_in(StaffRole.SECURITY), office.signed_in(second)
    page = browser.get("/console/modes").text
    assert ("从不阻挡出门" in page, "锁不住消防已释放的门" in page) == (True, True)
    door = office.place.gate.id
    assert browser.post("/console/modes", mode="lockdown", point=door, reason="有人闯入").status_code == 302
    note_streaming(office.wired.house, [device.gate.id], streaming=False)
    answer = other.post(confirm_address(other)).text
    assert ("命令发给 0 台设备" in answer, "请派人到场" in answer) == (True, True)
    assert waiting(office, device) == []


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"mode": "", "point": "", "reason": "演习"}, "请选择一种状态"),
        ({"mode": "explode", "point": "", "reason": "演习"}, "请选择一种状态"),
        ({"mode": "unlock", "point": "", "reason": " "}, "请填写"),
        ({"mode": "unlock", "point": "", "reason": "长" * 201}, "请填写 1–200"),
        ({"mode": "unlock", "point": "0" * 16, "reason": "演习"}, "没有这道门"),
    ],
)
def test_a_proposal_that_makes_no_sense_says_what_to_mend(
    office: Office, fields: dict[str, str], words: str
) -> None:
    answer = office.signed_in(StaffRole.SECURITY).post("/console/modes", **fields)
    assert answer.status_code in {400, 404}
    assert words in answer.text
    with office.wired.house.db.reading() as stores:
        rows = stores.audit.page(0, 1_000)
    assert [row for row in rows if row.tag == "staff:gates:propose"] == []


def test_another_estate_sees_and_confirms_nothing(office: Office, device: Device) -> None:
    office.signed_in(StaffRole.SECURITY).post("/console/modes", **DRILL)
    report(office, device, ("held", {"ap": office.place.gate.id, "seconds": 30}))
    with office.wired.house.db.reading() as stores:
        rows = stores.audit.page(0, 1_000)
    (proposal,) = [row.subject for row in rows if row.tag == "staff:gates:propose"]
    stranger = office.signed_in(seed_estate(office.wired.house, 2, "other-").security)
    assert "水管爆裂" not in stranger.get("/console/modes").text
    assert "没有符合的警情" in stranger.get("/console/incidents").text
    assert stranger.post(f"/console/modes/{proposal}/confirm").status_code == 409
    point = {"mode": "lockdown", "point": office.place.gate.id, "reason": "x"}
    assert stranger.post("/console/modes", **point).status_code == 404
    alice = resident(office.wired.house, office.place, "alice")
    assert stranger.post(f"/console/residents/{alice}/passback").status_code == 404
    assert waiting(office, device) == []


def report(office: Office, device: Device, *events: tuple[str, dict[str, str | int | bool | None]]) -> None:
    """The gate uploads its log, an event a minute, the last of them just now."""
    now = office.wired.clock.now()
    run = [
        Reported(seq, now - (len(events) - seq) * MINUTE, kind, body)
        for seq, (kind, body) in enumerate(events, start=1)
    ]
    assert take_events(office.wired.house, device.gate, 1, run) == len(events)


def test_incidents_are_told_in_words_with_what_to_do(office: Office, device: Device) -> None:
    door = office.place.gate.id
    report(
        office,
        device,
        ("started", {"version": 1}),
        ("tamper", {"ap": door, "active": True, "what": "forced"}),
        ("held", {"ap": door, "seconds": 30}),
        ("tamper", {"ap": door, "active": True, "what": "case"}),
        ("tamper", {"ap": door, "active": False, "what": "case"}),
        ("fire", {"ap": door, "active": True}),
        ("tamper", {"ap": door, "active": True, "what": "duress"}),
        ("exit", {"ap": door}),
    )
    browser = office.signed_in(StaffRole.SECURITY)
    page = browser.get("/console/incidents").text
    told = ["不要打电话问本人", "请按消防预案处理", "设备外壳被打开：已恢复"]
    assert all(words in page for words in told)
    body = page[page.index("<tbody>") :]
    order = ["胁迫码", "消防联动", "设备外壳被打开：已恢复", "请到场检查设备", "门长时间未关", "门被强行打开"]
    places = [body.index(words) for words in order]
    assert places == sorted(places)
    assert ("开了 30 秒以上" in page, "南门" in body, body.count("<tr>")) == (True, True, 6)
    for sort, count in (("forced", 1), ("case", 2), ("held", 1), ("fire", 1), ("duress", 1)):
        assert browser.get("/console/incidents", sort=sort).text.count('class="time"') == count, sort
    assert browser.get("/console/incidents", until="2020-01-01").text.count('class="time"') == 0
    assert browser.get("/console/incidents", sort="sabotage").status_code == 400
    home = browser.get("/console/").text
    assert re.search(r'class="count">6</span>\s*<span class="what">24 小时内的警情', home)


def test_incidents_go_over_several_pages(office: Office, device: Device) -> None:
    report(office, device, *[("held", {"ap": office.place.gate.id, "seconds": 30})] * 30)
    browser = office.signed_in(StaffRole.SECURITY)
    assert browser.get("/console/incidents").text.count('class="time"') == 25
    assert browser.get("/console/incidents", offset="25").text.count('class="time"') == 5


def test_a_resident_is_let_in_again(office: Office, device: Device) -> None:
    house = office.wired.house
    strict = replace(house, policy=replace(house.policy, passback_seconds=int(HOUR / 1000)))
    office.app = Flask("strict")
    office.app.secret_key = "for tests alone"
    office.app.register_blueprint(console_blueprint(strict, secure_cookies=False))
    device = replace(device, house=strict)
    alice = resident(strict, office.place, "alice")
    manage_cards.add_card(strict, office.place.operations.staff, alice, "04A1B2C3")
    door = office.place.gate.id
    assert device.present(door, Method.CARD, "04A1B2C3").granted
    assert device.present(door, Method.CARD, "04A1B2C3").reason is Reason.PASSED_BACK
    browser = office.signed_in(StaffRole.SECURITY)
    person = f"/console/residents/{alice}"
    assert f'action="{person}/passback"' in browser.get(person).text
    assert f'action="{person}/passback"' not in office.signed_in(StaffRole.OPERATIONS).get(person).text
    assert browser.post(f"{person}/passback").location == person
    assert "现在可以再次进门" in browser.get(person).text
    assert device.present(door, Method.CARD, "04A1B2C3").granted

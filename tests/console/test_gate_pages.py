"""Areas, duress code with its silent alarm, and vendors' terminals, as staff use them."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from access.domain.duress import duress_token
from access.domain.passback import Area, PassbackMode
from access.domain.places import Method
from access.domain.reasons import Reason
from access.domain.staff import StaffRole
from access.domain.terminals import CardState, TerminalCard
from access.domain.times import DAY, MINUTE, SECOND
from access.services import areas, manage_cards, terminals
from access.services.gate_events import Reported, take_events
from access.services.staff_sign_in import IDLE
from tests.console.conftest import Browser, Office
from tests.estate import resident, seed_estate
from tests.gates import Device, claim_device

CARD = "04A1B2C3"
YARD = {"name_zh": "院子", "name_en": "Yard", "mode": "timed", "forgive_minutes": "90", "nightly": "04:00"}


@pytest.fixture
def guard(office: Office) -> Browser:
    return office.signed_in(StaffRole.SECURITY)


@pytest.fixture
def device(office: Office) -> Device:
    return claim_device(office.wired.house, office.place.estate.id, office.place.gate.id, office.place.doors[0].id)


def made(office: Office) -> Area:
    with office.wired.house.db.reading() as stores:
        (area,) = stores.areas.of_estate(office.place.estate.id)
    return area


def ways(office: Office) -> dict[str, str]:
    return {"ways_in": office.place.gate.id, "ways_out": office.place.doors[0].id}


def test_an_area_is_made_changed_reset_and_deleted(office: Office, guard: Browser) -> None:
    guard.get("/console/areas/new")
    assert guard.post("/console/areas/new", **YARD, **ways(office)).location == "/console/areas"
    area = made(office)
    assert (area.mode, area.forgive_minutes, area.nightly) == (PassbackMode.TIMED, 90, 240)
    page = guard.get("/console/areas").text
    assert ("拒绝，到时解除" in page, "每晚 04:00" in page, "90 分钟后" in page) == (True, True, True)
    form = guard.get(f"/console/areas/{area.id}").text
    assert ('value="90"' in form, 'value="04:00"' in form, form.count(" checked")) == (True, True, 2)
    changed = YARD | {"mode": "soft", "nightly": ""}
    assert guard.post(f"/console/areas/{area.id}", **changed, **ways(office)).status_code == 302
    assert (made(office).mode, made(office).nightly) == (PassbackMode.SOFT, None)
    assert guard.post(f"/console/areas/{area.id}/reset").status_code == 302
    assert made(office).reset_at == office.wired.clock.now()
    assert guard.post(f"/console/areas/{area.id}/delete").status_code == 302
    assert "还没有区域" in guard.get("/console/areas").text


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"ways_out": ""}, "请选择出的门"),
        ({"forgive_minutes": "0"}, "1–1440"),
        ({"forgive_minutes": "soon"}, "这一项不能用"),
        ({"nightly": "26:00"}, "这一项不能用"),
        ({"mode": "strict"}, "请从列表里选一项"),
        ({"ways_in": "f" * 16}, "这一项不能用"),
        ({"name_zh": "长" * 41}, "1–40"),
    ],
)
def test_a_wrong_area_is_told_at_its_field(
    office: Office, guard: Browser, change: dict[str, str], words: str
) -> None:
    guard.get("/console/areas/new")
    sent = {name: value for name, value in (YARD | ways(office) | change).items() if value}
    answer = guard.post("/console/areas/new", **sent)
    assert (answer.status_code, words in answer.text) == (400, True)


def test_a_door_both_ways_is_refused(office: Office, guard: Browser) -> None:
    door = office.place.gate.id
    answer = guard.post("/console/areas/new", **YARD, ways_in=door, ways_out=door)
    assert (answer.status_code, "不能既进又出" in answer.text) == (400, True)


def test_another_estates_area_does_not_exist(office: Office, guard: Browser) -> None:
    other = seed_estate(office.wired.house, 2, "other-")
    wish = areas.Wish("他", "Theirs", PassbackMode.SOFT, 60, None, [other.gate.id], [other.doors[0].id])
    theirs = areas.save_area(office.wired.house, other.security.staff, wish)
    assert "Theirs" not in guard.get("/console/areas").text
    assert guard.get(f"/console/areas/{theirs.id}").status_code == 404
    for act in ("reset", "delete"):
        assert guard.post(f"/console/areas/{theirs.id}/{act}").status_code == 404


def test_passed_back_entries_are_marked_and_found(office: Office, guard: Browser, device: Device) -> None:
    wish = areas.Wish("院", "Yard", PassbackMode.SOFT, 60, None, [office.place.gate.id], [office.place.doors[0].id])
    areas.save_area(office.wired.house, office.place.security.staff, wish)
    alice = resident(office.wired.house, office.place, "alice")
    manage_cards.add_card(office.wired.house, office.place.operations.staff, alice, CARD)
    for _ in range(2):
        office.wired.clock.advance(SECOND)
        assert device.present(office.place.gate.id, Method.CARD, CARD).granted
    assert guard.get("/console/events").text.count('class="time"') == 2
    found = guard.get("/console/events", outcome="passed_back").text
    assert (found.count('class="time"'), "重复进出" in found) == (1, True)
    assert 'href="/console/events?outcome=passed_back"' in guard.get("/console/incidents").text
    areas.save_area(
        office.wired.house, office.place.security.staff, replace(wish, mode=PassbackMode.TIMED), made(office).id
    )
    device.present(office.place.gate.id, Method.CARD, CARD)
    assert guard.get("/console/events", outcome="passed_back").text.count('class="time"') == 2


def test_the_duress_code_is_set_once_and_never_shown(office: Office, guard: Browser) -> None:
    for code in ("12", "47a1", "123456789"):
        assert guard.post("/console/areas/duress", code=code).status_code == 400
    assert guard.post("/console/areas/duress", code="4711").status_code == 302
    page = guard.get("/console/areas").text
    assert ("已设置" in page, "4711" in page) == (True, False)
    with office.wired.house.db.reading() as stores:
        key = office.wired.house.keyring.card_key(stores, office.place.estate.id)
        assert stores.areas.duress_token(office.place.estate.id) == duress_token(key, "4711")
    assert "胁迫码" not in office.signed_in(StaffRole.OPERATIONS).get("/console/areas").text
    assert guard.post("/console/areas/duress/remove").status_code == 302
    assert not areas.has_duress_code(office.wired.house, office.place.security.staff)


def threatened(office: Office, device: Device, seq: int) -> None:
    body: dict[str, str | int | bool | None] = {"ap": office.place.gate.id, "active": True, "what": "duress"}
    at = office.wired.clock.now()
    assert take_events(office.wired.house, device.gate, 1, [Reported(seq, at, "tamper", body)]) == seq


def test_a_duress_code_alarms_security_on_every_page_until_somebody_takes_it(
    office: Office, guard: Browser, device: Device
) -> None:
    other = office.signed_in(StaffRole.OPERATIONS)
    assert 'role="alert"' not in guard.get("/console/places").text
    threatened(office, device, 1)
    office.wired.clock.advance(SECOND)
    for page in ("/console/places", "/console/", "/console/alarms"):
        told = guard.get(page).text
        assert ("胁迫码：" in told, "南门" in told, "不要打电话问本人" in told) == (True, True, True), page
    assert "胁迫码：" not in other.get("/console/places").text
    assert other.get("/console/alarms").status_code == 403
    guard.get("/console/")
    assert guard.post("/console/alarms/seen").location == "/console/incidents"
    assert "胁迫码：" not in guard.get("/console/alarms").text
    office.wired.clock.advance(MINUTE)
    threatened(office, device, 2)
    assert "胁迫码：" in guard.get("/console/alarms").text
    office.wired.clock.advance(DAY + SECOND)
    assert "胁迫码：" not in office.signed_in(StaffRole.SECURITY).get("/console/alarms").text


def test_a_page_that_looks_for_alarms_does_not_stay_signed_in_by_it(office: Office, guard: Browser) -> None:
    for _ in range(3):
        office.wired.clock.advance(IDLE // 2)
        guard.get("/console/alarms")
    assert guard.get("/console/alarms").status_code == 302


TERMINAL = {"name": "南门终端", "serial": "CJDE193560303", "source": "10.8.0.0/24"}


def test_a_terminal_is_let_in_watched_and_cut_off(office: Office, guard: Browser) -> None:
    guard.get("/console/terminals")
    doors = {"door1": office.place.gate.id, "door2": office.place.doors[0].id}
    answer = guard.post("/console/terminals/new", **TERMINAL, **doors, secret_path="y", holds_cards="y")
    secret = re.search(r"/t/([A-Za-z0-9_-]{24})/iclock/", answer.text)
    assert (answer.status_code, secret is not None) == (200, True)
    with office.wired.house.db.reading() as stores:
        terminal = stores.terminals.by_serial(TERMINAL["serial"])
    assert terminal is not None
    assert terminal.doors == (doors["door1"], doors["door2"])
    assert secret is not None
    assert terminals.terminal_of(office.wired.house, terminal.serial, secret[1], "10.8.0.9") == terminal
    page = guard.get("/console/terminals").text
    assert secret[1] not in page
    assert all(words in page for words in ("南门终端", "离线", "还没有", "秘密路径", "10.8.0.0/24"))
    terminals.say_hello(office.wired.house, terminal, "2.4.1")
    hold(office, terminal.id, CardState.PUT, CardState.DROP, CardState.HELD)
    page = guard.get("/console/terminals").text
    assert all(words in page for words in ("在线", "写卡 1", "删卡 1", "PUSH 2.4"))
    assert guard.post(f"/console/terminals/{terminal.id}/revoke").location == "/console/terminals"
    page = guard.get("/console/terminals").text
    assert ("恢复出厂设置" in page, "已停用" in page, 'action="/console/terminals/' in page) == (True, True, True)
    assert f"/console/terminals/{terminal.id}/revoke" not in page


def hold(office: Office, terminal_id: str, *states: CardState) -> None:
    now = office.wired.clock.now()
    with office.wired.house.db.transaction() as stores:
        for pin, state in enumerate(states, 1):
            card = TerminalCard(terminal_id, pin, "1" * 16, f"{pin:016x}", b"", now + DAY, state, now)
            stores.terminals.save_card(card)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"serial": "?"}, "4–40"),
        ({"source": ""}, "来源网段"),
        ({"source": "everywhere"}, "10.8.0.0/24"),
        ({"name": ""}, "请填写这一项"),
        ({"door1": "f" * 16}, "请从列表里选一项"),
    ],
)
def test_a_wrong_terminal_is_told(office: Office, guard: Browser, change: dict[str, str], words: str) -> None:
    sent = TERMINAL | {"door1": office.place.gate.id} | change
    answer = guard.post("/console/terminals/new", **sent)
    assert (answer.status_code, words in answer.text) == (400, True)


def test_a_serial_number_is_let_in_once(office: Office, guard: Browser) -> None:
    sent = TERMINAL | {"door1": office.place.gate.id}
    assert guard.post("/console/terminals/new", **sent).status_code == 200
    again = guard.post("/console/terminals/new", **sent)
    assert (again.status_code, "已经登记" in again.text) == (409, True)


def test_another_estates_terminal_does_not_exist(office: Office, guard: Browser) -> None:
    other = seed_estate(office.wired.house, 2, "other-")
    wanted = terminals.Registration("theirs", "OTHER1234", [other.gate.id], "10.8.0.0/24")
    theirs = terminals.register(office.wired.house, "cli", other.estate.id, wanted).terminal
    assert "OTHER1234" not in guard.get("/console/terminals").text
    assert guard.post(f"/console/terminals/{theirs.id}/revoke").status_code == 404


def test_one_tap_at_the_desk_enrols_a_card_that_the_gate_then_reads(office: Office, device: Device) -> None:
    """The desk's reader types what is before the Enter; the field waits for it, and the gate reads hexadecimal."""
    clerk = office.signed_in(StaffRole.OPERATIONS)
    alice = resident(office.wired.house, office.place, "alice")
    page = clerk.get(f"/console/residents/{alice}").text
    assert re.search(r'<input[^>]* autofocus[^>]* id="card"', page)
    wrong = clerk.post(f"/console/residents/{alice}/cards", card="04A1B2C3", notation="decimal_34")
    assert (wrong.status_code, "和所选的写法不符" in wrong.text) == (400, True)
    tapped = clerk.post(f"/console/residents/{alice}/cards", card="0077705923", notation="decimal_34")
    assert tapped.status_code == 302
    assert device.present(office.place.gate.id, Method.CARD, "04A1B2C3").granted
    bob = resident(office.wired.house, office.place, "bob")
    page = clerk.get(f"/console/residents/{bob}").text
    assert re.search(r'<option selected value="decimal_34"', page)
    sent = {"rows": '1-101,bob,"123,45678"', "notation": "printed_26"}
    assert "已登记 1 张" in clerk.post("/console/cards/import", **sent).text
    assert device.present(office.place.gate.id, Method.CARD, "7BB26E").granted


def test_a_resident_is_let_in_again_where_an_area_watches(office: Office, guard: Browser, device: Device) -> None:
    alice = resident(office.wired.house, office.place, "alice")
    manage_cards.add_card(office.wired.house, office.place.operations.staff, alice, CARD)
    person = f"/console/residents/{alice}"
    assert f'action="{person}/passback"' not in guard.get(person).text
    guard.post("/console/areas/new", **YARD, **ways(office))
    assert device.present(office.place.gate.id, Method.CARD, CARD).granted
    office.wired.clock.advance(SECOND)
    assert device.present(office.place.gate.id, Method.CARD, CARD).reason is Reason.PASSED_BACK
    assert f'action="{person}/passback"' in guard.get(person).text
    assert guard.post(f"{person}/passback").location == person
    office.wired.clock.advance(SECOND)
    assert device.present(office.place.gate.id, Method.CARD, CARD).granted

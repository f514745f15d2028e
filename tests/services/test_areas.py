"""Areas: in twice is reported or refused, out never; forgiven in time, at night, by staff, after a fire."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from access.domain.errors import InvalidInput, NotFound, NotPermitted
from access.domain.events import AccessEvent
from access.domain.passback import Area, PassbackMode
from access.domain.places import Method
from access.domain.reasons import Reason
from access.domain.staff import StaffRole
from access.domain.times import DAY, HOUR, MINUTE, SECOND, local, start_of_day
from access.services import areas, gate_modes, invite_visitor, issue_pass, manage_cards
from access.services.gate_events import Reported, take_events
from access.services.manage_staff import create_staff
from access.services.passback import reset_passback
from adapters.db.database import PeeweeDatabase
from tests.estate import Place, TestHouse, build, resident, seed_estate
from tests.gates import claim_device

CARD, OTHER_CARD = "04A1B2C3", "04A1B2C4"


class Yard:
    """The south gate leads in, the first building's door leads out (as a second gate would)."""

    def __init__(self, wired: TestHouse, place: Place, mode: PassbackMode, nightly: int | None = None) -> None:
        self.wired, self.place = wired, place
        self.way_in, self.way_out = place.gate.id, place.doors[0].id
        wish = areas.Wish("院子", "Yard", mode, 60, nightly, [self.way_in], [self.way_out])
        self.area = areas.save_area(wired.house, place.security.staff, wish)
        self.device = claim_device(wired.house, place.estate.id, self.way_in, self.way_out)
        self.alice = self.add("alice", CARD)

    def add(self, name: str, number: str) -> str:
        person = resident(self.wired.house, self.place, name)
        manage_cards.add_card(self.wired.house, self.place.operations.staff, person, number)
        return person

    def go(self, point_id: str, number: str = CARD) -> AccessEvent:
        self.wired.clock.advance(SECOND)
        return self.device.present(point_id, Method.CARD, number)

    def pass_text(self) -> str:
        self.wired.clock.advance(20 * SECOND)
        return issue_pass.door_pass(self.wired.house, self.alice, self.place.estate.id).text(self.wired.clock.now())


@pytest.fixture
def soft(wired: TestHouse, place: Place) -> Yard:
    return Yard(wired, place, PassbackMode.SOFT)


@pytest.fixture
def timed(wired: TestHouse, place: Place) -> Yard:
    return Yard(wired, place, PassbackMode.TIMED)


def test_in_soft_mode_the_second_way_in_is_open_and_marked(soft: Yard) -> None:
    assert not soft.go(soft.way_in).passed_back
    again = soft.go(soft.way_in)
    assert (again.granted, again.passed_back) == (True, True)
    with soft.wired.house.db.reading() as stores:
        kept = stores.events.get(again.id)
    assert kept is not None
    assert kept.passed_back


def test_in_timed_mode_nobody_comes_in_twice_without_going_out(timed: Yard) -> None:
    assert timed.go(timed.way_in).granted
    assert timed.go(timed.way_in).reason is Reason.PASSED_BACK
    assert timed.go(timed.way_out).granted
    assert timed.go(timed.way_in).granted


def test_the_holder_counts_not_the_credential(timed: Yard) -> None:
    timed.add("bob", OTHER_CARD)
    assert timed.go(timed.way_in).granted
    assert timed.device.present(timed.way_in, Method.QR, timed.pass_text()).reason is Reason.PASSED_BACK
    assert timed.go(timed.way_in, OTHER_CARD).granted


def test_the_way_out_is_never_refused(timed: Yard) -> None:
    for _ in range(3):
        out = timed.go(timed.way_out)
        assert out.granted
    assert out.passed_back


def test_a_door_out_of_one_area_into_another_is_a_way_out(timed: Yard) -> None:
    wish = areas.Wish("楼内", "Inside", PassbackMode.TIMED, 60, None, [timed.way_out], [timed.way_in])
    areas.save_area(timed.wired.house, timed.place.security.staff, wish)
    assert timed.go(timed.way_out).granted
    again = timed.go(timed.way_out)
    assert (again.granted, again.passed_back) == (True, True)


def test_it_is_forgiven_after_the_areas_time(timed: Yard) -> None:
    timed.go(timed.way_in)
    timed.wired.clock.advance(59 * MINUTE)
    assert timed.go(timed.way_in).reason is Reason.PASSED_BACK
    timed.wired.clock.advance(MINUTE)
    assert timed.go(timed.way_in).granted


def test_every_night_everybody_is_forgiven(wired: TestHouse, place: Place) -> None:
    now, zone = wired.clock.now(), place.estate.timezone
    tomorrow = start_of_day(local(now + DAY, zone).date(), zone)
    wired.clock.advance(tomorrow + 4 * HOUR - 10 * MINUTE - now)  # ten minutes before four at night
    yard = Yard(wired, place, PassbackMode.TIMED, nightly=4 * 60)
    assert yard.go(yard.way_in).granted
    assert yard.go(yard.way_in).reason is Reason.PASSED_BACK
    wired.clock.advance(10 * MINUTE)
    assert yard.go(yard.way_in).granted


def test_staff_forgive_one_person_or_everybody(timed: Yard) -> None:
    timed.add("bob", OTHER_CARD)
    house, security = timed.wired.house, timed.place.security.staff
    for number in (CARD, OTHER_CARD):
        timed.go(timed.way_in, number)
    reset_passback(house, security, timed.alice)
    assert timed.go(timed.way_in).granted
    assert timed.go(timed.way_in, OTHER_CARD).reason is Reason.PASSED_BACK
    with pytest.raises(NotPermitted):
        areas.reset_area(house, timed.place.operations.staff, timed.area.id)
    areas.reset_area(house, security, timed.area.id)
    assert timed.go(timed.way_in).granted
    assert timed.go(timed.way_in, OTHER_CARD).granted


def test_a_reset_stands_however_much_happens_after_it(timed: Yard) -> None:
    timed.go(timed.way_in)
    reset_passback(timed.wired.house, timed.place.security.staff, timed.alice)
    with timed.wired.house.db.transaction() as stores:
        for n in range(400):
            stores.audit.append("job", "busy", f"{n:016x}", {}, timed.wired.clock.now())
    assert timed.go(timed.way_in).granted


def test_after_a_fire_or_an_opened_gate_nobody_is_held_to_what_was_read(timed: Yard) -> None:
    timed.go(timed.way_in)
    now = timed.wired.clock.now()
    fire = Reported(1, now, "fire", {"ap": timed.way_in, "active": True})
    assert take_events(timed.wired.house, timed.device.gate, 1, [fire]) == 1
    assert timed.go(timed.way_in).granted
    house, place = timed.wired.house, timed.place
    second = create_staff(house, place.estate.id, "security2", "second", [StaffRole.SECURITY], "cli")
    asked = gate_modes.propose_mode(house, place.security.staff, gate_modes.Mode.NORMAL, None, "drill over")
    gate_modes.confirm_mode(house, second.staff, asked.id)
    assert timed.go(timed.way_in).granted


def test_visitors_are_counted_not_passed_back(timed: Yard) -> None:
    now = timed.wired.clock.now()
    wish = invite_visitor.Wish(timed.place.estate.id, "", now, now + HOUR, frozenset({timed.way_in}), entries=2)
    invitation = invite_visitor.invite(timed.wired.house, timed.alice, wish)
    text = invite_visitor.visitor_pass(timed.wired.house, invitation.secret).text
    answers = [timed.device.present(timed.way_in, Method.QR, text).granted for _ in range(2)]
    assert answers == [True, True]
    assert timed.go(timed.way_in).granted  # the resident who invited has not come in by that


def test_what_a_gate_let_in_alone_counts_once_it_is_uploaded(timed: Yard) -> None:
    with timed.wired.house.db.reading() as stores:
        (card,) = stores.credentials.of_person(timed.alice, timed.place.estate.id)
    body: dict[str, str | int | bool | None] = {
        "id": "00000000000000aa",
        "ap": timed.way_in,
        "method": "card",
        "granted": True,
        "reason": None,
        "credential": card.id,
        "passed_back": True,
    }
    take_events(timed.wired.house, timed.device.gate, 1, [Reported(1, timed.wired.clock.now(), "decision", body)])
    with timed.wired.house.db.reading() as stores:
        event = stores.events.get("00000000000000aa")
    assert event is not None
    assert event.passed_back
    assert timed.go(timed.way_in).reason is Reason.PASSED_BACK


def test_an_area_that_is_off_or_gone_asks_nothing(timed: Yard) -> None:
    house, staff = timed.wired.house, timed.place.security.staff
    timed.go(timed.way_in)
    off = areas.Wish("院子", "Yard", PassbackMode.OFF, 60, None, [timed.way_in], [timed.way_out])
    areas.save_area(house, staff, off, timed.area.id)
    assert not timed.go(timed.way_in).passed_back
    areas.delete_area(house, staff, timed.area.id)
    with house.db.reading() as stores:
        assert stores.areas.of_estate(timed.place.estate.id) == []


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"name_zh": " "}, "place.name"),
        ({"forgive_minutes": 0}, "area.forgive"),
        ({"forgive_minutes": 1_441}, "area.forgive"),
        ({"nightly": 1_440}, "area.nightly"),
        ({"ways_in": ["f" * 16]}, "gate.access_points"),
        ({"ways_out": []}, "area.no_way_out"),
    ],
)
def test_what_makes_no_sense_is_refused(
    wired: TestHouse, place: Place, change: dict[str, object], code: str
) -> None:
    good = areas.Wish("院子", "Yard", PassbackMode.TIMED, 60, None, [place.gate.id], [place.doors[0].id])
    with pytest.raises(InvalidInput) as refused:
        areas.save_area(wired.house, place.security.staff, replace(good, **change))
    assert refused.value.code == code
    with pytest.raises(InvalidInput):
        areas.save_area(wired.house, place.security.staff, replace(good, ways_out=[place.gate.id]))


def test_another_estates_area_is_nobodys_business(timed: Yard) -> None:
    other = seed_estate(timed.wired.house, 2, "other-")
    for act in (areas.reset_area, areas.delete_area):
        with pytest.raises(NotFound):
            act(timed.wired.house, other.security.staff, timed.area.id)


def test_one_card_at_many_readers_at_once_lets_one_in(database: PeeweeDatabase) -> None:
    """A cloned card: whoever comes second is refused, also within the same moment."""
    wired = build(database)
    yard = Yard(wired, seed_estate(wired.house), PassbackMode.TIMED)
    with ThreadPoolExecutor(8) as pool:
        events = list(pool.map(lambda _: yard.device.present(yard.way_in, Method.CARD, CARD), range(24)))
    assert Counter(event.reason for event in events) == {None: 1, Reason.PASSED_BACK: 23}


def test_a_duress_code_is_digits_and_is_not_kept(wired: TestHouse, place: Place) -> None:
    house, security = wired.house, place.security.staff
    for code in ("911", "123456789", "12a4", "１２３４"):
        with pytest.raises(InvalidInput):
            areas.set_duress_code(house, security, code)
    with pytest.raises(NotPermitted):
        areas.set_duress_code(house, place.operations.staff, "4711")
    areas.set_duress_code(house, security, "4711")
    with house.db.reading() as stores:
        token = stores.areas.duress_token(place.estate.id)
        key = house.keyring.card_key(stores, place.estate.id)
    assert token == areas.duress_token(key, "4711")
    assert areas.has_duress_code(house, security)
    areas.set_duress_code(house, security, "")
    assert not areas.has_duress_code(house, security)


def test_area_says_which_way_a_door_leads() -> None:
    area = Area("a", "e", "院", "Yard", PassbackMode.SOFT, 10, None, 0, frozenset({"x"}), frozenset({"y"}))
    assert [area.leads(door) for door in ("x", "y", "z")] == ["in", "out", None]

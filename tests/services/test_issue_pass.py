"""The resident's door pass: who gets one, for which doors, how long, and that gates' rules verify it."""

from __future__ import annotations

from datetime import date

import pytest
import zxingcpp
from PIL import Image

from access.domain import passes
from access.domain.errors import NotFound, NotPermitted
from access.domain.reasons import Reason
from access.domain.residency import Role
from access.domain.times import DAY, HOUR, MINUTE
from access.services import draw_pass, issue_pass, move_out, register
from tests.estate import Place, TestHouse, approve, newcomer, resident


def verified(wired: TestHouse, place: Place, text: str, access_point_id: str) -> passes.VerifiedPass | Reason:
    with wired.house.db.reading() as stores:
        return passes.verify(
            text,
            estate=place.estate.number,
            keys=wired.house.keyring.passes(stores, place.estate.id),
            opens=lambda number: access_point_id in stores.places.set_members(place.estate.id, number),
            at=wired.clock.now(),
        )


def test_the_pass_opens_the_doors_of_the_persons_building_alone(wired: TestHouse, place: Place) -> None:
    alice = resident(wired.house, place, "Alice", "1-101")
    made = issue_pass.door_pass(wired.house, alice, place.estate.id)
    assert [point.id for point in made.access_points] == [place.gate.id, place.doors[0].id]
    text = made.text(wired.clock.now())
    assert isinstance(verified(wired, place, text, place.gate.id), passes.VerifiedPass)
    assert isinstance(verified(wired, place, text, place.doors[0].id), passes.VerifiedPass)
    assert verified(wired, place, text, place.doors[1].id) is Reason.WRONG_ACCESS_POINT


def test_the_pass_lasts_a_day_and_is_reused_while_it_lives(wired: TestHouse, place: Place) -> None:
    alice = resident(wired.house, place, "Alice")
    first = issue_pass.door_pass(wired.house, alice, place.estate.id)
    assert first.valid_to - first.valid_from == DAY
    wired.clock.advance(17 * HOUR)
    assert issue_pass.door_pass(wired.house, alice, place.estate.id).pass_id == first.pass_id
    wired.clock.advance(2 * HOUR)
    later = issue_pass.door_pass(wired.house, alice, place.estate.id)
    assert later.pass_id != first.pass_id
    assert later.valid_to > first.valid_to


def test_a_screenshot_goes_stale(wired: TestHouse, place: Place) -> None:
    alice = resident(wired.house, place, "Alice")
    shot = issue_pass.door_pass(wired.house, alice, place.estate.id).text(wired.clock.now())
    wired.clock.advance(MINUTE)
    assert verified(wired, place, shot, place.gate.id) is Reason.STALE


def test_the_phone_rolls_by_itself(wired: TestHouse, place: Place) -> None:
    alice = resident(wired.house, place, "Alice")
    made = issue_pass.door_pass(wired.house, alice, place.estate.id)
    wired.clock.advance(5 * HOUR)
    text = passes.roll(made.signed, made.proof_key, wired.clock.now())
    assert isinstance(verified(wired, place, text, place.gate.id), passes.VerifiedPass)


def test_the_next_step_is_within_fifteen_seconds(wired: TestHouse, place: Place) -> None:
    alice = resident(wired.house, place, "Alice")
    made = issue_pass.door_pass(wired.house, alice, place.estate.id)
    at = wired.clock.now()
    assert 0 < made.next_step(at) - at <= 15_000
    assert made.text(made.next_step(at)) != made.text(at)


def test_without_an_approved_residency_there_is_no_pass(wired: TestHouse, place: Place) -> None:
    charlie = newcomer(wired.house, place, "Charlie")
    with pytest.raises(NotPermitted):
        issue_pass.door_pass(wired.house, charlie, place.estate.id)
    register.request_residency(wired.house, charlie, place.households["2-101"].id, Role.OWNER, None)
    with pytest.raises(NotPermitted):
        issue_pass.door_pass(wired.house, charlie, place.estate.id)


def test_an_unknown_estate_has_no_pass(wired: TestHouse, place: Place) -> None:
    alice = resident(wired.house, place, "Alice")
    with pytest.raises(NotFound):
        issue_pass.door_pass(wired.house, alice, "0" * 16)


def test_a_tenants_pass_ends_with_the_tenancy(wired: TestHouse, place: Place) -> None:
    tom = newcomer(wired.house, place, "Tom")
    today = date(2026, 9, 21)
    asked = register.request_residency(wired.house, tom, place.households["1-102"].id, Role.TENANT, today)
    approve(wired.house, place, asked)
    made = issue_pass.door_pass(wired.house, tom, place.estate.id)
    assert made.valid_to <= asked.valid_to < made.valid_from + DAY


def test_after_moving_out_there_is_no_pass(wired: TestHouse, place: Place) -> None:
    alice = resident(wired.house, place, "Alice")
    issue_pass.door_pass(wired.house, alice, place.estate.id)
    with wired.house.db.reading() as stores:
        residency = stores.residencies.of_person(alice)[0]
    move_out.end_residency(wired.house, residency.id, "staff:x", "moved")
    with pytest.raises(NotPermitted):
        issue_pass.door_pass(wired.house, alice, place.estate.id)


def test_losing_a_door_revokes_the_wider_pass(wired: TestHouse, place: Place) -> None:
    alice = resident(wired.house, place, "Alice", "1-101")
    asked = register.request_residency(wired.house, alice, place.households["2-101"].id, Role.OWNER, None)
    approve(wired.house, place, asked)
    wide = issue_pass.door_pass(wired.house, alice, place.estate.id)
    assert len(wide.access_points) == 3
    move_out.end_residency(wired.house, asked.id, "staff:x", "sold")
    narrow = issue_pass.door_pass(wired.house, alice, place.estate.id)
    assert len(narrow.access_points) == 2
    with wired.house.db.reading() as stores:
        revoked = stores.passes.get(wide.pass_id)
    assert revoked is not None
    assert revoked.revoked_at is not None


def test_after_a_key_rotation_a_new_pass_comes_under_the_newest_key(wired: TestHouse, place: Place) -> None:
    alice = resident(wired.house, place, "Alice")
    first = issue_pass.door_pass(wired.house, alice, place.estate.id)
    with wired.house.db.transaction() as stores:
        stores.places.rotate_pass_key(place.estate.id)
        stores.places.rotate_pass_key(place.estate.id)
    later = issue_pass.door_pass(wired.house, alice, place.estate.id)
    assert later.pass_id != first.pass_id
    assert isinstance(verified(wired, place, later.text(wired.clock.now()), place.gate.id), passes.VerifiedPass)
    assert verified(wired, place, first.text(wired.clock.now()), place.gate.id) is Reason.FORGED


def test_the_picture_is_read_back_by_an_independent_decoder(wired: TestHouse, place: Place) -> None:
    alice = resident(wired.house, place, "Alice")
    text = issue_pass.door_pass(wired.house, alice, place.estate.id).text(wired.clock.now())
    import io

    with Image.open(io.BytesIO(draw_pass.png(text))) as image:
        found = zxingcpp.read_barcodes(image.convert("L"))
    assert [one.text for one in found] == [text]
    assert draw_pass.svg(text).startswith(b"<?xml")

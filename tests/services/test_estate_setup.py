"""Places and notices: limits, the policy version, and texts that must not make face a must."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from access.domain.errors import InvalidInput
from access.domain.places import Method
from access.domain.schedules import ALL_DAY, Window
from access.services import estate_setup
from access.services.publish_notice import face_as_a_must, notice_hash, publish_notice
from tests.estate import BODY_EN, BODY_ZH, Place, TestHouse

WEEK = [ALL_DAY] * 7


def policy(wired: TestHouse, place: Place) -> int:
    with wired.house.db.reading() as stores:
        return stores.places.policy_version(place.estate.id)


def test_whatever_changes_who_may_enter_raises_the_policy(wired: TestHouse, place: Place) -> None:
    house, staff, before = wired.house, place.security.staff, policy(wired, place)
    point = estate_setup.save_access_point(house, staff, "西门", "West", None, [Method.QR], 3_000)
    schedule = estate_setup.save_schedule(house, staff, "白天", WEEK)
    rule = estate_setup.add_rule(house, staff, point.id, schedule.id, None)
    estate_setup.set_special_day(house, staff, schedule.id, date(2027, 2, 6), [])
    estate_setup.delete_rule(house, staff, rule.id)
    assert policy(wired, place) == before + 5


def test_an_access_point_keeps_its_number(wired: TestHouse, place: Place) -> None:
    house, staff = wired.house, place.security.staff
    changed = estate_setup.save_access_point(
        house, staff, "新南门", "New south", None, [Method.CARD], 5_000, place.gate.id
    )
    assert (changed.number, changed.id, changed.relay_ms) == (place.gate.number, place.gate.id, 5_000)


@pytest.mark.rule("L1")
@pytest.mark.parametrize("methods", [[], [Method.FACE], [Method.FACE, Method.REMOTE], [Method.REMOTE]])
def test_face_is_never_the_only_way(wired: TestHouse, place: Place, methods: list[Method]) -> None:
    with pytest.raises(InvalidInput) as caught:
        estate_setup.save_access_point(wired.house, place.security.staff, "西门", "West", None, methods, 3_000)
    assert caught.value.code == "access_point.face_only"


def test_windows_do_not_cross_and_are_few(wired: TestHouse, place: Place) -> None:
    crossing = [Window(0, 100), Window(99, 200)]
    many = [Window(n * 10, n * 10 + 5) for n in range(7)]
    for day in (crossing, many):
        with pytest.raises(InvalidInput):
            estate_setup.save_schedule(wired.house, place.security.staff, "白天", [day, *WEEK[1:]])


def test_a_schedule_has_a_bounded_number_of_special_days(wired: TestHouse, place: Place) -> None:
    house, staff, first = wired.house, place.security.staff, date(2027, 1, 1)
    for n in range(estate_setup.MAX_SPECIAL_DAYS):
        estate_setup.set_special_day(house, staff, place.schedule.id, first + timedelta(days=n), [])
    with pytest.raises(InvalidInput):
        estate_setup.set_special_day(house, staff, place.schedule.id, date(2028, 1, 1), [])
    saved = estate_setup.set_special_day(house, staff, place.schedule.id, first, None)
    assert len(saved.special_days) == estate_setup.MAX_SPECIAL_DAYS - 1
    assert list(saved.special_days) == sorted(saved.special_days)


@pytest.mark.rule("L8")
@pytest.mark.parametrize(
    "text",
    [
        "业主必须刷脸进入小区。",
        "只能用人脸开门。",
        "即日起强制使用人脸识别。",
        "刷脸后方可入住。",
        "Face is required to enter.",
        "You must enter with your face.",
        "Residents can only come in by face here, only with their face.",
    ],
)
def test_words_that_make_face_a_must_are_found(text: str) -> None:
    assert face_as_a_must(text) is not None


@pytest.mark.rule("L8")
@pytest.mark.parametrize(
    "text",
    [
        BODY_ZH,
        BODY_EN,
        "没有人必须刷脸。",
        "不强制使用人脸。",
        "业主须知：人脸完全自愿。",
        "You never have to show your face.",
        "Nobody must enter with their face.",
        "Face is never required.",
    ],
)
def test_words_that_leave_face_free_pass(text: str) -> None:
    assert face_as_a_must(text) is None


@pytest.mark.rule("L2")
def test_a_notice_is_known_by_estate_version_and_every_word(wired: TestHouse, place: Place) -> None:
    staff = place.audit.staff
    second = publish_notice(wired.house, staff, "新", "New", BODY_ZH + "新。", BODY_EN, material=False)
    assert second.version == 2
    same = (place.estate.id, 2, "新", "New", BODY_ZH + "新。", BODY_EN)
    assert second.hash == notice_hash(*same)
    for place_in, other in enumerate(("x" * 16, 3, "旧", "Old", BODY_ZH, BODY_EN + " ")):
        changed = [*same]
        changed[place_in] = other
        assert notice_hash(*changed) != second.hash  # type: ignore[arg-type]
    with wired.house.db.reading() as stores:
        assert stores.consents.current_notice(place.estate.id) == second

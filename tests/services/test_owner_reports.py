"""Reports to all owners: published once, acknowledged once, counted by household; no text makes face a must."""

from __future__ import annotations

import pytest

from access.domain.consent import Channel
from access.domain.errors import InvalidInput, KaimenError
from access.domain.reading import ReadPurpose
from access.domain.reports import Report
from access.domain.residency import Role
from access.domain.times import DAY
from access.queries import reports
from access.services import my_entries, owner_reports, retention
from access.services.house import House
from tests.estate import BODY_EN, BODY_ZH, Place, TestHouse, newcomer, resident, seed_estate

PURPOSE = ReadPurpose.MANAGE_RESIDENTS


def publish(house: House, place: Place, body: str = BODY_ZH, title: str = "收支报告") -> Report:
    return owner_reports.publish(house, place.operations.staff, title, "Accounts", body, BODY_EN)


def test_residents_acknowledge_once_and_staff_count_by_household(wired: TestHouse, place: Place) -> None:
    house, staff = wired.house, place.operations.staff
    owner, wife = resident(house, place, "owner"), resident(house, place, "wife")
    tenant = resident(house, place, "tenant", "1-102", Role.FAMILY)
    other = resident(house, place, "other", "2-101")
    report = publish(house, place)
    assert [one.asked for one in owner_reports.shown_to(house, owner, place.estate.id)] == [True]
    assert owner_reports.acknowledge(house, owner, report.id, Channel.PAGE)
    assert not owner_reports.acknowledge(house, owner, report.id, Channel.CHAT)
    assert owner_reports.acknowledge(house, tenant, report.id, Channel.MINI_PROGRAM)
    (mine,) = owner_reports.shown_to(house, owner, place.estate.id)
    assert (mine.acknowledged, mine.asked) == (True, False)
    (line,) = reports.listed(house, staff)
    assert (line.owner_households, line.read_households) == (2, 1)
    found = reports.reading(house, staff, report.id, 0, None)
    rows = {row.label: (row.owners, row.owners_read, [one.name for one in row.said]) for row in found.rows.rows}
    assert rows == {"1-101": (2, 1, [""]), "1-102": (0, 0, [""]), "2-101": (1, 0, [])}
    assert found.people == 2
    assert my_entries.look_ups(house, owner) == []
    named = reports.reading(house, staff, report.id, 0, PURPOSE)
    assert {one.name for row in named.rows.rows for one in row.said} == {"owner", "tenant"}
    assert [look.purpose for look in my_entries.look_ups(house, owner)] == [PURPOSE]
    assert my_entries.look_ups(house, wife) == my_entries.look_ups(house, other) == []
    with house.db.reading() as stores:
        tags = [row.tag for row in stores.audit.page(0, 1000) if "report" in row.tag]
    assert tags == ["staff:report:publish", "person:report:acknowledge", "person:report:acknowledge"]


@pytest.mark.rule("L8")
@pytest.mark.parametrize("place_of", ["title", "body"])
def test_no_report_makes_face_a_must(wired: TestHouse, place: Place, place_of: str) -> None:
    words = {place_of: "从下月起必须刷脸才能进门，请业主知悉并尽快到物业登记人脸。"}
    with pytest.raises(InvalidInput) as refused:
        publish(wired.house, place, **words)
    assert refused.value.code == "notice.face_must"
    assert reports.listed(wired.house, place.operations.staff) == ()


def test_only_who_lives_there_sees_and_acknowledges(wired: TestHouse, place: Place) -> None:
    house = wired.house
    report = publish(house, place)
    far = seed_estate(house, 2, "b")
    stranger, elsewhere = newcomer(house, place, "stranger"), resident(house, far, "elsewhere")
    for who in (stranger, elsewhere):
        assert owner_reports.shown_to(house, who, place.estate.id) == ()
        for act in (
            lambda who=who: owner_reports.acknowledge(house, who, report.id, Channel.PAGE),
            lambda who=who: owner_reports.report(house, who, report.id),
            lambda who=who: owner_reports.acknowledge(house, who, "0" * 16, Channel.PAGE),
        ):
            with pytest.raises(KaimenError):
                act()
    with pytest.raises(KaimenError) as unknown:
        reports.reading(house, far.operations.staff, report.id, 0, None)
    assert unknown.value.code == "report.unknown"


def test_who_moves_in_later_is_not_asked_about_the_past(wired: TestHouse, place: Place) -> None:
    report = publish(wired.house, place)
    wired.clock.advance(DAY)
    alice = resident(wired.house, place, "alice")
    (shown,) = owner_reports.shown_to(wired.house, alice, place.estate.id)
    assert (shown.asked, shown.report) == (False, report)
    with wired.house.db.reading() as stores:
        assert owner_reports.waiting(stores, alice, place.estate.id, wired.clock.now()) is None
    newer = publish(wired.house, place, BODY_ZH + "补充。")
    with wired.house.db.reading() as stores:
        assert owner_reports.waiting(stores, alice, place.estate.id, wired.clock.now()) == newer
    assert newer.number == report.number + 1
    assert newer.hash != report.hash


def test_acknowledgements_are_removed_after_three_years_and_the_report_stays(
    wired: TestHouse, place: Place
) -> None:
    alice = resident(wired.house, place, "alice")
    report = publish(wired.house, place)
    owner_reports.acknowledge(wired.house, alice, report.id, Channel.PAGE)
    wired.clock.advance(1_099 * DAY)
    assert retention.remove_what_is_due(wired.house)["acknowledgements"] == 1
    assert len(reports.listed(wired.house, place.operations.staff)) == 1

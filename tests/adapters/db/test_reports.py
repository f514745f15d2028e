"""Reports to all owners, reminders and renewed ends, on both databases."""

from __future__ import annotations

from dataclasses import replace

import pytest

from access.domain.consent import FACE_PURPOSES, Channel, Purpose
from access.domain.errors import Conflict
from access.domain.reports import Acknowledgement, Report
from access.domain.residency import Role
from adapters.db.database import PeeweeDatabase
from tests.adapters.db.things import CONSENT, ESTATE, HOUSEHOLD, NOW, OTHER_PERSON, PERSON, build, race

REPORT = Report("7000000000000001", ESTATE.id, 1, "报告", "Report", "正文", "Body", "a" * 64, "5" * 16, NOW)
READ = Acknowledgement(REPORT.id, PERSON.id, HOUSEHOLD.id, Role.OWNER, Channel.PAGE, NOW + 5)


@pytest.fixture
def house(database: PeeweeDatabase) -> PeeweeDatabase:
    with database.transaction() as stores:
        build(stores)
        stores.reports.publish(REPORT)
    return database


def test_a_report_is_immutable_and_the_newest_comes_first(house: PeeweeDatabase) -> None:
    second = replace(REPORT, id="7000000000000002", number=2)
    with house.transaction() as stores:
        stores.reports.publish(second)
        assert stores.reports.of_estate(ESTATE.id) == [second, REPORT]
        assert stores.reports.get(REPORT.id) == REPORT
        assert stores.reports.get("0" * 16) is None
    with pytest.raises(Conflict), house.transaction() as stores:
        stores.reports.publish(replace(REPORT, id="7000000000000003"))


def test_a_report_is_acknowledged_once_by_each(house: PeeweeDatabase) -> None:
    other = replace(READ, person_id=OTHER_PERSON.id, at=NOW + 1)
    assert race(house, 12, 4, lambda stores, _: stores.reports.acknowledge(READ)) == 1
    with house.transaction() as stores:
        assert stores.reports.acknowledge(other)
        assert stores.reports.acknowledgements(REPORT.id) == [other, READ]
        assert stores.reports.acknowledged_by(PERSON.id) == {REPORT.id}
        assert stores.reports.delete_before(NOW + 5) == 1
        assert stores.reports.of_person(PERSON.id) == [READ]
        assert stores.reports.of_person(OTHER_PERSON.id) == []


def test_consents_that_end_are_found_once_and_reminders_noted_once(house: PeeweeDatabase) -> None:
    with house.transaction() as stores:
        stores.consents.add(CONSENT)
        ends = CONSENT.expires_at
        assert stores.consents.ending(FACE_PURPOSES, ends - 1, ends) == [CONSENT]
        assert stores.consents.ending(FACE_PURPOSES, ends - 9, ends - 1) == []
        assert stores.consents.ending(FACE_PURPOSES, ends, ends + 9) == []
        assert stores.consents.ending(frozenset({Purpose.ACCESS}), ends - 1, ends) == []
        renewed = replace(CONSENT, id="3000000000000009", expires_at=ends + 99)
        stores.consents.add(renewed)
        assert stores.consents.ending(FACE_PURPOSES, ends - 1, ends + 99) == [renewed]
        assert stores.consents.remind(CONSENT.id, 30, NOW)
        assert not stores.consents.remind(CONSENT.id, 30, NOW + 1)
        assert stores.consents.remind(CONSENT.id, 7, NOW + 2)
        assert stores.consents.forget_reminders(NOW + 1) == 1
        assert stores.consents.remind(CONSENT.id, 30, NOW + 3)

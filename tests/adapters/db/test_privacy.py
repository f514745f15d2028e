"""Contract of the stores behind the promise, on SQLite and PostgreSQL."""

from __future__ import annotations

from dataclasses import replace

import pytest

from access.domain.assessment import Assessment, Filing, Mark
from access.domain.audit import Head
from access.domain.disclosure import Approval, Case, CaseState, Field
from access.domain.erasure import Cause, Erasure, HolderKind, Holding, Scope
from access.domain.ids import new_id
from access.domain.reading import Look, ReadPurpose
from access.domain.rights import RightsKind, RightsRequest, RightsState
from access.domain.times import DAY
from adapters.db.database import PeeweeDatabase
from tests.adapters.db import things
from tests.adapters.db.things import ESTATE, NOTICE, NOW, OTHER_ESTATE, PERSON, STAFF

FILED = Assessment(
    "aa00000000000001", ESTATE.id, "why", "what", "how", "officer", "pia.pdf", "0" * 64, "cli", NOW, NOW + DAY
)
CASE = Case(
    "cc00000000000001",
    ESTATE.id,
    "派出所",
    "2026-1",
    "1" * 64,
    "art. 1",
    PERSON.id,
    None,
    NOW - DAY,
    NOW,
    frozenset({Field.ENTRIES, Field.NAME}),
    CaseState.OPEN,
    STAFF.id,
    NOW,
    NOW + DAY,
)
ASKED = RightsRequest(
    "dd00000000000001",
    PERSON.id,
    ESTATE.id,
    RightsKind.OBJECTION,
    RightsState.OPEN,
    b"sealed",
    "",
    NOW,
    NOW + DAY,
)


@pytest.fixture
def db(database: PeeweeDatabase) -> PeeweeDatabase:
    with database.transaction() as stores:
        things.build(stores)
    return database


def test_the_newest_assessment_counts_and_is_marked_once(db: PeeweeDatabase) -> None:
    newer = replace(FILED, id=new_id(), filed_at=NOW + 1)
    with db.transaction() as stores:
        stores.assessments.file(FILED, b"old paper")
        stores.assessments.file(newer, b"new paper")
        assert stores.assessments.newest(ESTATE.id) == newer
        assert stores.assessments.newest(OTHER_ESTATE.id) is None
        assert stores.assessments.of_estate(ESTATE.id) == [newer, FILED]
        assert stores.assessments.attachment(FILED.id) == b"old paper"
        assert stores.assessments.mark(newer.id, Mark.INCIDENT, NOW + 2)
        assert not stores.assessments.mark(newer.id, Mark.PURPOSE, NOW + 3)
        assert stores.assessments.newest(ESTATE.id) == replace(newer, mark=Mark.INCIDENT, marked_at=NOW + 2)


def test_old_assessments_leave_but_never_the_newest(db: PeeweeDatabase) -> None:
    with db.transaction() as stores:
        stores.assessments.file(FILED, b"")
        assert stores.assessments.delete_before(NOW + DAY) == 0
        stores.assessments.file(replace(FILED, id=new_id(), filed_at=NOW + DAY), b"")
        assert stores.assessments.delete_before(NOW + DAY) == 1
        assert stores.assessments.attachment(FILED.id) is None


def test_a_threshold_is_reached_and_filed_once(db: PeeweeDatabase) -> None:
    filing = Filing(100_000, 100_001, NOW, NOW + DAY)
    with db.transaction() as stores:
        assert stores.assessments.reach(filing)
        assert not stores.assessments.reach(replace(filing, people=100_002))
        assert stores.assessments.filed(100_000, NOW + 5)
        assert not stores.assessments.filed(100_000, NOW + 6)
        assert stores.assessments.filings() == [replace(filing, filed_at=NOW + 5)]


def test_a_case_moves_from_its_expected_state_and_each_speaks_once(db: PeeweeDatabase) -> None:
    approved = replace(CASE, state=CaseState.APPROVED)
    with db.transaction() as stores:
        stores.disclosures.open(CASE, b"scan")
        assert stores.disclosures.get(CASE.id) == CASE
        assert stores.disclosures.scan(CASE.id) == b"scan"
        assert stores.disclosures.approve(Approval(CASE.id, "one", True, NOW))
        assert not stores.disclosures.approve(Approval(CASE.id, "one", False, NOW + 1))
        assert stores.disclosures.approvals(CASE.id) == [Approval(CASE.id, "one", True, NOW)]
        assert stores.disclosures.update(approved, CaseState.OPEN)
        assert not stores.disclosures.update(CASE, CaseState.OPEN)
        assert stores.disclosures.of_estate(ESTATE.id) == [approved]
        assert not stores.disclosures.of_estate(OTHER_ESTATE.id)


def test_residents_are_to_be_told_once_when_it_is_time(db: PeeweeDatabase) -> None:
    with db.transaction() as stores:
        stores.disclosures.open(replace(CASE, state=CaseState.EXPORTED), b"")
        assert not stores.disclosures.to_tell(NOW)
        assert [case.id for case in stores.disclosures.to_tell(NOW + DAY)] == [CASE.id]
        assert stores.disclosures.told(CASE.id, NOW + DAY)
        assert not stores.disclosures.told(CASE.id, NOW + DAY)
        assert not stores.disclosures.to_tell(NOW + DAY)


def test_old_cases_go_with_their_approvals(db: PeeweeDatabase) -> None:
    with db.transaction() as stores:
        stores.disclosures.open(CASE, b"")
        stores.disclosures.approve(Approval(CASE.id, "one", True, NOW))
        assert stores.disclosures.delete_before(NOW) == 0
        assert stores.disclosures.delete_before(NOW + 1) == 1
        assert stores.disclosures.get(CASE.id) is None
        assert not stores.disclosures.approvals(CASE.id)


def test_requests_are_open_until_answered(db: PeeweeDatabase) -> None:
    sooner = replace(ASKED, id=new_id(), due_at=NOW + 1)
    with db.transaction() as stores:
        stores.rights.add(ASKED)
        stores.rights.add(sooner)
        assert stores.rights.open(ESTATE.id) == stores.rights.open() == [sooner, ASKED]
        assert not stores.rights.open(OTHER_ESTATE.id)
        answered = ASKED.decide(STAFF.id, True, "done", NOW + 2)
        assert stores.rights.update(answered, RightsState.OPEN)
        assert not stores.rights.update(answered, RightsState.OPEN)
        assert stores.rights.open() == [sooner]
        assert stores.rights.get(ASKED.id) == answered
        assert {one.id for one in stores.rights.of_person(PERSON.id)} == {ASKED.id, sooner.id}
        assert stores.rights.delete_before(NOW + 3) == 1


def test_a_day_has_one_head_and_keys_are_replaced(db: PeeweeDatabase) -> None:
    head = Head("2026-11-23", 7, "a" * 64, NOW, "b" * 128)
    with db.transaction() as stores:
        assert stores.platform.add_head(head)
        assert not stores.platform.add_head(replace(head, seq=8))
        assert stores.platform.add_head(replace(head, day="2026-11-22"))
        assert stores.platform.head("2026-11-23") == head
        assert [one.day for one in stores.platform.heads()] == ["2026-11-22", "2026-11-23"]
        assert stores.platform.secret("audit") is None
        stores.platform.save_secret("audit", b"one")
        stores.platform.save_secret("audit", b"two")
        assert stores.platform.secret("audit") == b"two"


def test_a_showing_counts_by_its_last_time_and_notices_follow_each_other(db: PeeweeDatabase) -> None:
    with db.transaction() as stores:
        stores.consents.publish_notice(NOTICE)
        stores.consents.publish_notice(replace(NOTICE, hash="e" * 64, version=2))
        stores.consents.record_shown(PERSON.id, NOTICE.hash, NOW)
        stores.consents.record_shown(PERSON.id, NOTICE.hash, NOW + 9)
        assert stores.consents.shown_at(PERSON.id, NOTICE.hash) == NOW + 9
        assert stores.consents.shown_at(PERSON.id, "e" * 64) is None
        assert [notice.version for notice in stores.consents.notices_since(ESTATE.id, 1)] == [2]
        stores.consents.add(replace(things.CONSENT, guardian_id="g"))
        assert stores.consents.get(things.CONSENT.id) == replace(things.CONSENT, guardian_id="g")
        assert stores.consents.get("nobody") is None


def test_an_erasure_has_every_receipt_or_not(db: PeeweeDatabase) -> None:
    erasure = Erasure(new_id(), PERSON.id, ESTATE.id, Scope.FACE, Cause.WITHDRAWN, NOW)
    holdings = [Holding(new_id(), erasure.id, HolderKind.GATE, f"gate{n}", NOW) for n in range(2)]
    with db.transaction() as stores:
        stores.erasures.add(erasure, holdings)
        assert not stores.erasures.has_every_receipt(erasure.id)
        stores.erasures.receipt(holdings[0].id, "{}", NOW)
        assert not stores.erasures.has_every_receipt(erasure.id)
        stores.erasures.receipt(holdings[1].id, "{}", NOW)
        assert stores.erasures.has_every_receipt(erasure.id)
        assert not stores.erasures.has_every_receipt("nobody")


def test_whom_a_reader_has_looked_up(db: PeeweeDatabase) -> None:
    with db.transaction() as stores:
        for at, person, reader in ((NOW, "p1", "staff:a"), (NOW + 1, "p1", "staff:a"), (NOW + 2, "p2", "staff:b")):
            stores.audit.add_look(Look(new_id(), at, person, reader, ReadPurpose.RIGHTS_REQUEST, ("name",)))
        assert stores.audit.people_read_by("staff:a", NOW) == {"p1"}
        assert stores.audit.people_read_by("staff:b", NOW + 3) == frozenset()

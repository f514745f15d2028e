"""The contract of `Faces`."""

from __future__ import annotations

from dataclasses import replace

from access.domain.enrolment import EnrolmentStatus
from access.domain.faces import QualityReason
from access.domain.renewal import FaceRenewal, Why
from access.domain.times import DAY
from access.ports import SealedReference
from adapters.db.database import PeeweeDatabase
from tests.adapters.db.things import ENROLMENT, ESTATE, NOW, OTHER_ESTATE, OTHER_PERSON, PERSON, race

SAMPLES = [b"\x00first", b"second\xff"]
REFERENCE = SealedReference("9000000000000001", PERSON.id, ESTATE.id, b"\x00sealed", "net 1", NOW, NOW + 9)
REJECTED = replace(
    ENROLMENT, status=EnrolmentStatus.REJECTED, quality_reason=QualityReason.TOO_DARK, finished_at=NOW + 3
)
IN_REVIEW = replace(ENROLMENT, status=EnrolmentStatus.REVIEW)


def test_an_enrolment_waits_with_its_samples_in_order(house: PeeweeDatabase) -> None:
    with house.transaction() as stores:
        stores.faces.add_enrolment(ENROLMENT, SAMPLES)
        assert stores.faces.enrolment(ENROLMENT.id) == ENROLMENT
        assert stores.faces.enrolment("0" * 16) is None
        assert stores.faces.samples(ENROLMENT.id) == SAMPLES
        assert stores.faces.enrolments_of(PERSON.id, ESTATE.id) == [ENROLMENT]
        assert stores.faces.enrolments_of(PERSON.id, OTHER_ESTATE.id) == []


def test_finishing_takes_the_samples_away_and_happens_once(house: PeeweeDatabase) -> None:
    with house.transaction() as stores:
        stores.faces.add_enrolment(ENROLMENT, SAMPLES)
        assert stores.faces.finish_enrolment(REJECTED)
        assert stores.faces.samples(ENROLMENT.id) == []
        assert stores.faces.enrolment(ENROLMENT.id) == REJECTED
        assert not stores.faces.finish_enrolment(replace(ENROLMENT, status=EnrolmentStatus.DONE))
        assert stores.faces.enrolment(ENROLMENT.id) == REJECTED


def test_a_review_is_open_until_somebody_decides(house: PeeweeDatabase) -> None:
    with house.transaction() as stores:
        stores.faces.add_enrolment(ENROLMENT, SAMPLES)
        assert stores.faces.in_review(ESTATE.id) == []
        assert stores.faces.finish_enrolment(IN_REVIEW)
        assert not stores.faces.finish_enrolment(IN_REVIEW)
        assert stores.faces.in_review(ESTATE.id) == [IN_REVIEW]
        assert stores.faces.in_review(OTHER_ESTATE.id) == []
        assert stores.faces.finish_enrolment(replace(IN_REVIEW, status=EnrolmentStatus.DONE))
        assert stores.faces.in_review(ESTATE.id) == []


def test_one_of_many_finishes_an_enrolment(house: PeeweeDatabase) -> None:
    with house.transaction() as stores:
        stores.faces.add_enrolment(ENROLMENT, SAMPLES)
    assert race(house, 40, 8, lambda stores, _: stores.faces.finish_enrolment(REJECTED)) == 1


def test_a_persons_samples_can_be_dropped(house: PeeweeDatabase) -> None:
    of_other = replace(ENROLMENT, id="7000000000000002", person_id=OTHER_PERSON.id)
    with house.transaction() as stores:
        stores.faces.add_enrolment(ENROLMENT, SAMPLES)
        stores.faces.add_enrolment(of_other, SAMPLES)
        assert stores.faces.drop_samples_of(PERSON.id, OTHER_ESTATE.id) == 0
        assert stores.faces.drop_samples_of(PERSON.id, ESTATE.id) == 2
        assert stores.faces.samples(ENROLMENT.id) == []
        assert stores.faces.samples(of_other.id) == SAMPLES


def test_references_are_found_and_dropped_by_person_and_estate(house: PeeweeDatabase) -> None:
    elsewhere = replace(REFERENCE, id="9000000000000002", estate_id=OTHER_ESTATE.id)
    of_other = replace(REFERENCE, id="9000000000000003", person_id=OTHER_PERSON.id)
    with house.transaction() as stores:
        for reference in (REFERENCE, elsewhere, of_other):
            stores.faces.add_reference(reference)
        assert stores.faces.references_of_estate(ESTATE.id) == [REFERENCE, of_other]
        assert stores.faces.references_of(PERSON.id, ESTATE.id) == [REFERENCE]
        assert stores.faces.count_people() == 2
        assert stores.faces.drop_references(PERSON.id, ESTATE.id) == 1
        assert stores.faces.drop_references(PERSON.id, ESTATE.id) == 0
        assert stores.faces.references_of(PERSON.id, OTHER_ESTATE.id) == [elsewhere]
        assert stores.faces.count_people() == 2
        assert stores.faces.drop_references(PERSON.id, OTHER_ESTATE.id) == 1
        assert stores.faces.count_people() == 1


def test_renewals_are_kept_in_order_and_end_once(house: PeeweeDatabase) -> None:
    first = FaceRenewal("a" * 16, ESTATE.id, Why.TRANSFORM, "m/1", 2, NOW, NOW + DAY)
    second = FaceRenewal("b" * 16, ESTATE.id, Why.MODEL, "m/2", 2, NOW + DAY, NOW + 2 * DAY)
    with house.transaction() as stores:
        stores.faces.add_renewal(second)
        stores.faces.add_renewal(first)
        assert stores.faces.end_renewal(first.id, NOW + DAY)
        assert not stores.faces.end_renewal(first.id, NOW + 2 * DAY)
    with house.reading() as stores:
        assert stores.faces.renewals(ESTATE.id) == [replace(first, ended_at=NOW + DAY), second]
        assert stores.faces.renewals("0" * 16) == []
        assert stores.faces.open_renewals() == [second]


def test_people_with_references_of_before_are_found_by_instant_and_model(house: PeeweeDatabase) -> None:
    made = REFERENCE.created_at
    with house.transaction() as stores:
        stores.faces.add_reference(REFERENCE)
    with house.reading() as stores:
        asked = stores.faces.people_enrolled_by
        assert asked(ESTATE.id, made, None) == {REFERENCE.person_id}
        assert asked(ESTATE.id, made, "another") == {REFERENCE.person_id}
        assert asked(ESTATE.id, made, REFERENCE.model) == frozenset()
        assert asked(ESTATE.id, made - 1, None) == frozenset()
        assert asked("0" * 16, made, None) == frozenset()

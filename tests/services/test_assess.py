"""No face without a current impact assessment; the count of faces and its thresholds."""

from __future__ import annotations

from dataclasses import replace

import pytest

from access.domain.assessment import FILE_AT, WARN_AT, Mark
from access.domain.consent import Purpose
from access.domain.errors import Conflict, InvalidInput, NotFound, NotPermitted
from access.domain.faces import Match, NoMatch
from access.domain.staff import StaffRole
from access.domain.times import DAY
from access.domain.working_days import end_of_term
from access.services import assess
from access.services.manage_staff import create_staff
from access.services.new_estate import found_estate
from adapters.db.database import PeeweeDatabase
from tests.assessments import PAPER, form, offer_face
from tests.estate import Place, TestHouse, agree, resident, seed_estate
from tests.fakes import START, picture
from tests.services.face_life import with_face


@pytest.mark.rule("L7")
def test_face_cannot_be_switched_on_without_an_assessment(wired: TestHouse) -> None:
    estate = found_estate(wired.house, 9, "新", "New", "committee", "office")
    audit = create_staff(wired.house, estate.id, "shenji9", "shenji", [StaffRole.AUDIT], "cli").staff
    assert not estate.face_enabled
    with pytest.raises(NotPermitted) as none:
        assess.switch_face(wired.house, audit, True)
    assert none.value.code == "face.assessment"
    offer_face(wired.house, audit)
    assert assess.standing(wired.house, estate.id).face_enabled
    with pytest.raises(Conflict):
        assess.switch_face(wired.house, audit, True)


@pytest.mark.rule("L7")
@pytest.mark.parametrize("why", list(Mark))
def test_a_changed_purpose_or_an_incident_stops_face_until_it_is_assessed_anew(
    wired: TestHouse, place: Place, why: Mark
) -> None:
    alice = with_face(wired, place, "alice")
    audit = place.audit.staff
    assess.mark(wired.house, audit, why)
    assert not assess.standing(wired.house, place.estate.id).current
    bob = resident(wired.house, place, "bob")
    with pytest.raises(NotPermitted):
        agree(wired.house, place, bob, Purpose.FACE_USE)
    with pytest.raises(NotPermitted):
        assess.switch_face(wired.house, audit, True)
    with pytest.raises(Conflict):
        assess.mark(wired.house, audit, why)
    wired.clock.advance(1)
    offer_face(wired.house, audit)
    seen = [picture("alice")]
    assert wired.faces.identify(place.estate.id, place.gate.id, seen) == Match(alice, 0.9, 0.5)


@pytest.mark.rule("L7")
def test_after_its_day_of_review_face_goes_off(wired: TestHouse, place: Place) -> None:
    assert assess.enforce(wired.house) == 0
    wired.clock.advance(340 * DAY)
    now = assess.standing(wired.house, place.estate.id)
    assert (now.current, now.due, now.face_enabled) == (True, True, True)
    wired.clock.advance(25 * DAY)
    assert assess.enforce(wired.house) == 1
    assert assess.enforce(wired.house) == 0
    assert not assess.standing(wired.house, place.estate.id).face_enabled


@pytest.mark.rule("L7")
def test_an_assessment_is_kept_three_years_and_its_paper_is_sealed(wired: TestHouse, place: Place) -> None:
    audit = place.audit.staff
    with wired.house.db.reading() as stores:
        (first,) = stores.assessments.of_estate(place.estate.id)
        sealed = stores.assessments.attachment(first.id)
    assert sealed is not None
    assert b"PDF" not in sealed
    assert assess.attachment(wired.house, audit, first.id) == PAPER
    wired.clock.advance(3 * 365 * DAY)
    assess.file_assessment(wired.house, audit, form(wired.clock.now()))
    assess.enforce(wired.house)
    assert assess.attachment(wired.house, audit, first.id) == PAPER
    wired.clock.advance(4 * DAY)
    assess.enforce(wired.house)
    with pytest.raises(NotFound):
        assess.attachment(wired.house, audit, first.id)


def test_another_estates_paper_does_not_exist(wired: TestHouse, place: Place) -> None:
    elsewhere = seed_estate(wired.house, 2)
    with wired.house.db.reading() as stores:
        (first,) = stores.assessments.of_estate(place.estate.id)
    with pytest.raises(NotFound):
        assess.attachment(wired.house, elsewhere.audit.staff, first.id)


def test_the_audit_role_alone_files_and_switches(wired: TestHouse, place: Place) -> None:
    staff = place.operations.staff
    for act in (
        lambda: assess.file_assessment(wired.house, staff, form(START)),
        lambda: assess.switch_face(wired.house, staff, False),
        lambda: assess.mark(wired.house, staff, Mark.INCIDENT),
        lambda: assess.attachment(wired.house, staff, "x"),
    ):
        with pytest.raises(NotPermitted) as refused:
            act()
        assert refused.value.code == "staff.role"


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"purpose": "too short"}, "assessment.words"),
        ({"effects": " " * 40}, "assessment.words"),
        ({"measures": "x" * 20_001}, "assessment.words"),
        ({"officer": " "}, "assessment.name"),
        ({"attachment_name": ""}, "assessment.name"),
        ({"attachment": b""}, "assessment.attachment"),
        ({"attachment": b"x" * 10_000_001}, "assessment.attachment"),
        ({"review_by": START}, "assessment.review"),
        ({"review_by": START + 367 * DAY}, "assessment.review"),
    ],
)
def test_a_form_that_is_not_whole_is_refused(
    wired: TestHouse, place: Place, changed: dict[str, object], code: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        assess.file_assessment(wired.house, place.audit.staff, replace(form(START), **changed))  # type: ignore[arg-type]
    assert refused.value.code == code


@pytest.mark.rule("L1", "L7")
def test_with_face_off_the_face_is_not_looked_at_and_the_person_stays(wired: TestHouse, place: Place) -> None:
    alice = with_face(wired, place, "alice")
    assess.switch_face(wired.house, place.audit.staff, False)
    with wired.house.db.reading() as stores:
        estate = stores.places.estate(place.estate.id)
        assert estate is not None
        assert not estate.face_enabled
        assert any(r.is_live(wired.clock.now()) for r in stores.residencies.of_person(alice))
    assert wired.faces.identify(place.estate.id, place.doors[1].id, [picture("alice")]) == NoMatch()


@pytest.mark.rule("L10")
def test_distinct_people_are_counted_not_references(wired: TestHouse, place: Place) -> None:
    with_face(wired, place, "alice")  # two references
    with_face(wired, place, "bob", "1-102")
    assert assess.count_faces(wired.house) == 2
    assert assess.filings(wired.house) == ()


def people_with_faces(wired: TestHouse, place: Place, first: int, last: int) -> None:
    """Rows as they would stand; nobody could enrol 100,000 people in a test."""
    numbers = f"WITH RECURSIVE n(i) AS (SELECT {first} UNION ALL SELECT i + 1 FROM n WHERE i < {last}) "
    database = wired.house.db
    assert isinstance(database, PeeweeDatabase)
    with database.handle.connection_context():
        database.handle.execute_sql(
            numbers + "INSERT INTO person (id, name_sealed, phone_sealed, birth_year_month, language, created_at) "
            "SELECT printf('%016x', i), x'', x'', '', 'zh', 0 FROM n"
        )
        database.handle.execute_sql(
            numbers
            + "INSERT INTO face_reference (id, person_id, estate_id, sealed, model, created_at, expires_at) "
            f"SELECT printf('%016x', i), printf('%016x', i), '{place.estate.id}', x'00', 'm', 0, 0 FROM n"
        )


@pytest.mark.rule("L10")
def test_a_hundred_thousand_begin_a_filing_term_once(wired: TestHouse, place: Place) -> None:
    people_with_faces(wired, place, 1, WARN_AT - 1)
    assert assess.count_faces(wired.house) == WARN_AT - 1
    assert assess.filings(wired.house) == ()
    people_with_faces(wired, place, WARN_AT, WARN_AT)
    assess.count_faces(wired.house)
    assert [(one.threshold, one.due_at) for one in assess.filings(wired.house)] == [(WARN_AT, None)]
    people_with_faces(wired, place, WARN_AT + 1, FILE_AT)
    assess.count_faces(wired.house)
    wired.clock.advance(DAY)
    assess.count_faces(wired.house)
    _, filing = assess.filings(wired.house)
    assert (filing.people, filing.due_at) == (FILE_AT, end_of_term(START, 30, "Asia/Shanghai"))
    assess.record_filing(wired.house)
    assert assess.filings(wired.house)[1].filed_at == wired.clock.now()
    with pytest.raises(Conflict):
        assess.record_filing(wired.house)

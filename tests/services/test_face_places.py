"""What staff see of faces: candidates of each access point, the limit, and that above it a claim is asked for."""

from __future__ import annotations

from dataclasses import replace

from access.domain.consent import Channel
from access.domain.places import Method
from access.domain.renewal import Why
from access.queries.face_places import FacePlace, OlderFaces, face_places
from access.services import withdraw
from access.services.renew_faces import begin_renewal
from tests.estate import Place, TestHouse, resident
from tests.services.test_admit_face import with_face


def counts(wired: TestHouse, place: Place) -> list[tuple[str, int, bool]]:
    found = face_places(wired.house, place.estate.id)
    assert found is not None
    return [(one.point.id, one.people, one.by_claim) for one in found.places]


def test_only_people_with_a_face_in_use_and_a_right_are_counted(wired: TestHouse, place: Place) -> None:
    with_face(wired, place, "alice")
    gone = with_face(wired, place, "bob")
    resident(wired.house, place, "carol")
    first, second = place.doors
    assert counts(wired, place) == [(place.gate.id, 2, False), (first.id, 2, False), (second.id, 0, False)]
    withdraw.withdraw_face(wired.house, gone, place.estate.id, Channel.PAGE)
    assert counts(wired, place) == [(place.gate.id, 1, False), (first.id, 1, False), (second.id, 0, False)]


def test_above_the_limit_or_by_setting_a_claim_comes_first(wired: TestHouse, place: Place) -> None:
    with_face(wired, place, "alice")
    with_face(wired, place, "bob")
    wired.faces.most = 1
    first, second = place.doors
    with wired.house.db.transaction() as stores:
        stores.places.save_access_point(replace(second, face_claim=True))
        stores.places.save_access_point(replace(first, methods=frozenset({Method.QR})))
    found = face_places(wired.house, place.estate.id)
    assert found is not None
    assert found.largest == 1
    assert found.places == (
        FacePlace(place.gate, 2, True),
        FacePlace(replace(second, face_claim=True), 0, True),
    )


def test_without_the_face_process_the_limit_is_unknown(wired: TestHouse, place: Place) -> None:
    with_face(wired, place, "alice")
    wired.faces.away = True
    found = face_places(wired.house, place.estate.id)
    assert found is not None
    assert (found.largest, found.places[0].people) == (None, 1)


def test_faces_of_an_earlier_model_are_told_and_count_only_while_they_are_compared(
    wired: TestHouse, place: Place
) -> None:
    with_face(wired, place, "alice")
    before = wired.faces.used
    wired.faces.used = "a newer model"
    with_face(wired, place, "bob")
    found = face_places(wired.house, place.estate.id)
    assert found is not None
    assert found.older == (OlderFaces(before, 1, False),)
    assert found.places[0].people == 1
    wired.faces.before = frozenset({before})
    found = face_places(wired.house, place.estate.id)
    assert found is not None
    assert found.older == (OlderFaces(before, 1, True),)
    assert found.places[0].people == 2
    begun = begin_renewal(wired.house, place.estate, Why.MODEL, 30, "cli")
    found = face_places(wired.house, place.estate.id)
    assert found is not None
    assert found.older == (OlderFaces(before, 1, True, begun.renewal.until),)


def test_an_estate_without_face_has_nothing_to_show(wired: TestHouse, place: Place) -> None:
    with wired.house.db.transaction() as stores:
        stores.places.save_estate(replace(place.estate, face_enabled=False))
    assert face_places(wired.house, place.estate.id) is None

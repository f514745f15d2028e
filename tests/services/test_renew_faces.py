"""Renewing an estate's references: people are asked, the old ones work until the day, then go with receipts."""

from __future__ import annotations

from dataclasses import replace

import pytest

from access.domain.consent import Channel
from access.domain.erasure import Cause
from access.domain.errors import Conflict, ExternalSystemError, InvalidInput, NotPermitted
from access.domain.faces import Encoding, Match, NoMatch
from access.domain.places import Method
from access.domain.renewal import Why
from access.domain.times import DAY, MINUTE
from access.services import enrol, issue_pass, my_home, outbox, renew_faces, retention
from access.services.renew_faces import begin_renewal, end_due_renewals
from tests.estate import Place, TestHouse, agree
from tests.fakes import picture
from tests.gates import claim_device
from tests.services.face_life import FACE, settle, texts_to, with_face


def begin(wired: TestHouse, place: Place, why: Why = Why.TRANSFORM, days: int = 30) -> renew_faces.Begun:
    wired.clock.advance(MINUTE)
    begun = begin_renewal(wired.house, place.estate, why, days, "cli")
    wired.clock.advance(MINUTE)
    settle(wired)
    return begun


def give_again(wired: TestHouse, place: Place, person_id: str, name: str) -> None:
    enrol.enrol_face(wired.house, person_id, place.estate.id, [picture(name)], Channel.PAGE)
    settle(wired)


def keys(wired: TestHouse, place: Place) -> list[bytes]:
    with wired.house.db.reading() as stores:
        return wired.house.keyring.face_transforms(stores, place.estate.id)


def found(wired: TestHouse, place: Place, name: str) -> object:
    return wired.faces.identify(place.estate.id, place.gate.id, [picture(name)])


def test_people_are_told_until_when_and_old_references_work_meanwhile(wired: TestHouse, place: Place) -> None:
    alice = with_face(wired, place, "alice")
    begun = begin(wired, place)
    assert begun.people == 1
    assert texts_to(wired, "alice")[-1] == "face_renewal until=2026-10-21"
    assert found(wired, place, "alice") == Match(alice, 0.9, 0.5)
    wired.clock.advance(29 * DAY)
    assert end_due_renewals(wired.house) == 0
    assert found(wired, place, "alice") == Match(alice, 0.9, 0.5)


def test_whoever_is_asked_sees_it_wherever_they_look_until_they_gave_a_new_sample_or_the_day_came(
    wired: TestHouse, place: Place
) -> None:
    alice, bob, carol = (with_face(wired, place, name) for name in ("alice", "bob", "carol"))
    begun = begin(wired, place)

    def told(person: str) -> tuple[int | None, int | None]:
        return (
            enrol.status(wired.house, person, place.estate.id).renew_until,
            my_home.waits(wired.house, person, place.estate.id).face_until,
        )

    assert told(alice) == told(bob) == told(carol) == (begun.renewal.until, begun.renewal.until)
    give_again(wired, place, bob, "bob")
    assert told(bob) == (None, None)
    wired.clock.advance(30 * DAY)
    end_due_renewals(wired.house)
    settle(wired)
    assert told(alice) == (None, None)


@pytest.mark.rule("L12")
def test_on_the_day_old_references_go_with_a_receipt_from_every_holder_and_new_ones_stay(
    wired: TestHouse, place: Place
) -> None:
    alice, bob = with_face(wired, place, "alice"), with_face(wired, place, "bob")
    begin(wired, place)
    give_again(wired, place, bob, "bob")
    wired.clock.advance(30 * DAY)
    assert end_due_renewals(wired.house) == 1
    assert found(wired, place, "alice") == NoMatch()
    settle(wired)
    assert found(wired, place, "bob") == Match(bob, 0.9, 0.5)
    with wired.house.db.reading() as stores:
        (erasure,) = stores.erasures.of_person(alice)
        assert (erasure.cause, erasure.completed_at) == (Cause.RENEWED, wired.clock.now())
        assert all(holding.receipt for holding in stores.erasures.holdings(erasure.id))
        assert stores.faces.references_of(alice, place.estate.id) == []
        assert stores.erasures.of_person(bob) == []
        assert stores.faces.open_renewals() == []
    assert texts_to(wired, "alice")[-2:] == ["face_renewal_over", "face_erased"]
    assert end_due_renewals(wired.house) == 0


def test_whoever_lost_the_old_reference_enters_by_pass_and_may_agree_again(wired: TestHouse, place: Place) -> None:
    alice = with_face(wired, place, "alice")
    begin(wired, place, days=7)
    wired.clock.advance(7 * DAY)
    end_due_renewals(wired.house)
    settle(wired)
    code = issue_pass.door_pass(wired.house, alice, place.estate.id).text(wired.clock.now())
    device = claim_device(wired.house, place.estate.id, place.gate.id)
    assert device.present(place.gate.id, Method.QR, code).granted
    wired.clock.advance(MINUTE)
    agree(wired.house, place, alice, *FACE)
    give_again(wired, place, alice, "alice")
    assert found(wired, place, "alice") == Match(alice, 0.9, 0.5)


@pytest.mark.rule("L24")
def test_a_transform_takes_the_place_of_the_one_before_and_goes_alone_afterwards(
    wired: TestHouse, place: Place
) -> None:
    (first,) = keys(wired, place)
    begun = begin(wired, place, days=7)
    assert begun.renewal.transform == 2
    second, before = keys(wired, place)
    assert (before, second != first) == (first, True)
    wired.clock.advance(7 * DAY)
    end_due_renewals(wired.house)
    assert keys(wired, place) == [second]
    begin(wired, place)
    assert keys(wired, place)[1] == second


def test_a_change_of_model_asks_only_those_whose_reference_is_of_another(wired: TestHouse, place: Place) -> None:
    with_face(wired, place, "alice")
    with pytest.raises(Conflict) as none:
        begin(wired, place, Why.MODEL)
    assert none.value.code == "renewal.none"
    wired.faces.used = "fake/2"
    bob = with_face(wired, place, "bob")
    begun = begin(wired, place, Why.MODEL, days=7)
    assert (begun.people, begun.renewal.model, begun.renewal.transform) == (1, "fake/2", 1)
    assert len(keys(wired, place)) == 1
    wired.clock.advance(7 * DAY)
    assert end_due_renewals(wired.house) == 1
    assert (found(wired, place, "alice"), found(wired, place, "bob")) == (NoMatch(), Match(bob, 0.9, 0.5))


def test_what_was_encoded_while_a_renewal_began_is_encoded_again(
    wired: TestHouse, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    alice = with_face(wired, place, "alice")
    encode = wired.faces.encode

    def and_renew(sample: bytes, estate_id: str) -> Encoding:
        monkeypatch.setattr(wired.faces, "encode", encode)
        wired.clock.advance(1)
        begin_renewal(wired.house, place.estate, Why.TRANSFORM, 30, "cli")
        return encode(sample, estate_id)

    monkeypatch.setattr(wired.faces, "encode", and_renew)
    wired.clock.advance(MINUTE)
    enrol.enrol_face(wired.house, alice, place.estate.id, [picture("alice")], Channel.PAGE)
    outbox.run_once(wired.house)
    with wired.house.db.reading() as stores:
        (renewal,) = stores.faces.open_renewals()
        assert stores.faces.people_enrolled_by(place.estate.id, renewal.begun_at, None) == {alice}
    wired.clock.advance(MINUTE)
    settle(wired)
    with wired.house.db.reading() as stores:
        assert stores.faces.people_enrolled_by(place.estate.id, renewal.begun_at, None) == frozenset()


def test_an_erasure_that_was_cut_off_is_not_begun_twice(
    wired: TestHouse, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    alice = with_face(wired, place, "alice")
    begun = begin(wired, place, days=7)
    wired.clock.advance(7 * DAY)
    monkeypatch.setattr(renew_faces, "_record", _cut_off)
    with pytest.raises(OSError, match="cut off"):
        end_due_renewals(wired.house)
    monkeypatch.undo()
    end_due_renewals(wired.house)
    with wired.house.db.reading() as stores:
        assert len(stores.erasures.of_person(alice)) == 1
        assert [one.ended_at for one in stores.faces.renewals(place.estate.id)] == [wired.clock.now()]
    assert begun.people == 1


def _cut_off(*_: object) -> None:
    raise OSError("cut off")


def test_one_renewal_at_a_time_for_a_sensible_time_where_face_is_offered(wired: TestHouse, place: Place) -> None:
    for days in (6, 181):
        with pytest.raises(InvalidInput):
            begin(wired, place, days=days)
    begin(wired, place)
    with pytest.raises(Conflict) as again:
        begin(wired, place)
    assert again.value.code == "renewal.open"
    wired.faces.away = True
    with pytest.raises(ExternalSystemError):
        begin(wired, place)
    with wired.house.db.transaction() as stores:
        assert not stores.faces.end_renewal("0" * 16, 1)


def test_an_estate_without_face_renews_nothing(wired: TestHouse, place: Place) -> None:
    with pytest.raises(NotPermitted):
        begin_renewal(wired.house, replace(place.estate, face_enabled=False), Why.TRANSFORM, 30, "cli")


def test_a_renewal_leaves_no_orphans(wired: TestHouse, place: Place) -> None:
    with_face(wired, place, "alice")
    begin(wired, place, days=7)
    wired.clock.advance(7 * DAY)
    end_due_renewals(wired.house)
    settle(wired)
    assert retention.erase_orphans(wired.house) == 0

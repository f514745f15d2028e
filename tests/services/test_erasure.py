"""Withdrawal, move-out, expiry and the erasure that follows, on the real stores."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date

import pytest
from nacl.signing import SigningKey

from access.domain.consent import FACE_CONSENT_LIFE, Channel
from access.domain.credentials import Credential, CredentialKind, CredentialStatus
from access.domain.enrolment import EnrolmentStatus
from access.domain.erasure import Cause, HolderKind
from access.domain.errors import Conflict, InvalidInput, NotFound
from access.domain.faces import Match, NoMatch
from access.domain.ids import new_id
from access.domain.reasons import Words
from access.domain.residency import Role
from access.domain.times import HOUR, MINUTE
from access.services import close_account, enrol, erase, move_out, retention, withdraw
from access.services.gallery import ConsentingGallery
from access.services.register import request_residency
from access.services.signing import ERASURES, opened
from tests.estate import Place, TestHouse, agree, approve, newcomer, seed_estate
from tests.fakes import picture
from tests.gates import claim_device
from tests.services.face_life import FACE, add_gate, lives, settle, texts_to, with_face


def test_a_gate_is_named_by_its_doors_each_with_its_building_once(wired: TestHouse, place: Place) -> None:
    alice = with_face(wired, place, "alice")
    claim_device(wired.house, place.estate.id, place.gate.id, place.doors[0].id)
    erasure = withdraw.withdraw_face(wired.house, alice, place.estate.id, Channel.PAGE)
    _, holdings, _ = erase.erasure_of(wired.house, alice, erasure.id)
    (words,) = erase.gate_names(wired.house, holdings).values()
    assert words == Words("南门、1号楼门", "South gate, Building 1 Door 1")


@pytest.mark.rule("L12")
def test_withdrawal_stops_at_once_and_is_certified(wired: TestHouse, place: Place) -> None:
    alice = with_face(wired, place, "alice")
    gate, key = add_gate(wired, place)
    before = wired.house.db
    with before.reading() as stores:
        kept = stores.faces.references_of(alice, place.estate.id)
        version = stores.places.policy_version(place.estate.id)
    erasure = withdraw.withdraw_face(wired.house, alice, place.estate.id, Channel.PAGE)
    # nothing matches from the commit on, whatever the holders do
    assert wired.faces.identify(place.estate.id, place.gate.id, [picture("alice")]) == NoMatch()
    with before.reading() as stores:
        assert stores.places.policy_version(place.estate.id) > version
        with pytest.raises(NotFound):
            wired.house.keyring.open_face(stores, alice, place.estate.id, kept[0].sealed)
    settle(wired)
    state, holdings, certificate = erase.erasure_of(wired.house, alice, erasure.id)
    assert {h.kind for h in holdings if h.receipt is None} == {HolderKind.GATE}
    assert certificate is None
    waiting = next(h for h in holdings if h.kind is HolderKind.GATE)
    at = wired.clock.now()
    forged = SigningKey.generate().sign(f"kaimen.receipt.v1\n{waiting.id}\n{at}".encode()).signature
    with pytest.raises(InvalidInput):
        erase.gate_receipt(wired.house, gate, waiting.id, at, forged)
    good = key.sign(f"kaimen.receipt.v1\n{waiting.id}\n{at}".encode()).signature
    erase.gate_receipt(wired.house, gate, waiting.id, at, good)
    erase.gate_receipt(wired.house, gate, waiting.id, at, good)
    settle(wired)
    state, holdings, certificate = erase.erasure_of(wired.house, alice, erasure.id)
    assert state.completed_at is not None
    assert certificate is not None
    public = erase.receipt_public_key(wired.house, place.estate.id)
    body = opened(certificate, public, ERASURES)
    assert body["cause"] == "withdrawn"
    assert len(body["receipts"]) == len(holdings) == 4  # type: ignore[arg-type]
    assert "face_erased" in texts_to(wired, "alice")
    with before.reading() as stores:
        assert not stores.faces.references_of(alice, place.estate.id)


@pytest.mark.rule("L12")
def test_a_changed_certificate_is_refused(wired: TestHouse, place: Place) -> None:
    alice = with_face(wired, place, "alice")
    erasure = withdraw.withdraw_face(wired.house, alice, place.estate.id, Channel.PAGE)
    settle(wired)
    certificate = erase.erasure_of(wired.house, alice, erasure.id)[2]
    assert certificate is not None
    public = erase.receipt_public_key(wired.house, place.estate.id)
    changed = json.loads(certificate)
    changed["body"]["completed_at"] += 1
    with pytest.raises(InvalidInput) as caught:
        opened(json.dumps(changed), public, ERASURES)
    assert caught.value.code == "certificate.signature"
    for garbage in ("", "{}", "[]", '{"body":{},"signature":"!!"}', '{"body":1,"signature":2}'):
        with pytest.raises(InvalidInput):
            opened(garbage, public, ERASURES)


@pytest.mark.rule("L3")
def test_card_and_pass_are_untouched_by_a_withdrawal(wired: TestHouse, place: Place) -> None:

    alice = with_face(wired, place, "alice")
    card = Credential(
        new_id(),
        alice,
        place.estate.id,
        CredentialKind.CARD,
        CredentialStatus.ACTIVE,
        "ab" * 16,
        "1234",
        0,
        2**42,
        0,
    )
    with wired.house.db.transaction() as stores:
        stores.credentials.add(card)
    withdraw.withdraw_face(wired.house, alice, place.estate.id, Channel.PAGE)
    settle(wired)
    with wired.house.db.reading() as stores:
        assert stores.credentials.of_person(alice, place.estate.id) == [card]
        assert any(r.is_live(wired.clock.now()) for r in stores.residencies.of_person(alice))
    with pytest.raises(Conflict):
        withdraw.withdraw_face(wired.house, alice, place.estate.id, Channel.PAGE)


def test_withdrawn_while_the_sample_waits(wired: TestHouse, place: Place) -> None:
    alice = lives(wired, place, "alice")
    agree(wired.house, place, alice, *FACE)
    attempt = enrol.enrol_face(wired.house, alice, place.estate.id, [picture("alice")], Channel.PAGE)
    withdraw.withdraw_face(wired.house, alice, place.estate.id, Channel.PAGE)
    settle(wired)
    with wired.house.db.reading() as stores:
        assert not stores.faces.samples(attempt.id)
        assert not stores.faces.references_of(alice, place.estate.id)
    assert enrol.status(wired.house, alice, place.estate.id).latest is EnrolmentStatus.CANCELLED


@pytest.mark.rule("L12")
def test_moving_out_stops_everything(wired: TestHouse, place: Place) -> None:
    alice = with_face(wired, place, "alice")
    with wired.house.db.reading() as stores:
        (residency,) = stores.residencies.of_person(alice)
    move_out.end_residency(wired.house, residency.id, f"staff:{place.operations.staff.id}", "搬走了")
    assert wired.faces.identify(place.estate.id, place.gate.id, [picture("alice")]) == NoMatch()
    settle(wired)
    with wired.house.db.reading() as stores:
        (erasure,) = stores.erasures.of_person(alice)
        assert erasure.cause is Cause.MOVED_OUT
        assert erasure.completed_at is not None
    told = texts_to(wired, "alice")
    assert "residency_ended reason=搬走了" in told
    assert told[-1] == "stay_erased"
    with pytest.raises(Conflict):
        move_out.end_residency(wired.house, residency.id, "job", "again")


def test_a_second_household_keeps_the_rights(wired: TestHouse, place: Place) -> None:
    alice = with_face(wired, place, "alice")

    approve(
        wired.house, place, request_residency(wired.house, alice, place.households["2-101"].id, Role.OWNER, None)
    )
    with wired.house.db.reading() as stores:
        first = next(r for r in stores.residencies.of_person(alice) if r.building_id == place.buildings[0].id)
    move_out.end_residency(wired.house, first.id, "job", "moved within the estate")
    assert wired.faces.identify(place.estate.id, place.doors[1].id, [picture("alice")]) == Match(alice, 0.9, 0.5)
    assert wired.faces.identify(place.estate.id, place.doors[0].id, [picture("alice")]) == NoMatch()


def test_a_stay_ends_by_the_clock(wired: TestHouse, place: Place) -> None:

    tenant = newcomer(wired.house, place, "tom")
    approve(
        wired.house,
        place,
        request_residency(wired.house, tenant, place.households["1-101"].id, Role.TENANT, date(2026, 9, 30)),
    )
    agree(wired.house, place, tenant, *FACE)
    enrol.enrol_face(wired.house, tenant, place.estate.id, [picture("tom")], Channel.PAGE)
    settle(wired)
    assert move_out.end_lapsed(wired.house) == 0
    wired.clock.advance(11 * 24 * HOUR)
    # refused from the first instant after the last day, before any job has run
    assert wired.faces.identify(place.estate.id, place.gate.id, [picture("tom")]) == NoMatch()
    assert move_out.end_lapsed(wired.house) == 1
    assert move_out.end_lapsed(wired.house) == 0
    settle(wired)
    with wired.house.db.reading() as stores:
        assert not stores.faces.references_of(tenant, place.estate.id)


@pytest.mark.rule("L6")
def test_a_consent_lapses_after_a_year(wired: TestHouse, place: Place) -> None:
    alice = with_face(wired, place, "alice")
    wired.clock.advance(FACE_CONSENT_LIFE)
    assert wired.faces.identify(place.estate.id, place.gate.id, [picture("alice")]) == NoMatch()
    assert retention.expire_consents(wired.house) == 1
    assert retention.expire_consents(wired.house) == 0
    settle(wired)
    with wired.house.db.reading() as stores:
        assert not stores.faces.references_of(alice, place.estate.id)
        assert stores.erasures.of_person(alice)[0].cause is Cause.CONSENT_EXPIRED


@pytest.mark.rule("L15")
def test_an_orphan_is_found_and_erased(wired: TestHouse, place: Place) -> None:
    alice = with_face(wired, place, "alice")
    assert retention.erase_orphans(wired.house) == 0
    with wired.house.db.transaction() as stores:  # a fault: the consent ends without the erasure
        for purpose in FACE:
            consent = stores.consents.latest(alice, place.estate.id, purpose)
            assert consent is not None

            stores.consents.add(replace(consent.withdraw(Channel.PAGE, wired.clock.now()), id=new_id()))
    wired.clock.advance(HOUR + MINUTE)
    assert retention.erase_orphans(wired.house) == 1
    settle(wired)
    with wired.house.db.reading() as stores:
        assert not stores.faces.references_of(alice, place.estate.id)


@pytest.mark.rule("L11")
def test_closing_an_account_leaves_nothing_readable(wired: TestHouse, place: Place) -> None:
    alice = with_face(wired, place, "alice")
    erasures = close_account.close_account(wired.house, alice)
    settle(wired)
    assert len(erasures) == 1
    with wired.house.db.reading() as stores:
        person = stores.people.person(alice)
        assert person is not None
        assert person.name_sealed == b""
        assert not stores.people.accounts_of(alice)
        assert not stores.faces.references_of(alice, place.estate.id)
        assert not stores.credentials.of_person(alice, place.estate.id)
        assert stores.erasures.of_person(alice)[0].completed_at is not None
    with pytest.raises(NotFound):
        close_account.close_account(wired.house, alice)


@pytest.mark.rule("L24")
def test_the_gallery_of_another_estate_is_another(wired: TestHouse, place: Place) -> None:

    with_face(wired, place, "alice")
    elsewhere = seed_estate(wired.house, 2)
    source = ConsentingGallery(wired.house.db, wired.clock, wired.house.keyring)
    assert source.references(elsewhere.estate.id) == []
    assert source.candidates(elsewhere.estate.id, place.gate.id) == frozenset()

"""The contract of `Residencies`, `Consents` and `Credentials`."""

from __future__ import annotations

from dataclasses import replace

import pytest

from access.domain.consent import Channel, ConsentStatus, Purpose
from access.domain.credentials import CredentialKind, CredentialStatus, LiveCard
from access.domain.errors import Conflict
from access.domain.residency import Home, ResidencyStatus
from access.stores import Stores
from adapters.db.database import PeeweeDatabase
from tests.adapters.db.things import (
    BUILDING,
    CARD,
    CONSENT,
    ESTATE,
    HOUSEHOLD,
    NOTICE,
    NOW,
    OTHER_ESTATE,
    OTHER_PERSON,
    PERSON,
    RESIDENCY,
    race,
)

APPROVED = RESIDENCY.approve("staff", NOW + 5)


def test_a_residency_is_found_by_person_household_and_status(house: PeeweeDatabase) -> None:
    with house.transaction() as stores:
        residencies = stores.residencies
        residencies.add(RESIDENCY)
        assert residencies.get(RESIDENCY.id) == RESIDENCY
        assert residencies.get("0" * 16) is None
        assert residencies.of_person(PERSON.id) == [RESIDENCY]
        assert residencies.of_person(OTHER_PERSON.id) == []
        assert residencies.of_household(HOUSEHOLD.id) == [RESIDENCY]
        assert residencies.of_estate(ESTATE.id, ResidencyStatus.PENDING) == [RESIDENCY]
        assert residencies.of_estate(ESTATE.id, ResidencyStatus.APPROVED) == []
        assert residencies.of_estate(OTHER_ESTATE.id, ResidencyStatus.PENDING) == []


def test_a_residency_changes_only_from_the_expected_status(house: PeeweeDatabase) -> None:
    with house.transaction() as stores:
        residencies = stores.residencies
        residencies.add(RESIDENCY)
        assert residencies.update(APPROVED, ResidencyStatus.PENDING)
        assert not residencies.update(RESIDENCY.refuse("other", "no", NOW), ResidencyStatus.PENDING)
        assert residencies.get(RESIDENCY.id) == APPROVED
        assert not residencies.update(replace(APPROVED, id="0" * 16), ResidencyStatus.APPROVED)


def test_one_of_many_decides_a_residency(house: PeeweeDatabase) -> None:
    with house.transaction() as stores:
        stores.residencies.add(RESIDENCY)
    approve_or_refuse = (APPROVED, RESIDENCY.refuse("staff", "no", NOW))
    won = race(
        house,
        40,
        8,
        lambda stores, number: stores.residencies.update(approve_or_refuse[number % 2], ResidencyStatus.PENDING),
    )
    assert won == 1


def test_lapsed_residencies_are_approved_ones_past_their_end(house: PeeweeDatabase) -> None:
    later = replace(APPROVED, id="2000000000000002", valid_to=APPROVED.valid_to + 1)
    with house.transaction() as stores:
        for residency in (APPROVED, later, replace(RESIDENCY, id="2000000000000003")):
            stores.residencies.add(residency)
        assert stores.residencies.lapsed(APPROVED.valid_to - 1, 9) == []
        assert stores.residencies.lapsed(APPROVED.valid_to, 9) == [APPROVED]
        assert stores.residencies.lapsed(APPROVED.valid_to + 1, 9) == [APPROVED, later]
        assert stores.residencies.lapsed(APPROVED.valid_to + 1, 1) == [APPROVED]


def test_the_homes_of_an_estate_are_approved_and_not_over(house: PeeweeDatabase) -> None:
    with house.transaction() as stores:
        later, earlier = replace(APPROVED, id="9" * 16), replace(APPROVED, id="1" * 16, valid_from=NOW - 7)
        for one in (RESIDENCY, later, earlier, replace(APPROVED, id="4" * 16, valid_to=NOW)):
            stores.residencies.add(one)
        homes = [Home(PERSON.id, BUILDING.id, one.valid_from, one.valid_to) for one in (earlier, later)]
        assert list(stores.residencies.homes(ESTATE.id, NOW)) == homes
        assert list(stores.residencies.homes(OTHER_ESTATE.id, NOW)) == []


def test_a_residency_of_nobody_is_refused_by_the_schema(house: PeeweeDatabase) -> None:
    with pytest.raises(Conflict), house.transaction() as stores:
        stores.residencies.add(replace(RESIDENCY, person_id="0" * 16))


def test_the_newest_consent_holds(house: PeeweeDatabase) -> None:
    withdrawn = CONSENT.withdraw(Channel.DESK, NOW + 5)
    with house.transaction() as stores:
        consents = stores.consents
        consents.add(CONSENT)
        assert consents.latest(PERSON.id, ESTATE.id, Purpose.FACE_USE) == CONSENT
        consents.add(withdrawn)
        assert consents.latest(PERSON.id, ESTATE.id, Purpose.FACE_USE) == withdrawn
        assert consents.latest(PERSON.id, OTHER_ESTATE.id, Purpose.FACE_USE) is None
        assert consents.latest(PERSON.id, ESTATE.id, Purpose.ACCESS) is None
        assert consents.of_person(PERSON.id) == [CONSENT, withdrawn]


def test_the_people_with_a_live_consent(house: PeeweeDatabase) -> None:
    of_other = replace(CONSENT, id="3000000000000002", person_id=OTHER_PERSON.id)
    with house.transaction() as stores:
        consents = stores.consents
        consents.add(CONSENT)
        consents.add(of_other)
        assert consents.people_with(ESTATE.id, Purpose.FACE_USE, NOW) == {PERSON.id, OTHER_PERSON.id}
        assert consents.people_with(ESTATE.id, Purpose.FACE_SERVER, NOW) == frozenset()
        assert consents.people_with(OTHER_ESTATE.id, Purpose.FACE_USE, NOW) == frozenset()
        assert consents.people_with(ESTATE.id, Purpose.FACE_USE, CONSENT.expires_at) == frozenset()
        consents.add(of_other.withdraw(Channel.CHAT, NOW + 1))
        assert consents.people_with(ESTATE.id, Purpose.FACE_USE, NOW + 1) == {PERSON.id}


def test_a_consent_lapses_unless_it_was_answered_anew(house: PeeweeDatabase) -> None:
    renewed = replace(CONSENT, id="3000000000000002", purpose=Purpose.FACE_SERVER)
    with house.transaction() as stores:
        consents = stores.consents
        consents.add(CONSENT)
        consents.add(renewed)
        consents.add(replace(renewed, id="3000000000000003", expires_at=CONSENT.expires_at + 9))
        consents.add(replace(CONSENT, id="3000000000000004", purpose=Purpose.ACCESS, status=ConsentStatus.REFUSED))
        assert consents.lapsed(CONSENT.expires_at - 1, 9) == []
        assert consents.lapsed(CONSENT.expires_at, 9) == [CONSENT]
        assert len(consents.lapsed(CONSENT.expires_at + 9, 9)) == 2
        assert len(consents.lapsed(CONSENT.expires_at + 9, 1)) == 1


def test_the_newest_notice_is_current_and_none_can_change(house: PeeweeDatabase) -> None:
    second = replace(NOTICE, hash="e" * 64, version=2, material=False)
    with house.transaction() as stores:
        consents = stores.consents
        assert consents.current_notice(ESTATE.id) is None
        consents.publish_notice(NOTICE)
        consents.publish_notice(second)
        assert consents.current_notice(ESTATE.id) == second
        assert consents.notice(NOTICE.hash) == NOTICE
        assert consents.notice("0" * 64) is None
        for again in (replace(NOTICE, version=3, body_en="other"), replace(NOTICE, hash="d" * 64)):
            with pytest.raises(Conflict) as caught:
                consents.publish_notice(again)
            assert caught.value.code == "notice.published"
        assert consents.notice(NOTICE.hash) == NOTICE


def test_what_was_shown_is_recorded(house: PeeweeDatabase) -> None:
    with house.transaction() as stores:
        consents = stores.consents
        consents.record_shown(PERSON.id, NOTICE.hash, NOW)
        consents.record_shown(PERSON.id, NOTICE.hash, NOW + 1)
        assert consents.shown_at(PERSON.id, NOTICE.hash) == NOW + 1
        assert consents.shown_at(OTHER_PERSON.id, NOTICE.hash) is None
        assert consents.shown_at(PERSON.id, "0" * 64) is None


def test_a_card_is_found_by_its_token_and_its_holder(house: PeeweeDatabase) -> None:
    face = replace(CARD, id="6000000000000002", kind=CredentialKind.FACE, token="", label="")
    with house.transaction() as stores:
        credentials = stores.credentials
        credentials.add(CARD)
        credentials.add(face)
        assert credentials.get(CARD.id) == CARD
        assert credentials.by_token(ESTATE.id, CredentialKind.CARD, CARD.token) == CARD
        assert credentials.by_token(OTHER_ESTATE.id, CredentialKind.CARD, CARD.token) is None
        assert credentials.of_person(PERSON.id, ESTATE.id) == [CARD, face]
        assert credentials.of_person(PERSON.id, OTHER_ESTATE.id) == []
        assert credentials.of_estate(ESTATE.id, CredentialKind.FACE) == [face]
        credentials.delete(CARD.id)
        assert credentials.get(CARD.id) is None


def test_live_cards_are_active_cards_that_have_not_ended(house: PeeweeDatabase) -> None:
    ended = replace(CARD, id="7" * 16, token="7" * 32, valid_to=NOW)
    frozen = replace(CARD, id="8" * 16, token="8" * 32, status=CredentialStatus.FROZEN)
    face = replace(CARD, id="9" * 16, token="", kind=CredentialKind.FACE)
    with house.transaction() as stores:
        for one in (CARD, ended, frozen, face):
            stores.credentials.add(one)
        live = LiveCard(CARD.token, CARD.id, CARD.person_id, CARD.valid_from, CARD.valid_to)
        assert list(stores.credentials.live_cards(ESTATE.id, NOW)) == [live]
        assert list(stores.credentials.live_cards(OTHER_ESTATE.id, NOW)) == []


def test_a_card_has_one_holder(house: PeeweeDatabase) -> None:
    again = replace(CARD, id="6000000000000002", person_id=OTHER_PERSON.id)
    with house.transaction() as stores:
        credentials = stores.credentials
        credentials.add(CARD)
        with pytest.raises(Conflict) as caught:
            credentials.add(again)
        assert caught.value.code == "card.taken"
        assert credentials.by_token(ESTATE.id, CredentialKind.CARD, CARD.token) == CARD


def test_many_people_have_a_face_without_a_token(house: PeeweeDatabase) -> None:
    face = replace(CARD, kind=CredentialKind.FACE, token="")
    with house.transaction() as stores:
        stores.credentials.add(face)
        stores.credentials.add(replace(face, id="6000000000000002", person_id=OTHER_PERSON.id))
        assert len(stores.credentials.of_estate(ESTATE.id, CredentialKind.FACE)) == 2


def test_a_disabled_card_may_go_to_somebody_else(house: PeeweeDatabase) -> None:
    again = replace(CARD, id="6000000000000002", person_id=OTHER_PERSON.id)
    with house.transaction() as stores:
        credentials = stores.credentials
        credentials.add(CARD)
        assert credentials.set_status(CARD.id, CredentialStatus.DISABLED)
        assert not credentials.set_status(CARD.id, CredentialStatus.DISABLED)
        disabled = credentials.by_token(ESTATE.id, CredentialKind.CARD, CARD.token)
        assert disabled == replace(CARD, status=CredentialStatus.DISABLED)
        credentials.add(again)
        assert credentials.by_token(ESTATE.id, CredentialKind.CARD, CARD.token) == again
        assert not credentials.set_status(CARD.id, CredentialStatus.ACTIVE)
        assert credentials.set_status(again.id, CredentialStatus.FROZEN)
        assert credentials.by_token(ESTATE.id, CredentialKind.CARD, CARD.token) == replace(
            again, status=CredentialStatus.FROZEN
        )


def test_one_of_many_gets_the_card(house: PeeweeDatabase) -> None:
    def take(stores: Stores, number: int) -> bool:
        try:
            stores.credentials.add(replace(CARD, id=f"{number:016x}"))
        except Conflict:
            return False
        return True

    assert race(house, 40, 8, take) == 1


def test_a_building_that_is_lived_in_is_known(house: PeeweeDatabase) -> None:
    with house.transaction() as stores:
        stores.residencies.add(RESIDENCY)
        found = stores.residencies.of_household(HOUSEHOLD.id)
        assert [residency.building_id for residency in found] == [BUILDING.id]

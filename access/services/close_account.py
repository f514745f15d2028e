"""Closing an account: everything stops at once, and what no law asks to keep is erased (law L11, L12)."""

from __future__ import annotations

from dataclasses import replace

from access.domain.consent import Channel, ConsentStatus
from access.domain.erasure import Cause, Erasure, Scope
from access.domain.errors import NotFound
from access.domain.ids import new_id
from access.domain.people import KeyKind, Person
from access.domain.residency import Residency, ResidencyStatus
from access.services import children_left
from access.services.erase import begin
from access.services.house import House
from access.stores import Stores


def close_account(house: House, person_id: str, channel: Channel = Channel.PAGE) -> list[Erasure]:
    """End every residency and consent, begin an erasure at each estate, destroy the identity key.

    Name, phone and openids are sealed under that key, so nobody, the operator included, can read them again.

    Raises:
        NotFound: ``person.unknown``, also when the account was closed before.
    """
    now = house.clock.now()
    with house.db.transaction() as stores:
        person = stores.people.person(person_id)
        if person is None or person.closed_at is not None:
            raise NotFound("person.unknown", "no such person")
        residencies = stores.residencies.of_person(person_id)
        for residency in residencies:
            _end(house, stores, residency, f"person:{person_id}", now)
        _withdraw_all(stores, person_id, channel, now)
        estates = sorted({residency.estate_id for residency in residencies})
        erasures = [
            begin(stores, person_id, estate_id, Scope.PERSON, Cause.ACCOUNT_CLOSED, now) for estate_id in estates
        ]
        _forget_identity(stores, person, now)
        stores.audit.append(
            f"person:{person_id}", "person:account:close", person_id, {"estates": len(estates)}, now
        )
        return erasures


def _end(house: House, stores: Stores, residency: Residency, actor: str, now: int) -> None:
    if residency.status is ResidencyStatus.APPROVED:
        ended = residency.end(actor, "account closed", now)
        stores.residencies.update(ended, ResidencyStatus.APPROVED)
        children_left.follow(house, stores, ended, actor, Cause.MOVED_OUT, now)
    elif residency.status is ResidencyStatus.PENDING:
        refused = residency.refuse(actor, "account closed", now)
        stores.residencies.update(refused, ResidencyStatus.PENDING)


def _withdraw_all(stores: Stores, person_id: str, channel: Channel, now: int) -> None:
    for consent in stores.consents.of_person(person_id):
        latest = stores.consents.latest(person_id, consent.estate_id, consent.purpose)
        if latest is not None and latest.status is ConsentStatus.GIVEN:
            stores.consents.add(replace(latest.withdraw(channel, now), id=new_id()))


def _forget_identity(stores: Stores, person: Person, now: int) -> None:
    stores.people.save_person(
        replace(person, name_sealed=b"", phone_sealed=b"", birth_year_month="", closed_at=now)
    )
    stores.people.unlink_accounts(person.id)
    stores.people.drop_sessions_of(person.id)
    stores.people.destroy_key(person.id, KeyKind.IDENTITY)

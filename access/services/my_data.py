"""Everything held of a person, for that person: to look at, and as a copy that machines can read (law L11).

The copy holds no secret that opens a door and no face reference, only that one is kept and until when.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from access.domain.consent import Consent
from access.domain.credentials import Credential
from access.domain.enrolment import Enrolment
from access.domain.erasure import Erasure
from access.domain.errors import NotFound
from access.domain.people import App, Person
from access.domain.places import Estate
from access.domain.reading import ReadPurpose
from access.domain.reports import Acknowledgement
from access.domain.residency import Residency
from access.domain.rights import RightsRequest
from access.domain.terminals import CardState
from access.domain.times import FOREVER, SECOND
from access.domain.visits import IssuedPass, PassKind
from access.ports import SealedReference
from access.queries.edge_places import KeptAtGate, kept_of
from access.services import my_entries, personal_data
from access.services.house import House
from access.stores import Stores

FORMAT = "kaimen.my-data.v1"


@dataclass(frozen=True, slots=True)
class Home:
    """A residency with the words that a person knows it by."""

    residency: Residency
    estate: Estate
    household: str


@dataclass(frozen=True, slots=True)
class Visit:
    """An invitation with the visitor's name, empty where none was given."""

    issued: IssuedPass
    name: str


@dataclass(frozen=True, slots=True)
class CardAtTerminal:
    """A card that a vendor's terminal holds too, for when the network is down.

    Attributes:
        ended: it was told to delete it, and has not acknowledged that yet.
    """

    credential_id: str
    terminal_name: str
    ended: bool


@dataclass(frozen=True, slots=True)
class MyData:
    """What the house holds of one person.

    Attributes:
        phone_masked: all but the last four digits hidden; empty where no phone is kept.
        accounts: WeChat applications that lead to the person; their openids are never shown.
        consents: every answer ever given, the newest first.
        references: face references in use; never their content.
        at_terminals: vendors' terminals that hold a card of the person.
        at_gates: gates that keep a reference to themselves; the house never had it.
        requests: requests about one's own data, each with what the person wrote.
        acknowledged: reports to owners that the person said to have read.
    """

    person: Person
    name: str
    phone_masked: str
    accounts: tuple[App, ...]
    homes: tuple[Home, ...]
    consents: tuple[Consent, ...]
    credentials: tuple[Credential, ...]
    at_terminals: tuple[CardAtTerminal, ...]
    enrolments: tuple[Enrolment, ...]
    references: tuple[SealedReference, ...]
    at_gates: tuple[KeptAtGate, ...]
    passes: tuple[IssuedPass, ...]
    visits: tuple[Visit, ...]
    erasures: tuple[Erasure, ...]
    requests: tuple[tuple[RightsRequest, str], ...]
    acknowledged: tuple[Acknowledgement, ...]


def everything(house: House, person_id: str) -> MyData:
    """All that is held of the person but their entries and look-ups (see `my_entries`).

    Raises:
        NotFound: ``person.unknown``.
    """
    at = house.clock.now()
    reader = personal_data.Reader(f"person:{person_id}", ReadPurpose.SHOW_TO_SUBJECT, at)
    with house.db.reading() as stores:
        person = stores.people.person(person_id)
        if person is None:
            raise NotFound("person.unknown", "no such person")
        named = personal_data.read(stores, house.keyring, [person_id], reader)[person_id]
        homes = _homes(stores, person_id)
        estates = tuple(dict.fromkeys(home.estate.id for home in homes))
        issued = [one for estate in estates for one in stores.passes.of_person(person_id, estate)]
        return MyData(
            person=person,
            name=named.name,
            phone_masked=named.phone_masked,
            accounts=tuple(sorted(stores.people.accounts_of(person_id))),
            homes=homes,
            consents=tuple(sorted(stores.consents.of_person(person_id), key=lambda c: -c.decided_at)),
            credentials=tuple(c for e in estates for c in stores.credentials.of_person(person_id, e)),
            at_terminals=_at_terminals(stores, person_id),
            enrolments=tuple(a for e in estates for a in stores.faces.enrolments_of(person_id, e)),
            references=tuple(r for e in estates for r in stores.faces.references_of(person_id, e)),
            at_gates=tuple(one for e in estates for one in kept_of(stores, person_id, e)),
            passes=tuple(one for one in issued if one.kind is PassKind.RESIDENT),
            visits=tuple(_visit(house, stores, one, reader) for one in issued if one.kind is PassKind.VISITOR),
            erasures=tuple(stores.erasures.of_person(person_id)),
            requests=tuple((one, _words(house, stores, one, reader)) for one in stores.rights.of_person(person_id)),
            acknowledged=tuple(stores.reports.of_person(person_id)),
        )


def copy(house: House, person_id: str) -> dict[str, object]:
    """The machine-readable copy: plain JSON, instants as RFC 3339 in UTC.

    Raises:
        NotFound: ``person.unknown``.
    """
    held = everything(house, person_id)
    return {
        "format": FORMAT,
        "made_at": _time(house.clock.now()),
        "person": {
            "id": held.person.id,
            "name": held.name,
            "phone_masked": held.phone_masked,
            "birth_year_month": held.person.birth_year_month,
            "language": held.person.language,
            "known_since": _time(held.person.created_at),
            "wechat_accounts": [app.value for app in held.accounts],
        },
        "residencies": [_home_copy(home) for home in held.homes],
        "consents": [_consent_copy(consent) for consent in held.consents],
        "credentials": [_credential_copy(credential, held.at_terminals) for credential in held.credentials],
        "face": _face_copy(held),
        "passes": [_pass_copy(issued) for issued in held.passes],
        "visitors": [{**_pass_copy(visit.issued), "name": visit.name} for visit in held.visits],
        "erasures": [_erasure_copy(erasure) for erasure in held.erasures],
        "requests": [_request_copy(request, words) for request, words in held.requests],
        "reports_acknowledged": [{"report": one.report_id, "at": _time(one.at)} for one in held.acknowledged],
        "entries": _entries_copy(my_entries.entries(house, person_id)),
        "looked_up_by": _looks_copy(my_entries.look_ups(house, person_id)),
    }


def _homes(stores: Stores, person_id: str) -> tuple[Home, ...]:
    found = []
    for residency in stores.residencies.of_person(person_id):
        estate = stores.places.estate(residency.estate_id)
        household = stores.places.household(residency.household_id)
        if estate is not None:
            found.append(Home(residency, estate, household.label if household is not None else ""))
    return tuple(found)


def _at_terminals(stores: Stores, person_id: str) -> tuple[CardAtTerminal, ...]:
    found = []
    for card in stores.terminals.cards_anywhere(person_id):
        gate = stores.gates.gate(card.terminal_id)
        name = gate.name if gate is not None else ""
        found.append(CardAtTerminal(card.credential_id, name, card.state is CardState.DROP))
    return tuple(found)


def _visit(house: House, stores: Stores, issued: IssuedPass, reader: personal_data.Reader) -> Visit:
    sealed = issued.name_sealed
    return Visit(issued, personal_data.read_visitor_name(stores, house.keyring, issued.person_id, sealed, reader))


def _words(house: House, stores: Stores, request: RightsRequest, reader: personal_data.Reader) -> str:
    return personal_data.read_words(stores, house.keyring, request.person_id, request.words_sealed, reader)


def _home_copy(home: Home) -> dict[str, object]:
    residency = home.residency
    return {
        "estate": home.estate.name_zh,
        "household": home.household,
        "role": residency.role.value,
        "status": residency.status.value,
        "valid_from": _time(residency.valid_from),
        "valid_to": _time(residency.valid_to),
        "requested_at": _time(residency.requested_at),
        "reason": residency.reason,
    }


def _consent_copy(consent: Consent) -> dict[str, object]:
    return {
        "purpose": consent.purpose.value,
        "status": consent.status.value,
        "channel": consent.channel.value,
        "answered_by": "guardian" if consent.guardian_id is not None else "self",
        "notice_hash": consent.notice_hash,
        "decided_at": _time(consent.decided_at),
        "expires_at": _time(consent.expires_at),
    }


def _credential_copy(credential: Credential, at_terminals: Sequence[CardAtTerminal]) -> dict[str, object]:
    return {
        "kind": credential.kind.value,
        "status": credential.status.value,
        "label": credential.label,
        "valid_from": _time(credential.valid_from),
        "valid_to": _time(credential.valid_to),
        "held_by_terminals": [
            {"terminal": one.terminal_name, "to_be_deleted": one.ended}
            for one in at_terminals
            if one.credential_id == credential.id
        ],
    }


def _face_copy(held: MyData) -> dict[str, object]:
    return {
        "attempts": [
            {
                "status": attempt.status.value,
                "channel": attempt.channel.value,
                "created_at": _time(attempt.created_at),
                "reason": attempt.quality_reason.value if attempt.quality_reason is not None else None,
            }
            for attempt in held.enrolments
        ],
        "references": [
            {"model": kept.model, "created_at": _time(kept.created_at), "expires_at": _time(kept.expires_at)}
            for kept in held.references
        ],
        "at_gates": [
            {
                "gate": one.gate_name,
                "model": one.face.model,
                "enrolled_at": _time(one.face.enrolled_at),
                "expires_at": _time(one.face.expires_at),
                "being_erased": one.ended,
            }
            for one in held.at_gates
        ],
    }


def _pass_copy(issued: IssuedPass) -> dict[str, object]:
    return {
        "id": issued.id,
        "valid_from": _time(issued.valid_from),
        "valid_to": _time(issued.valid_to),
        "entries_allowed": issued.uses_allowed,
        "entries_taken": issued.uses_taken,
        "revoked_at": _time(issued.revoked_at),
    }


def _erasure_copy(erasure: Erasure) -> dict[str, object]:
    return {
        "id": erasure.id,
        "scope": erasure.scope.value,
        "cause": erasure.cause.value,
        "requested_at": _time(erasure.requested_at),
        "completed_at": _time(erasure.completed_at),
    }


def _request_copy(request: RightsRequest, words: str) -> dict[str, object]:
    return {
        "kind": request.kind.value,
        "words": words,
        "state": request.state.value,
        "asked_at": _time(request.asked_at),
        "due_at": _time(request.due_at),
        "answer": request.answer,
    }


def _entries_copy(entries: Sequence[my_entries.Entry]) -> list[dict[str, object]]:
    return [
        {
            "at": _time(entry.at),
            "access_point": entry.place_zh,
            "method": entry.method.value,
            "granted": entry.granted,
            "reason": entry.reason.value if entry.reason is not None else None,
            "opening": entry.opening.value,
            "visitor": entry.visitor,
            "passed_back": entry.passed_back,
        }
        for entry in entries
    ]


def _looks_copy(looks: Sequence[my_entries.LookUp]) -> list[dict[str, object]]:
    return [
        {"at": _time(look.at), "by": look.reader, "purpose": look.purpose.value, "fields": list(look.fields)}
        for look in looks
    ]


def _time(at: int | None) -> str | None:
    """RFC 3339 in UTC; None for never."""
    if at is None or at >= FOREVER:
        return None
    return datetime.fromtimestamp(at / SECOND, UTC).isoformat(timespec="seconds").replace("+00:00", "Z")

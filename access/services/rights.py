"""Requests of residents about their own data: each has a due date, an answer, and a reason where it is refused.

Looking, copying, deleting and withdrawing the person does alone, on the phone; what stands here needs somebody.
"""

from __future__ import annotations

from dataclasses import dataclass

from access.domain.errors import Conflict, InvalidInput, NotFound, NotPermitted
from access.domain.ids import is_id, new_id
from access.domain.reading import ReadPurpose
from access.domain.rights import DUE_DAYS, MAX_WORDS, RightsKind, RightsRequest, RightsState
from access.domain.staff import Staff, StaffRole
from access.domain.times import DAY
from access.domain.working_days import end_of_term
from access.services.house import House
from access.services.messages import notify
from access.services.personal_data import Reader, read_request
from access.stores import Stores

MAX_OPEN = 5
KEEP = 3 * 366 * DAY


@dataclass(frozen=True, slots=True)
class Asked:
    """A request with who asks and what they wrote, read under the purpose of answering it.

    Attributes:
        name: of the person; empty once erased.
    """

    request: RightsRequest
    name: str
    words: str
    overdue: bool


def ask(
    house: House, person_id: str, estate_id: str, kind: RightsKind, words: str, about: str = ""
) -> RightsRequest:
    """Put a request; staff answer within fifteen working days.

    Args:
        about: id of the entry or decision in question; empty for none.

    Raises:
        InvalidInput: ``rights.words`` (1 to 500 characters), ``rights.about``.
        NotFound: ``estate.unknown``, ``person.unknown``.
        Conflict: ``rights.many`` while five are open.
    """
    text = words.strip()
    if not 1 <= len(text) <= MAX_WORDS:
        raise InvalidInput("rights.words", "say in 1 to 500 characters what you ask for", field="words")
    if about and not is_id(about):
        raise InvalidInput("rights.about", "not the id of an entry", field="about")
    now = house.clock.now()
    with house.db.transaction() as stores:
        estate, person = stores.places.estate(estate_id), stores.people.person(person_id)
        if estate is None:
            raise NotFound("estate.unknown", "no such estate")
        if person is None or person.closed_at is not None:
            raise NotFound("person.unknown", "no such person")
        if sum(one.state is RightsState.OPEN for one in stores.rights.of_person(person_id)) >= MAX_OPEN:
            raise Conflict("rights.many", "five requests are open already")
        sealed = house.keyring.seal_identity(stores, person_id, text)
        due_at = end_of_term(now, DUE_DAYS, estate.timezone)
        request = RightsRequest(new_id(), person_id, estate_id, kind, RightsState.OPEN, sealed, about, now, due_at)
        stores.rights.add(request)
        details: dict[str, str | int | bool | None] = {"estate": estate_id, "kind": kind, "due_at": due_at}
        stores.audit.append(f"person:{person_id}", "person:rights:ask", request.id, details, now)
    return request


def mine(house: House, person_id: str) -> tuple[RightsRequest, ...]:
    """One's own requests, newest first."""
    with house.db.reading() as stores:
        return tuple(stores.rights.of_person(person_id))


def waiting(house: House, staff: Staff) -> tuple[RightsRequest, ...]:
    """Open requests of the estate, the one due first comes first; nothing of the person is read.

    Raises:
        NotPermitted: ``staff.role`` without the audit role.
    """
    _must_be_audit(staff)
    with house.db.reading() as stores:
        return tuple(stores.rights.open(staff.estate_id))


def read(house: House, staff: Staff, request_id: str) -> Asked:
    """One request with its words and who asks; the person sees that it was read.

    Raises:
        NotPermitted: ``staff.role``. NotFound: ``rights.unknown``.
    """
    _must_be_audit(staff)
    now = house.clock.now()
    with house.db.transaction() as stores:
        request = _of_estate(stores, staff, request_id)
        reader = Reader(f"staff:{staff.id}", ReadPurpose.RIGHTS_REQUEST, now)
        name, words = read_request(stores, house.keyring, request.person_id, request.words_sealed, reader)
        return Asked(request, name, words, request.is_overdue(now))


def answer(house: House, staff: Staff, request_id: str, done: bool, words: str) -> RightsRequest:
    """Answer a request: done, or refused with a reason; the person is told.

    Raises:
        NotPermitted: ``staff.role``. NotFound: ``rights.unknown``.
        InvalidInput: ``rights.answer``. Conflict: ``rights.state`` when answered already.
    """
    _must_be_audit(staff)
    now = house.clock.now()
    with house.db.transaction() as stores:
        decided = _of_estate(stores, staff, request_id).decide(staff.id, done, words, now)
        if not stores.rights.update(decided, RightsState.OPEN):
            raise Conflict("rights.state", "a colleague was a moment faster")
        details: dict[str, str | int | bool | None] = {"estate": staff.estate_id, "done": done}
        stores.audit.append(f"staff:{staff.id}", "staff:rights:answer", request_id, details, now)
        person = stores.people.person(decided.person_id)
        if person is not None and person.closed_at is None:
            if done:
                notify(house, stores, decided.person_id, "rights_answered", now, answer=decided.answer)
            else:
                notify(house, stores, decided.person_id, "rights_refused", now, answer=decided.answer)
    return decided


def alarm_overdue(house: House) -> int:
    """Say in the audit chain, once a day, how many answers are late; drop old ones. A periodic duty.

    Returns:
        How many requests are overdue.
    """
    now = house.clock.now()
    with house.db.transaction() as stores:
        stores.rights.delete_before(now - KEEP)
        late = [one for one in stores.rights.open() if one.is_overdue(now)]
        for estate_id in sorted({one.estate_id for one in late}):
            count = sum(one.estate_id == estate_id for one in late)
            details: dict[str, str | int | bool | None] = {"estate": estate_id, "late": count}
            stores.audit.append("job", "alarm:rights:overdue", estate_id, details, now)
    return len(late)


def _must_be_audit(staff: Staff) -> None:
    if StaffRole.AUDIT not in staff.roles:
        raise NotPermitted("staff.role", "the audit and data-protection role answers these")


def _of_estate(stores: Stores, staff: Staff, request_id: str) -> RightsRequest:
    request = stores.rights.get(request_id)
    if request is None or request.estate_id != staff.estate_id:
        raise NotFound("rights.unknown", "no such request in this estate")
    return request

"""The contract of `Audit` and `StaffAccounts`."""

from __future__ import annotations

from dataclasses import replace

import pytest

from access.domain.audit import GENESIS, chain, faults
from access.domain.errors import Conflict
from access.domain.reading import Look, ReadPurpose
from access.domain.staff import StaffSession
from access.stores import Stores
from adapters.db.database import PeeweeDatabase
from tests.adapters.db.things import ESTATE, NOW, OTHER_ESTATE, OTHER_PERSON, PERSON, STAFF, issue_open, race

LOOK = Look("1100000000000001", NOW, PERSON.id, "staff:x", ReadPurpose.HANDLE_INCIDENT, ("name", "phone"))
SESSION = StaffSession("a" * 64, STAFF.id, NOW, NOW, NOW + 10)


def append_and_fail(database: PeeweeDatabase) -> None:
    with database.transaction() as stores:
        stores.audit.append("job", "job:test:append", "lost", {}, NOW)
        assert stores.audit.last_seq() == 2
        raise ZeroDivisionError


def test_each_row_follows_the_one_before(house: PeeweeDatabase) -> None:
    details: dict[str, str | int | bool | None] = {"b": 1, "a": "字", "c": None, "d": True}
    with house.transaction() as stores:
        audit = stores.audit
        assert audit.last_seq() == 0
        audit.append("staff:x", "staff:residency:approve", "r", details, NOW)
        audit.append("job", "job:erasure:done", "e", {}, NOW + 1)
        first, second = audit.page(0, 9)
        assert first == chain(1, NOW, "staff:x", "staff:residency:approve", "r", details, GENESIS)
        assert (first.seq, first.previous) == (1, GENESIS)
        assert (second.seq, second.previous) == (2, first.hash)
        assert audit.last_seq() == 2
        assert audit.page(0, 9) == [first, second]
        assert audit.page(1, 9) == [second]
        assert audit.page(0, 1) == [first]
        assert list(faults(audit.page(0, 9))) == []


def test_the_chain_holds_when_many_append_at_once(house: PeeweeDatabase) -> None:
    """Some also issue commands, before or after: neither order may make two transactions wait for each other."""

    def append(stores: Stores, number: int) -> bool:
        if number % 3 == 0:
            issue_open(stores)
        stores.audit.append("job", "job:test:append", str(number), {"n": number}, NOW)
        if number % 3 == 1:
            issue_open(stores)
        return True

    assert race(house, 200, 8, append) == 200
    with house.reading() as stores:
        entries = stores.audit.page(0, 500)
    assert [entry.seq for entry in entries] == list(range(1, 201))
    assert list(faults(entries)) == []


def test_a_row_that_was_rolled_back_leaves_no_gap(house: PeeweeDatabase) -> None:
    with house.transaction() as stores:
        stores.audit.append("job", "job:test:append", "first", {}, NOW)
    with pytest.raises(ZeroDivisionError):
        append_and_fail(house)
    with house.transaction() as stores:
        stores.audit.append("job", "job:test:append", "second", {}, NOW)
    with house.reading() as stores:
        entries = stores.audit.page(0, 9)
        assert stores.audit.last_seq() == 2
    assert [entry.subject for entry in entries] == ["first", "second"]
    assert list(faults(entries)) == []


def test_a_row_cannot_be_added_while_reading(house: PeeweeDatabase) -> None:
    with house.reading() as stores, pytest.raises(RuntimeError):
        stores.audit.append("job", "job:test:append", "x", {}, NOW)


def test_looks_of_a_person_newest_first(house: PeeweeDatabase) -> None:
    later = replace(LOOK, id="1100000000000002", at=NOW + 1, fields=())
    with house.transaction() as stores:
        stores.audit.add_look(LOOK)
        stores.audit.add_look(later)
        assert stores.audit.looks_of(PERSON.id, 9) == [later, LOOK]
        assert stores.audit.looks_of(PERSON.id, 1) == [later]
        assert stores.audit.looks_of(OTHER_PERSON.id, 9) == []


def test_a_staff_account_is_found_by_id_name_and_estate(house: PeeweeDatabase) -> None:
    changed = replace(STAFF, failures=3, locked_until=NOW, disabled=True, roles=frozenset())
    with house.transaction() as stores:
        staff = stores.staff
        staff.save(STAFF)
        assert staff.get(STAFF.id) == STAFF
        assert staff.get("0" * 16) is None
        assert staff.by_name("wang") == STAFF
        assert staff.by_name("li") is None
        assert staff.of_estate(ESTATE.id) == [STAFF]
        assert staff.of_estate(OTHER_ESTATE.id) == []
        staff.save(changed)
        assert staff.get(STAFF.id) == changed


def test_two_accounts_cannot_share_a_name(house: PeeweeDatabase) -> None:
    with house.transaction() as stores:
        stores.staff.save(STAFF)
    with pytest.raises(Conflict), house.transaction() as stores:
        stores.staff.save(replace(STAFF, id="5a00000000000002"))


def test_a_time_step_is_taken_once_and_never_goes_back(house: PeeweeDatabase) -> None:
    with house.transaction() as stores:
        staff = stores.staff
        staff.save(STAFF)
        assert staff.take_totp_step(STAFF.id, 50, NOW)
        assert not staff.take_totp_step(STAFF.id, 50, NOW)
        assert not staff.take_totp_step(STAFF.id, 49, NOW)
        assert staff.take_totp_step(STAFF.id, 51, NOW)
        staff.save(replace(STAFF, failures=1))
        assert staff.get(STAFF.id) == replace(STAFF, failures=1, totp_step=51)
        assert not staff.take_totp_step("0" * 16, 99, NOW)


def test_one_of_many_takes_the_time_step(house: PeeweeDatabase) -> None:
    with house.transaction() as stores:
        stores.staff.save(STAFF)
    assert race(house, 60, 6, lambda stores, _: stores.staff.take_totp_step(STAFF.id, 7, NOW)) == 1


@pytest.mark.rule("L16")
def test_failures_that_come_at_once_are_all_counted_and_one_locks(house: PeeweeDatabase) -> None:
    until = NOW + 900_000
    with house.transaction() as stores:
        stores.staff.save(STAFF)
    assert race(house, 4, 4, lambda stores, _: stores.staff.record_failure(STAFF.id, 5, until, NOW)) == 0
    with house.reading() as stores:
        assert stores.staff.get(STAFF.id) == replace(STAFF, failures=4)
    assert race(house, 24, 6, lambda stores, _: stores.staff.record_failure(STAFF.id, 5, until, NOW)) == 1
    with house.transaction() as stores:
        assert stores.staff.get(STAFF.id) == replace(STAFF, failures=0, locked_until=until)
        assert not stores.staff.take_totp_step(STAFF.id, 50, until - 1)
        assert stores.staff.take_totp_step(STAFF.id, 50, until)
        assert stores.staff.get(STAFF.id) == replace(STAFF, totp_step=50)
        assert not stores.staff.record_failure("0" * 16, 5, until, NOW)


def test_staff_sessions(house: PeeweeDatabase) -> None:
    other = replace(SESSION, token_hash="b" * 64)
    with house.transaction() as stores:
        staff = stores.staff
        staff.save(STAFF)
        staff.save_session(SESSION)
        staff.save_session(other)
        staff.save_session(replace(SESSION, seen_at=NOW + 5))
        assert staff.session(SESSION.token_hash) == replace(SESSION, seen_at=NOW + 5)
        staff.drop_session(SESSION.token_hash)
        assert staff.session(SESSION.token_hash) is None
        assert staff.session(other.token_hash) == other
        staff.drop_sessions_of(STAFF.id)
        assert staff.session(other.token_hash) is None

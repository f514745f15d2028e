"""Requests by an authority: one case, two approvers, somebody else exports, minimal fields, told afterwards."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace

import pytest

from access.domain.disclosure import CASE_LIFE, EXPORT_LIFE, Case, CaseState, Field
from access.domain.errors import Conflict, InvalidInput, NotFound, NotPermitted
from access.domain.events import AccessEvent, Opening
from access.domain.ids import new_id
from access.domain.places import Method
from access.domain.staff import Staff, StaffRole
from access.domain.times import DAY, HOUR, MINUTE
from access.services import disclose, erase, manage_staff, my_entries, outbox, verify_receipt
from access.services.manage_staff import create_staff
from tests.estate import Place, TestHouse, resident, seed_estate
from tests.fakes import START

SCAN = b"%PDF-1.7 a paper with a stamp"


def came(wired: TestHouse, place: Place, person_id: str, at: int) -> None:
    with wired.house.db.transaction() as stores:
        stores.events.add(
            AccessEvent(
                new_id(), at, place.estate.id, place.gate.id, "gate", Method.QR, True, None, person_id, None, None,
                Opening.OPENED,
            )
        )  # fmt: skip


def paper(**changed: object) -> disclose.Paper:
    plain = disclose.Paper(
        agency="和平派出所",
        document="调证字〔2026〕12号",
        scan=SCAN,
        article="刑事诉讼法第五十四条",
        person_id=None,
        access_point_id=None,
        since=START - 2 * HOUR,
        until=START,
        fields=frozenset({Field.ENTRIES}),
    )
    return replace(plain, **changed)  # type: ignore[arg-type]


def about_gate(wired: TestHouse, place: Place, **changed: object) -> Case:
    asked = paper(access_point_id=place.gate.id, **changed)
    return disclose.open_case(wired.house, place.security.staff, asked)


def approved(wired: TestHouse, place: Place, case: Case) -> None:
    for new in (place.operations, place.audit):
        disclose.approve(wired.house, new.staff, case.id, True)


def another(wired: TestHouse, place: Place, name: str, role: StaffRole, shown: str = "") -> Staff:
    return create_staff(wired.house, place.estate.id, name, shown or name, [role], "cli").staff


@pytest.mark.rule("P1")
def test_a_name_is_checked_by_an_approver_and_told_no_sooner_than_the_case(wired: TestHouse, place: Place) -> None:
    alice = resident(wired.house, place, "alice")
    asked = paper(person_id=alice, tell_at=START + 30 * DAY)
    case = disclose.open_case(wired.house, place.security.staff, asked)
    with pytest.raises(NotPermitted) as own:
        disclose.identify(wired.house, place.security.staff, case.id)
    assert own.value.code == "disclosure.same_person"
    assert disclose.identify(wired.house, place.audit.staff, case.id) == "alice"
    assert my_entries.look_ups(wired.house, alice) == []
    wired.clock.advance(30 * DAY)
    (look,) = my_entries.look_ups(wired.house, alice)
    assert look.reader == "disclosure"
    with pytest.raises(Conflict):
        disclose.identify(wired.house, place.audit.staff, case.id)


@pytest.mark.rule("P1")
def test_a_case_from_paper_to_export(wired: TestHouse, place: Place) -> None:
    alice, bob = resident(wired.house, place, "alice"), resident(wired.house, place, "bob", "1-102")
    came(wired, place, alice, START - HOUR)
    came(wired, place, bob, START - 3 * HOUR)
    case = about_gate(wired, place)
    approved(wired, place, case)
    text = disclose.export(wired.house, place.security.staff, case.id)
    key = erase.receipt_public_key(wired.house, place.estate.id)
    body = verify_receipt.verify(text, key, wired.clock.now()).body
    assert body["entries"] == [
        {"at": START - HOUR, "access_point": "南门", "method": "qr", "granted": True, "person": alice}
    ]
    assert "names" not in body
    assert "households" not in body
    with wired.house.db.reading() as stores:
        tags = [entry.tag for entry in stores.audit.page(0, 10_000) if entry.tag.startswith("staff:disclosure")]
    assert tags == [f"staff:disclosure:{one}" for one in ("open", "approve", "approve", "export")]
    with pytest.raises(Conflict):
        disclose.export(wired.house, place.security.staff, case.id)


@pytest.mark.rule("P1")
def test_only_the_named_fields_and_never_a_face(wired: TestHouse, place: Place) -> None:
    alice = resident(wired.house, place, "alice")
    asked = paper(person_id=alice, since=START - 30 * DAY, fields=frozenset({Field.NAME, Field.HOUSEHOLD}))
    with wired.house.db.transaction() as stores:
        (home,) = stores.residencies.of_person(alice)
        stores.residencies.update(replace(home, valid_from=START - 40 * DAY), home.status)
    case = disclose.open_case(wired.house, place.audit.staff, asked)
    third = another(wired, place, "third", StaffRole.AUDIT)
    disclose.approve(wired.house, place.operations.staff, case.id, True)
    disclose.approve(wired.house, third, case.id, True)
    text = disclose.export(wired.house, place.audit.staff, case.id)
    body = json.loads(text)["body"]
    assert body["names"] == {alice: "alice"}
    assert body["households"] == {alice: ["1-101"]}
    assert "entries" not in body
    assert not any(word in text for word in ("phone", "face", "openid"))


@pytest.mark.rule("P1")
@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"agency": "*"}, "disclosure.wildcard"),
        ({"document": "全部"}, "disclosure.wildcard"),
        ({"article": "any law"}, "disclosure.wildcard"),
        ({"agency": " "}, "disclosure.words"),
        ({"document": "x" * 121}, "disclosure.words"),
        ({"person_id": "%"}, "disclosure.wildcard"),
        ({"access_point_id": "all"}, "disclosure.wildcard"),
        ({}, "disclosure.target"),
        ({"person_id": "0" * 16, "access_point_id": "0" * 16}, "disclosure.target"),
        ({"access_point_id": "0" * 16, "since": START - 25 * HOUR}, "disclosure.window"),
        ({"access_point_id": "0" * 16, "since": START}, "disclosure.window"),
        ({"person_id": "0" * 16, "since": START - 32 * DAY}, "disclosure.window"),
        ({"access_point_id": "0" * 16, "until": START + MINUTE}, "disclosure.future"),
        ({"access_point_id": "0" * 16, "fields": frozenset()}, "disclosure.fields"),
        ({"access_point_id": "0" * 16, "scan": b""}, "disclosure.scan"),
        ({"access_point_id": "0" * 16, "scan": b"x" * 10_000_001}, "disclosure.scan"),
        ({"access_point_id": "0" * 16, "tell_at": START + 400 * DAY}, "disclosure.silence"),
    ],
)
def test_what_is_not_one_case_is_refused(
    wired: TestHouse, place: Place, changed: dict[str, object], code: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        disclose.open_case(wired.house, place.security.staff, paper(**changed))
    assert refused.value.code == code


def test_another_estates_people_and_doors_do_not_exist(wired: TestHouse, place: Place) -> None:
    elsewhere = seed_estate(wired.house, 2)
    stranger = resident(wired.house, elsewhere, "stranger")
    for changed in ({"person_id": stranger}, {"access_point_id": elsewhere.gate.id}):
        with pytest.raises(NotFound):
            disclose.open_case(wired.house, place.security.staff, paper(**changed))
    case = about_gate(wired, place)
    with pytest.raises(NotFound):
        disclose.approve(wired.house, elsewhere.audit.staff, case.id, True)


@pytest.mark.rule("P1")
def test_two_different_people_approve_and_neither_exports(wired: TestHouse, place: Place) -> None:
    case = about_gate(wired, place)
    with pytest.raises(Conflict) as early:
        disclose.export(wired.house, place.security.staff, case.id)
    assert early.value.code == "disclosure.state"
    disclose.approve(wired.house, place.audit.staff, case.id, True)
    for again in (place.audit.staff, place.security.staff):  # approved already, opened it
        with pytest.raises(NotPermitted) as same:
            disclose.approve(wired.house, again, case.id, True)
        assert same.value.code == "disclosure.same_person"
    assert disclose.approve(wired.house, place.operations.staff, case.id, True).state is CaseState.APPROVED
    with pytest.raises(NotPermitted) as own:
        disclose.export(wired.house, place.audit.staff, case.id)
    assert own.value.code == "disclosure.same_person"


@pytest.mark.rule("P1")
def test_one_person_with_two_accounts_is_one_person(wired: TestHouse, place: Place) -> None:
    case = about_gate(wired, place)
    disclose.approve(wired.house, place.audit.staff, case.id, True)
    namesake = another(wired, place, "second", StaffRole.OPERATIONS, f" {place.audit.staff.display_name.upper()} ")
    same_phone = another(wired, place, "third", StaffRole.OPERATIONS)
    sealed = wired.house.keyring.seal_staff(place.audit.totp_secret.encode(), same_phone.id)
    with wired.house.db.transaction() as stores:
        stores.staff.save(replace(same_phone, totp_secret=sealed))
    for account in (namesake, replace(same_phone, totp_secret=sealed)):
        with pytest.raises(NotPermitted) as same:
            disclose.approve(wired.house, account, case.id, True)
        assert same.value.code == "disclosure.same_person"


@pytest.mark.rule("P1")
def test_an_account_made_or_changed_for_the_case_has_no_part_in_it(wired: TestHouse, place: Place) -> None:
    """Whoever makes a second account, or takes a colleague's over by a reset, comes too late for this case."""
    early = [another(wired, place, f"early{n}", StaffRole.SECURITY) for n in range(4)]
    wired.clock.advance(1)
    case = about_gate(wired, place)
    wired.clock.advance(1)
    operator = another(wired, place, "operator", StaffRole.PLATFORM)
    made = another(wired, place, "late", StaffRole.OPERATIONS)
    manage_staff.set_roles(wired.house, operator, early[0].id, [StaffRole.SECURITY])
    manage_staff.reset(wired.house, operator, early[1].id)
    manage_staff.set_disabled(wired.house, operator, early[2].id, True)
    manage_staff.set_disabled(wired.house, operator, early[2].id, False)
    for account in (made, *early[:3]):
        with pytest.raises(NotPermitted) as fresh:
            disclose.approve(wired.house, account, case.id, True)
        assert fresh.value.code == "disclosure.fresh_account"
    disclose.approve(wired.house, place.audit.staff, case.id, True)
    assert disclose.approve(wired.house, early[3], case.id, True).state is CaseState.APPROVED
    late_audit = another(wired, place, "late-audit", StaffRole.AUDIT)
    with pytest.raises(NotPermitted) as fresh:
        disclose.export(wired.house, late_audit, case.id)
    assert fresh.value.code == "disclosure.fresh_account"
    disclose.export(wired.house, place.security.staff, case.id)


def test_one_of_the_two_is_of_the_audit_role(wired: TestHouse, place: Place) -> None:
    case = about_gate(wired, place)
    disclose.approve(wired.house, place.operations.staff, case.id, True)
    with pytest.raises(NotPermitted) as roles:
        disclose.approve(wired.house, another(wired, place, "second", StaffRole.OPERATIONS), case.id, True)
    assert roles.value.code == "staff.role"
    assert disclose.approve(wired.house, place.audit.staff, case.id, True).state is CaseState.APPROVED


def test_a_no_ends_the_case_and_a_case_lapses(wired: TestHouse, place: Place) -> None:
    case = about_gate(wired, place)
    assert disclose.approve(wired.house, place.audit.staff, case.id, False).state is CaseState.REFUSED
    with pytest.raises(Conflict):
        disclose.approve(wired.house, place.operations.staff, case.id, True)
    late = about_gate(wired, place)
    wired.clock.advance(CASE_LIFE)
    with pytest.raises(Conflict) as lapsed:
        disclose.approve(wired.house, place.audit.staff, late.id, True)
    assert lapsed.value.code == "disclosure.lapsed"


@pytest.mark.rule("P1")
def test_the_platform_operator_has_no_part_in_it(wired: TestHouse, place: Place) -> None:
    operator = another(wired, place, "operator", StaffRole.PLATFORM)
    case = about_gate(wired, place)
    acts: tuple[Callable[[], object], ...] = (
        lambda: disclose.open_case(wired.house, operator, paper(access_point_id=place.gate.id)),
        lambda: disclose.approve(wired.house, operator, case.id, True),
        lambda: disclose.export(wired.house, operator, case.id),
        lambda: disclose.cases(wired.house, operator),
        lambda: disclose.scan(wired.house, operator, case.id),
    )
    for act in acts:
        with pytest.raises(NotPermitted):
            act()
    assert disclose.scan(wired.house, place.audit.staff, case.id) == SCAN


@pytest.mark.rule("P1")
def test_an_export_expires_and_is_refused_when_changed(wired: TestHouse, place: Place) -> None:
    case = about_gate(wired, place)
    approved(wired, place, case)
    text = disclose.export(wired.house, place.security.staff, case.id)
    key = erase.receipt_public_key(wired.house, place.estate.id)
    verify_receipt.verify(text, key, START + EXPORT_LIFE - 1)
    with pytest.raises(InvalidInput) as late:
        verify_receipt.verify(text, key, START + EXPORT_LIFE)
    assert late.value.code == "certificate.expired"
    with pytest.raises(InvalidInput) as changed:
        verify_receipt.verify(text.replace("和平", "和乐"), key, START)
    assert changed.value.code == "certificate.signature"


@pytest.mark.rule("P1", "L19")
def test_the_resident_is_told_afterwards_when_the_law_allows(wired: TestHouse, place: Place) -> None:
    alice = resident(wired.house, place, "alice")
    wired.wechat.wrote("openid-of-alice")
    came(wired, place, alice, START - HOUR)
    fields = frozenset({Field.ENTRIES, Field.NAME})
    case = about_gate(wired, place, fields=fields, tell_at=START + HOUR)
    approved(wired, place, case)
    disclose.export(wired.house, place.security.staff, case.id)
    assert disclose.tell_residents(wired.house) == 0
    assert not my_entries.look_ups(wired.house, alice)
    wired.clock.advance(HOUR)
    assert disclose.tell_residents(wired.house) == 1
    assert disclose.tell_residents(wired.house) == 0
    while outbox.run_once(wired.house):
        pass
    (told,) = [sent.text for sent in wired.wechat.sent if sent.openid == "openid-of-alice"]
    assert told == "disclosed agency=和平派出所 document=调证字〔2026〕12号"
    seen = [look for look in my_entries.look_ups(wired.house, alice) if look.reader != "job"]
    assert {(look.reader, look.fields) for look in seen} == {
        ("disclosure", ("entries",)),
        ("disclosure", ("name",)),
    }

"""Signing in: one answer for whatever is wrong, codes that work once, locks that hold, sessions that end."""

from __future__ import annotations

import pyotp
import pytest

from access.domain.errors import InvalidInput, KaimenError, NotPermitted
from access.domain.staff import StaffRole
from access.domain.times import HOUR, MINUTE, SECOND
from access.services import manage_staff, staff_sign_in
from access.services.manage_staff import NewStaff
from tests.estate import Place, TestHouse, seed_estate

STEP = 30 * SECOND


def code(wired: TestHouse, account: NewStaff, steps: int = 0) -> str:
    return pyotp.TOTP(account.totp_secret).at(wired.clock.at // SECOND + 30 * steps)


def enter(wired: TestHouse, account: NewStaff, steps: int = 0) -> staff_sign_in.SignedIn:
    return staff_sign_in.sign_in(wired.house, account.staff.name, account.password, code(wired, account, steps))


def refused(wired: TestHouse, name: str, password: str, given: str) -> KaimenError:
    with pytest.raises(NotPermitted) as caught:
        staff_sign_in.sign_in(wired.house, name, password, given)
    return caught.value


def tags(wired: TestHouse) -> list[str]:
    with wired.house.db.reading() as stores:
        return [entry.tag for entry in stores.audit.page(0, 1000) if entry.tag.startswith("staff:session:")]


@pytest.mark.rule("L16")
def test_name_password_and_code_open_a_session(wired: TestHouse, place: Place) -> None:
    opened = enter(wired, place.operations)
    present = staff_sign_in.present(wired.house, opened.token)
    assert present.staff.id == place.operations.staff.id
    assert present.estate == place.estate
    assert tags(wired) == ["staff:session:open"]


@pytest.mark.rule("L16")
def test_every_wrong_part_gets_the_same_answer(wired: TestHouse, place: Place) -> None:
    account = place.operations
    name, password, good = account.staff.name, account.password, code(wired, account)
    answers = [
        refused(wired, "nobody", password, good),
        refused(wired, name, "wrong password", good),
        refused(wired, name, password, "000000" if good != "000000" else "111111"),
        refused(wired, "'; DROP TABLE staff; --", "{{ 7 * 7 }}", "<b>1</b>"),
        refused(wired, name, password, ""),
        refused(wired, name, "", good),
    ]
    assert {(answer.code, answer.message) for answer in answers} == {(answers[0].code, answers[0].message)}
    assert set(tags(wired)) == {"staff:session:refuse"}


def test_what_was_typed_is_never_kept(wired: TestHouse, place: Place) -> None:
    refused(wired, "my secret password", "x", "000000")
    with wired.house.db.reading() as stores:
        last = stores.audit.page(stores.audit.last_seq() - 1, 1)[0]
    assert (last.actor, last.subject, last.details) == ("staff:unknown", "unknown", {})


@pytest.mark.parametrize("steps", [-1, 0, 1])
def test_a_code_is_good_one_step_early_or_late(wired: TestHouse, place: Place, steps: int) -> None:
    assert enter(wired, place.operations, steps).staff.id == place.operations.staff.id


@pytest.mark.parametrize("steps", [-2, 2])
def test_a_code_further_off_is_refused(wired: TestHouse, place: Place, steps: int) -> None:
    with pytest.raises(NotPermitted):
        enter(wired, place.operations, steps)


@pytest.mark.rule("L16")
def test_a_code_works_once(wired: TestHouse, place: Place) -> None:
    enter(wired, place.operations)
    with pytest.raises(NotPermitted):
        enter(wired, place.operations)
    wired.clock.advance(STEP)
    with pytest.raises(NotPermitted):
        enter(wired, place.operations, -1)
    assert enter(wired, place.operations).staff.id == place.operations.staff.id


@pytest.mark.rule("L16")
def test_five_failures_lock_the_account_for_fifteen_minutes(wired: TestHouse, place: Place) -> None:
    name = place.operations.staff.name
    for _ in range(5):
        refused(wired, name, "wrong", "000000")
    locked = refused(wired, name, place.operations.password, code(wired, place.operations))
    assert locked.code == "staff.sign_in"
    assert tags(wired)[-2:] == ["staff:session:lock", "staff:session:refuse"]
    wired.clock.advance(15 * MINUTE - SECOND)
    refused(wired, name, place.operations.password, code(wired, place.operations))
    wired.clock.advance(SECOND)
    assert enter(wired, place.operations).staff.failures == 0


def test_a_success_forgets_the_failures_before_it(wired: TestHouse, place: Place) -> None:
    name = place.operations.staff.name
    for _ in range(2):
        for _ in range(4):
            refused(wired, name, "wrong", "000000")
        wired.clock.advance(STEP)
        enter(wired, place.operations)


def test_guessing_is_limited_by_name_whether_it_exists_or_not(wired: TestHouse, place: Place) -> None:
    wired.limiter.full = True
    with pytest.raises(NotPermitted):
        enter(wired, place.operations)
    refused(wired, "nobody", "x", "000000")
    assert len({key for key in wired.limiter.counted if key.startswith("staff-sign-in/")}) == 2
    assert not any(place.operations.staff.name in key for key in wired.limiter.counted)


@pytest.mark.rule("L16")
def test_a_session_ends_when_idle(wired: TestHouse, place: Place) -> None:
    token = enter(wired, place.operations).token
    for _ in range(3):
        wired.clock.advance(14 * MINUTE)
        staff_sign_in.present(wired.house, token)
    wired.clock.advance(15 * MINUTE)
    with pytest.raises(NotPermitted) as caught:
        staff_sign_in.present(wired.house, token)
    assert caught.value.code == "staff.session"


def test_a_session_ends_after_ten_hours_however_busy(wired: TestHouse, place: Place) -> None:
    token = enter(wired, place.operations).token
    begun = wired.clock.at
    while wired.clock.at + 10 * MINUTE < begun + 10 * HOUR:
        wired.clock.advance(10 * MINUTE)
        staff_sign_in.present(wired.house, token)
    wired.clock.at = begun + 10 * HOUR
    with pytest.raises(NotPermitted):
        staff_sign_in.present(wired.house, token)


def test_signing_out_ends_the_session_and_is_recorded(wired: TestHouse, place: Place) -> None:
    token = enter(wired, place.operations).token
    staff_sign_in.sign_out(wired.house, token)
    staff_sign_in.sign_out(wired.house, token)
    with pytest.raises(NotPermitted):
        staff_sign_in.present(wired.house, token)
    assert tags(wired).count("staff:session:close") == 1


def test_the_token_itself_is_not_kept(wired: TestHouse, place: Place) -> None:
    token = enter(wired, place.operations).token
    with wired.house.db.reading() as stores:
        assert stores.staff.session(token) is None
    with pytest.raises(NotPermitted):
        staff_sign_in.present(wired.house, token + "x")


def test_a_disabled_account_is_out_at_once_and_cannot_come_back(wired: TestHouse, place: Place) -> None:
    token = enter(wired, place.operations).token
    manage_staff.set_disabled(wired.house, place.security.staff, place.operations.staff.id, True)
    with pytest.raises(NotPermitted):
        staff_sign_in.present(wired.house, token)
    wired.clock.advance(STEP)
    with pytest.raises(NotPermitted):
        enter(wired, place.operations)


def test_a_reset_ends_sessions_and_makes_new_secrets(wired: TestHouse, place: Place) -> None:
    token = enter(wired, place.operations).token
    fresh = manage_staff.reset(wired.house, place.security.staff, place.operations.staff.id)
    with pytest.raises(NotPermitted):
        staff_sign_in.present(wired.house, token)
    wired.clock.advance(STEP)
    with pytest.raises(NotPermitted):
        enter(wired, place.operations)
    assert enter(wired, fresh).staff.id == place.operations.staff.id


def test_a_new_password_replaces_the_old_and_ends_sessions(wired: TestHouse, place: Place) -> None:
    account = place.operations
    token = enter(wired, account).token
    manage_staff.change_password(wired.house, account.staff, account.password, "correct horse battery")
    with pytest.raises(NotPermitted):
        staff_sign_in.present(wired.house, token)
    wired.clock.advance(STEP)
    refused(wired, account.staff.name, account.password, code(wired, account))
    opened = staff_sign_in.sign_in(wired.house, account.staff.name, "correct horse battery", code(wired, account))
    assert opened.staff.id == account.staff.id


@pytest.mark.parametrize("new", ["short", "x" * 129])
def test_a_password_of_the_wrong_length_is_refused(wired: TestHouse, place: Place, new: str) -> None:
    with pytest.raises(InvalidInput):
        manage_staff.change_password(wired.house, place.operations.staff, place.operations.password, new)


def test_a_wrong_present_password_counts_towards_the_lock(wired: TestHouse, place: Place) -> None:
    for _ in range(5):
        with pytest.raises(NotPermitted):
            manage_staff.change_password(wired.house, place.operations.staff, "wrong", "correct horse battery")
    with pytest.raises(NotPermitted):
        enter(wired, place.operations)


@pytest.mark.rule("L16")
@pytest.mark.parametrize(
    "roles",
    [
        [],
        [StaffRole.AUDIT, StaffRole.OPERATIONS],
        [StaffRole.AUDIT, StaffRole.PLATFORM],
        [StaffRole.PLATFORM, StaffRole.SECURITY],
    ],
)
def test_audit_and_platform_stand_alone(wired: TestHouse, place: Place, roles: list[StaffRole]) -> None:
    with pytest.raises(InvalidInput) as caught:
        manage_staff.create_staff(wired.house, place.estate.id, "somebody", "Somebody", roles, "cli")
    assert caught.value.code == "staff.roles"


def test_nobody_changes_their_own_rights_or_another_estates(wired: TestHouse, place: Place) -> None:
    other = seed_estate(wired.house, 2)
    with pytest.raises(NotPermitted):
        manage_staff.set_roles(wired.house, place.operations.staff, place.operations.staff.id, [StaffRole.SECURITY])
    with pytest.raises(KaimenError) as caught:
        manage_staff.set_disabled(wired.house, place.operations.staff, other.audit.staff.id, True)
    assert caught.value.code == "staff.unknown"


@pytest.mark.parametrize("name", ["", "ab", "Upper", "a" * 33, "a b c", "a'--", "员工"])
def test_a_sign_in_name_is_plain(wired: TestHouse, place: Place, name: str) -> None:
    with pytest.raises(InvalidInput):
        manage_staff.create_staff(wired.house, place.estate.id, name, "Somebody", [StaffRole.SECURITY], "cli")

"""Staff accounts: create, change roles, disable, reset. Secrets are shown once, to whoever hands them over.

Audit stands apart and so does the platform operator (law L16: roles are separated): neither can be combined
with another role in one account.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, replace

import pyotp

from access.domain.errors import Conflict, InvalidInput, NotFound, NotPermitted
from access.domain.ids import new_id
from access.domain.staff import Staff, StaffRole
from access.services.house import House
from access.services.staff_sign_in import check_again, hash_password
from access.stores import Stores

MIN_PASSWORD = 12
MAX_PASSWORD = 128
MAX_DISPLAY_NAME = 40
ISSUER = "Kaimen"
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{2,31}")
_STANDS_ALONE = frozenset({StaffRole.AUDIT, StaffRole.PLATFORM})
_ROLE_ORDER = tuple(StaffRole)


@dataclass(frozen=True, slots=True)
class NewStaff:
    """An account just made or reset.

    Attributes:
        password: the first password, to be changed by the person.
        totp_secret: base32, for the authenticator.
        provisioning_uri: ``otpauth://`` address of the same secret.
    """

    staff: Staff
    password: str
    totp_secret: str
    provisioning_uri: str


def create_staff(
    house: House,
    estate_id: str,
    name: str,
    display_name: str,
    roles: Iterable[StaffRole],
    actor: str,
    password: str | None = None,
) -> NewStaff:
    """Create an account.

    Args:
        actor: ``staff:<id>`` or ``cli``.
        password: given by the seed only; otherwise a random one.

    Raises:
        InvalidInput: ``staff.name``, ``staff.display_name``, ``staff.roles``, ``staff.password``.
        Conflict: ``staff.taken``.
    """
    chosen = _checked_roles(roles)
    name, shown = _checked_name(name), _checked_display_name(display_name)
    first = _checked_password(password) if password is not None else secrets.token_urlsafe(15)
    staff_id, secret = new_id(), pyotp.random_base32()
    sealed = house.keyring.seal_staff(secret.encode(), staff_id)
    staff = Staff(staff_id, estate_id, name, shown, chosen, hash_password(first), sealed, 0, 0, 0, False)
    with house.db.transaction() as stores:
        if stores.places.estate(estate_id) is None:
            raise NotFound("estate.unknown", "no such estate")
        if stores.staff.by_name(name) is not None:
            raise Conflict("staff.taken", "this sign-in name is taken")
        stores.staff.save(staff)
        _note(stores, actor, "create", staff, house.clock.now())
    return NewStaff(staff, first, secret, _uri(secret, name))


def list_staff(house: House, estate_id: str) -> tuple[Staff, ...]:
    """Accounts of the estate, by name."""
    with house.db.reading() as stores:
        return tuple(sorted(stores.staff.of_estate(estate_id), key=lambda staff: staff.name))


def set_roles(house: House, by: Staff, staff_id: str, roles: Iterable[StaffRole]) -> None:
    """Give an account other roles.

    Raises:
        InvalidInput: ``staff.roles``. NotPermitted: ``staff.self``. NotFound: ``staff.unknown``.
    """
    chosen = _checked_roles(roles)
    with house.db.transaction() as stores:
        staff = _other(stores, by, staff_id)
        changed = replace(staff, roles=chosen)
        stores.staff.save(changed)
        _note(stores, f"staff:{by.id}", "roles", changed, house.clock.now())


def set_disabled(house: House, by: Staff, staff_id: str, disabled: bool) -> None:
    """Disable an account, ending its sessions, or let it in again.

    Raises:
        NotPermitted: ``staff.self``. NotFound: ``staff.unknown``.
    """
    with house.db.transaction() as stores:
        staff = _other(stores, by, staff_id)
        changed = replace(staff, disabled=disabled)
        stores.staff.save(changed)
        stores.staff.drop_sessions_of(staff_id)
        _note(stores, f"staff:{by.id}", "disable" if disabled else "enable", changed, house.clock.now())


def reset(house: House, by: Staff, staff_id: str) -> NewStaff:
    """New password and new authenticator secret for somebody who lost theirs; ends the sessions and the lock.

    Raises:
        NotPermitted: ``staff.self``. NotFound: ``staff.unknown``.
    """
    password, secret = secrets.token_urlsafe(15), pyotp.random_base32()
    with house.db.transaction() as stores:
        staff = _other(stores, by, staff_id)
        changed = replace(
            staff,
            password_hash=hash_password(password),
            totp_secret=house.keyring.seal_staff(secret.encode(), staff_id),
            failures=0,
            locked_until=0,
        )
        stores.staff.save(changed)
        stores.staff.drop_sessions_of(staff_id)
        _note(stores, f"staff:{by.id}", "reset", changed, house.clock.now())
    return NewStaff(changed, password, secret, _uri(secret, staff.name))


def change_password(house: House, staff: Staff, present: str, new: str) -> None:
    """Change one's own password; every session of the account ends.

    Raises:
        NotPermitted: ``staff.password`` when `present` is wrong.
        InvalidInput: ``staff.new_password`` when too short, too long or unchanged.
    """
    check_again(house, staff, present)
    chosen = _checked_password(new)
    if chosen == present:
        raise InvalidInput("staff.new_password", "the new password is the old one", field="new")
    encoded = hash_password(chosen)
    with house.db.transaction() as stores:
        current = stores.staff.get(staff.id)
        if current is None:
            raise NotFound("staff.unknown", "no such account")
        stores.staff.save(replace(current, password_hash=encoded))
        stores.staff.drop_sessions_of(staff.id)
        _note(stores, f"staff:{staff.id}", "password", current, house.clock.now())


def _other(stores: Stores, by: Staff, staff_id: str) -> Staff:
    """An account of the same estate that is not the asker's own: nobody widens or saves themselves."""
    staff = stores.staff.get(staff_id)
    if staff is None or staff.estate_id != by.estate_id:
        raise NotFound("staff.unknown", "no such account")
    if staff.id == by.id:
        raise NotPermitted("staff.self", "an account cannot change its own rights")
    return staff


def _note(stores: Stores, actor: str, action: str, staff: Staff, at: int) -> None:
    roles = ",".join(role for role in _ROLE_ORDER if role in staff.roles)
    stores.audit.append(actor, f"staff:account:{action}", staff.id, {"estate": staff.estate_id, "roles": roles}, at)


def _checked_roles(roles: Iterable[StaffRole]) -> frozenset[StaffRole]:
    chosen = frozenset(roles)
    if not chosen or (chosen & _STANDS_ALONE and len(chosen) > 1):
        raise InvalidInput("staff.roles", "audit and platform stand alone; at least one role", field="roles")
    return chosen


def _checked_name(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise InvalidInput("staff.name", "3 to 32 of a-z, 0-9, dot, dash, underscore", field="name")
    return name


def _checked_display_name(name: str) -> str:
    shown = name.strip()
    if not 1 <= len(shown) <= MAX_DISPLAY_NAME:
        raise InvalidInput("staff.display_name", "1 to 40 characters", field="display_name")
    return shown


def _checked_password(password: str) -> str:
    if not MIN_PASSWORD <= len(password) <= MAX_PASSWORD:
        raise InvalidInput("staff.new_password", "12 to 128 characters", field="new")
    return password


def _uri(secret: str, name: str) -> str:
    return pyotp.TOTP(secret).provisioning_uri(name=name, issuer_name=ISSUER)

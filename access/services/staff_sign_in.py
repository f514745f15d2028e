"""Staff sign-in: name, password (Argon2id) and one-time code together, so an answer never says which was wrong.

An unknown name, a wrong password, a wrong or spent code and a locked account get the same answer after the
same work. Five failures lock an account for fifteen minutes (law L16). Only a token's hash is kept.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache

import pyotp
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from access.domain.errors import NotPermitted
from access.domain.places import Estate
from access.domain.staff import Staff, StaffSession
from access.domain.times import HOUR, MINUTE, SECOND
from access.services.house import House
from access.stores import Stores

MAX_FAILURES = 5
LOCK = 15 * MINUTE
IDLE = 15 * MINUTE
LIFE = 10 * HOUR
MAX_TRIES = 30
"""Tries under one name within `LOCK`, whether it exists or not; keeps guessing from costing us memory."""
TOTP_SECONDS = 30
STEP_TOLERANCE = 1
_SEEN_GRAIN = MINUTE
_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
"""Argon2id, 19 MiB, 2 passes, 1 lane (OWASP password storage, RFC 9106 encoding)."""


class _Outcome(StrEnum):
    OPEN = "open"
    REFUSE = "refuse"
    LOCK = "lock"


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A fresh session.

    Attributes:
        token: for the browser's cookie; shown once, kept only as a hash.
        expires_at: absolute end, instant.
    """

    staff: Staff
    token: str
    expires_at: int


@dataclass(frozen=True, slots=True)
class Present:
    """Who stands behind a request, and in which estate."""

    staff: Staff
    estate: Estate


def hash_password(password: str) -> str:
    """Argon2id in its encoded form."""
    return _HASHER.hash(password)


def password_matches(encoded: str, password: str) -> bool:
    try:
        return _HASHER.verify(encoded, password)
    except (VerificationError, InvalidHashError):
        return False


def sign_in(house: House, name: str, password: str, code: str) -> SignedIn:
    """Open a session.

    Args:
        code: six digits of the authenticator (RFC 6238), each accepted once, one step early or late.

    Raises:
        NotPermitted: ``staff.sign_in``, whatever was wrong.
    """
    name = name.strip()
    at = house.clock.now()
    allowed = house.limiter.allow(f"staff-sign-in/{house.keys.blind('staff-name', name)}", MAX_TRIES, LOCK)
    with house.db.reading() as stores:
        found = stores.staff.by_name(name)
    step = _step_of(_secret(house, found), code.strip(), at)
    known = password_matches(found.password_hash if found else _decoy_hash(), password)
    token = secrets.token_urlsafe(32)
    with house.db.transaction() as stores:
        ok = allowed and known and found is not None and step is not None and not found.disabled
        staff = _judge(stores, found, step if ok else None, at)
        if staff is not None:
            stores.staff.save_session(StaffSession(_hash(token), staff.id, at, at, at + LIFE))
    if staff is None:
        raise NotPermitted("staff.sign_in", "name, password or code is wrong, or the account is locked")
    return SignedIn(staff, token, at + LIFE)


def present(house: House, token: str, *, keeps_awake: bool = True) -> Present:
    """The staff member and estate behind a session token; being seen keeps it from going idle.

    Args:
        keeps_awake: False for what a page asks by itself, without anybody there.

    Raises:
        NotPermitted: ``staff.session`` when there is none, it has ended, was idle, or the account is disabled.
    """
    at = house.clock.now()
    with house.db.reading() as stores:
        session = stores.staff.session(_hash(token))
        staff = stores.staff.get(session.staff_id) if session else None
        estate = stores.places.estate(staff.estate_id) if staff else None
    if session is None or staff is None or estate is None or staff.disabled or not _is_live(session, at):
        raise NotPermitted("staff.session", "not signed in")
    if keeps_awake and at - session.seen_at >= _SEEN_GRAIN:
        with house.db.transaction() as stores:
            # Another request may have signed out meanwhile; writing back would bring the session to life.
            if stores.staff.session(session.token_hash) is not None:
                stores.staff.save_session(replace(session, seen_at=at))
    return Present(staff, estate)


def sign_out(house: House, token: str) -> None:
    """End the session; an unknown token is ended already."""
    with house.db.transaction() as stores:
        session = stores.staff.session(_hash(token))
        if session is None:
            return
        stores.staff.drop_session(session.token_hash)
        _note(stores, stores.staff.get(session.staff_id), "close", house.clock.now())


def check_again(house: House, staff: Staff, password: str) -> None:
    """Ask for the own password before something that must not happen by a stray click.

    Raises:
        NotPermitted: ``staff.password``; counts as a failed try.
    """
    if password_matches(staff.password_hash, password):
        return
    with house.db.transaction() as stores:
        _judge(stores, staff, None, house.clock.now())
    raise NotPermitted("staff.password", "the present password is wrong")


def _judge(stores: Stores, found: Staff | None, step: int | None, at: int) -> Staff | None:
    """Decide by conditional writes alone, so that parallel tries cannot slip past the count or the lock."""
    staff = stores.staff.get(found.id) if found else None
    if staff is None:
        _note(stores, None, _Outcome.REFUSE, at)
        return None
    if step is not None and stores.staff.take_totp_step(staff.id, step, at):
        _note(stores, staff, _Outcome.OPEN, at)
        return stores.staff.get(staff.id)
    locked = stores.staff.record_failure(staff.id, MAX_FAILURES, at + LOCK, at)
    _note(stores, staff, _Outcome.LOCK if locked else _Outcome.REFUSE, at)
    return None


def _note(stores: Stores, staff: Staff | None, action: str, at: int) -> None:
    """A name that was typed is never kept: it may be a password in the wrong field."""
    who = staff.id if staff else "unknown"
    details: dict[str, str | int | bool | None] = {"estate": staff.estate_id} if staff else {}
    stores.audit.append(f"staff:{who}", f"staff:session:{action}", who, details, at)


def _secret(house: House, staff: Staff | None) -> str:
    if staff is None:
        return _decoy_secret()
    return house.keyring.open_staff(staff.totp_secret, staff.id).decode()


def _step_of(secret: str, code: str, at: int) -> int | None:
    """The time step whose code this is, None when it is none of the three in question."""
    totp = pyotp.TOTP(secret, interval=TOTP_SECONDS)
    now = at // (TOTP_SECONDS * SECOND)
    found = None
    for step in range(now - STEP_TOLERANCE, now + STEP_TOLERANCE + 1):
        if hmac.compare_digest(totp.generate_otp(step).encode(), code.encode()):
            found = step
    return found


def _is_live(session: StaffSession, at: int) -> bool:
    return at < session.expires_at and at - session.seen_at < IDLE


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


@cache
def _decoy_hash() -> str:
    """Hash to verify an unknown name's password against, so that it costs the same."""
    return hash_password(secrets.token_urlsafe(16))


@cache
def _decoy_secret() -> str:
    return pyotp.random_base32()

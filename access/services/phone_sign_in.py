"""Signing in on the phone: a WeChat login code becomes a bearer token; two WeChat accounts become one person.

A session lapses after seven days unused and after thirty days in any case; signing in anew costs the person
nothing, WeChat does it without a question. Only the SHA-256 of a token is kept.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from access.domain.errors import Conflict, ExternalSystemError, InvalidInput, NotFound, TooOften
from access.domain.people import App, KeyKind, PhoneSession
from access.domain.reading import ReadPurpose
from access.domain.times import DAY, MINUTE
from access.services import personal_data, register
from access.services.house import House
from access.stores import Stores

SESSION_IDLE = 7 * DAY
SESSION_LIFE = 30 * DAY
BIND_LIFE = 10 * MINUTE
SIGN_INS_A_MINUTE = 60
"""From one address: a household, or a whole estate behind one address, signs in by the handful."""
_TOKEN_BYTES = 32
JOINS_A_LIFE = 10
"""Tries to join, by one account within the life of a code: more is guessing."""
_BIND_LETTERS = "ABCDEFGHJKMNPQRSTVWXYZ23456789"
"""Without those that are mistaken for others."""
_BIND_GROUPS = (3, 4)


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A fresh session.

    Attributes:
        token: the bearer token, shown once; 43 characters, 256 bits.
        expires_at: instant at which it lapses when it is not used before.
    """

    token: str
    person_id: str
    app: App
    expires_at: int


@dataclass(frozen=True, slots=True)
class BindToken:
    """Joins the person's other WeChat account, once.

    Attributes:
        token: three groups of four letters and digits (about 2^59), to be read out or typed; it fits a
            mini-program scene.
    """

    token: str
    expires_at: int


def token_hash(token: str) -> str:
    """SHA-256 in hexadecimal, what the store keeps of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def sign_in_mini(house: House, code: str, address: str) -> SignedIn:
    """Sign in to the mini-program with a `wx.login` code.

    Args:
        address: where the request came from, for the rate limit.

    Raises:
        TooOften: ``sign_in.often``.
        InvalidInput: ``sign_in.code`` for a spent or expired code.
        ExternalSystemError: as the port says.
    """
    _limit(house, address)
    with _code_refused():
        openid = house.wechat.mini_session(code).openid
    return _begin(house, App.MINI_PROGRAM, openid)


def sign_in_page(house: House, code: str, address: str) -> SignedIn:
    """Sign in to the pages with an OAuth code. The caller has checked that the state belongs to the browser.

    Raises:
        TooOften, InvalidInput, ExternalSystemError: as `sign_in_mini`.
    """
    _limit(house, address)
    with _code_refused():
        openid = house.wechat.oauth_openid(code)
    return _begin(house, App.OFFICIAL_ACCOUNT, openid)


def who(house: House, token: str) -> PhoneSession | None:
    """The live session behind a token; None when unknown or lapsed. Using it lets it live on."""
    at = house.clock.now()
    with house.db.reading() as stores:
        session = stores.people.session(token_hash(token))
    if session is None or at >= session.expires_at:
        return None
    end = min(at + SESSION_IDLE, session.created_at + SESSION_LIFE)
    if end - session.expires_at < DAY:
        return session
    later = replace(session, expires_at=end)
    with house.db.transaction() as stores:
        if stores.people.session(session.token_hash) is None:
            return None
        stores.people.save_session(later)
    return later


def sign_out(house: House, token: str) -> None:
    with house.db.transaction() as stores:
        stores.people.drop_session(token_hash(token))


def new_bind_token(house: House, person_id: str) -> BindToken:
    """A one-time token that leads the person's other WeChat account to this person."""
    groups, size = _BIND_GROUPS
    token = "-".join("".join(secrets.choice(_BIND_LETTERS) for _ in range(size)) for _ in range(groups))
    expires_at = house.clock.now() + BIND_LIFE
    with house.db.transaction() as stores:
        stores.people.save_bind_token(token_hash(token), person_id, expires_at)
    return BindToken(token, expires_at)


def join(house: House, session: PhoneSession, bind_token: str) -> PhoneSession:
    """Lead the account behind `session` to the person who made the token.

    Only an account with nothing of its own may move: two people are never melted into one.

    Returns:
        The session, now of the joined person.

    Raises:
        NotFound: ``bind.unknown`` for an unknown, spent or expired token.
        Conflict: ``bind.both_used`` when the account has data of its own or the person already has such an
            account.
        TooOften: ``bind.often`` beyond ten tries within the life of a code.
    """
    _limit_joins(house, session.person_id)
    with house.db.transaction() as stores:
        target = _join(house, stores, session.person_id, session.app, bind_token)
        joined = replace(session, person_id=target)
        stores.people.save_session(joined)
    return joined


def join_account(house: House, person_id: str, app: App, bind_token: str) -> str:
    """As `join`, for an account without a session: the chat. Returns the person's id."""
    _limit_joins(house, person_id)
    with house.db.transaction() as stores:
        return _join(house, stores, person_id, app, bind_token)


@contextmanager
def _code_refused() -> Iterator[None]:
    """A code that WeChat does not take is the caller's fault, not WeChat's."""
    try:
        yield
    except ExternalSystemError as exc:
        if exc.code == "wechat.code":
            raise InvalidInput("sign_in.code", "a spent or expired login code", field="code") from exc
        raise


def _limit_joins(house: House, person_id: str) -> None:
    if not house.limiter.allow(f"bind:{person_id}", JOINS_A_LIFE, BIND_LIFE):
        raise TooOften("bind.often", "too many tries to join accounts")


def _join(house: House, stores: Stores, person_id: str, app: App, bind_token: str) -> str:
    at = house.clock.now()
    target = stores.people.take_bind_token(token_hash(bind_token.strip().upper()), at)
    if target is None:
        raise NotFound("bind.unknown", "unknown, spent or expired bind token", field="token")
    if target != person_id:
        _move(house, stores, person_id, app, target, at)
        stores.audit.append(f"person:{target}", "resident:account:join", target, {"app": app.value}, at)
    return target


def _limit(house: House, address: str) -> None:
    if not house.limiter.allow(f"sign-in:{address}", SIGN_INS_A_MINUTE, MINUTE):
        raise TooOften("sign_in.often", "too many sign-ins from one address")


def _begin(house: House, app: App, openid: str) -> SignedIn:
    person_id = register.ensure_person(house, app, openid)
    at, token = house.clock.now(), secrets.token_urlsafe(_TOKEN_BYTES)
    expires_at = at + SESSION_IDLE
    with house.db.transaction() as stores:
        stores.people.save_session(PhoneSession(token_hash(token), person_id, app, at, expires_at))
    return SignedIn(token, person_id, app, expires_at)


def _move(house: House, stores: Stores, old: str, app: App, target: str, at: int) -> None:
    accounts = stores.people.accounts_of(old)
    if _owns_something(stores, old) or len(accounts) > 1 or app in stores.people.accounts_of(target):
        raise Conflict("bind.both_used", "the account to be joined has data of its own")
    reader = personal_data.Reader(f"person:{old}", ReadPurpose.SHOW_TO_SUBJECT, at)
    openid = personal_data.read_openid(stores, house.keyring, old, app, reader)
    if openid is None:
        raise NotFound("bind.unknown", "the session's account is gone", field="token")
    sealed = house.keyring.seal_identity(stores, target, openid)
    stores.people.move_account(app, house.keyring.account(app, openid), target, sealed)
    stores.people.drop_sessions_of(old)
    stores.people.destroy_key(old, KeyKind.IDENTITY)
    person = stores.people.person(old)
    if person is not None:
        stores.people.save_person(replace(person, name_sealed=b"", phone_sealed=b"", closed_at=at))


def _owns_something(stores: Stores, person_id: str) -> bool:
    return bool(stores.residencies.of_person(person_id) or stores.consents.of_person(person_id))

"""Signing in on the phone, and joining two WeChat accounts."""

from __future__ import annotations

import pytest

from access.domain.errors import Conflict, ExternalSystemError, InvalidInput, NotFound, TooOften
from access.domain.people import App
from access.domain.times import DAY, MINUTE
from access.services import my_home, phone_sign_in
from tests.estate import TestHouse, newcomer, seed_estate


def sign_in(wired: TestHouse, openid: str = "mini-alice") -> phone_sign_in.SignedIn:
    return phone_sign_in.sign_in_mini(wired.house, wired.wechat.login_code("code", openid), "10.0.0.1")


def test_a_login_code_becomes_a_session_of_the_person(wired: TestHouse) -> None:
    first, second = sign_in(wired), sign_in(wired)
    assert first.person_id == second.person_id
    assert first.token != second.token
    session = phone_sign_in.who(wired.house, first.token)
    assert session is not None
    assert session.person_id == first.person_id
    assert session.app is App.MINI_PROGRAM


def test_the_token_itself_is_not_kept(wired: TestHouse) -> None:
    signed_in = sign_in(wired)
    with wired.house.db.reading() as stores:
        assert stores.people.session(signed_in.token) is None
        assert stores.people.session(phone_sign_in.token_hash(signed_in.token)) is not None


def test_a_spent_code_is_refused(wired: TestHouse) -> None:
    sign_in(wired)
    with pytest.raises(InvalidInput) as caught:
        phone_sign_in.sign_in_mini(wired.house, "code", "10.0.0.1")
    assert caught.value.code == "sign_in.code"


def test_when_wechat_is_away_nobody_is_blamed(wired: TestHouse) -> None:
    wired.wechat.fail("wechat.timeout")
    with pytest.raises(ExternalSystemError):
        sign_in(wired)


def test_a_session_lapses_after_seven_days_unused(wired: TestHouse) -> None:
    token = sign_in(wired).token
    wired.clock.advance(7 * DAY - 1)
    assert phone_sign_in.who(wired.house, token) is not None
    wired.clock.advance(7 * DAY)
    assert phone_sign_in.who(wired.house, token) is None


def test_a_used_session_lapses_after_thirty_days_in_any_case(wired: TestHouse) -> None:
    token = sign_in(wired).token
    for _ in range(29):
        wired.clock.advance(DAY)
        assert phone_sign_in.who(wired.house, token) is not None
    wired.clock.advance(DAY)
    assert phone_sign_in.who(wired.house, token) is None


def test_signing_out_ends_the_session(wired: TestHouse) -> None:
    token = sign_in(wired).token
    phone_sign_in.sign_out(wired.house, token)
    assert phone_sign_in.who(wired.house, token) is None


@pytest.mark.parametrize("token", ["", "x", "'; DROP TABLE phone_session; --", "{{7*7}}", "门"])
def test_an_unknown_token_is_nobody(wired: TestHouse, token: str) -> None:
    sign_in(wired)
    assert phone_sign_in.who(wired.house, token) is None


def test_too_many_sign_ins_from_one_address(wired: TestHouse) -> None:
    wired.limiter.full = True
    with pytest.raises(TooOften):
        sign_in(wired)


def test_the_bind_token_joins_the_two_accounts_once(wired: TestHouse) -> None:
    alice = newcomer(wired.house, seed_estate(wired.house), "Alice")
    bind = phone_sign_in.new_bind_token(wired.house, alice)
    session = phone_sign_in.who(wired.house, (signed_in := sign_in(wired)).token)
    assert session is not None
    assert session.person_id != alice
    phone_sign_in.join(wired.house, session, bind.token)
    joined = phone_sign_in.who(wired.house, signed_in.token)
    assert joined is not None
    assert joined.person_id == alice
    assert sign_in(wired).person_id == alice
    with pytest.raises(NotFound):
        phone_sign_in.join(wired.house, joined, bind.token)


def test_a_bind_token_expires(wired: TestHouse) -> None:
    alice = newcomer(wired.house, seed_estate(wired.house), "Alice")
    bind = phone_sign_in.new_bind_token(wired.house, alice)
    session = phone_sign_in.who(wired.house, sign_in(wired).token)
    assert session is not None
    wired.clock.advance(10 * MINUTE)
    with pytest.raises(NotFound):
        phone_sign_in.join(wired.house, session, bind.token)


def test_two_people_with_data_of_their_own_are_never_melted_into_one(wired: TestHouse) -> None:
    place = seed_estate(wired.house)
    alice, charlie = newcomer(wired.house, place, "Alice"), newcomer(wired.house, place, "Charlie")
    signed_in = phone_sign_in.sign_in_page(
        wired.house, wired.wechat.oauth_code("o", "openid-of-Charlie"), "10.0.0.1"
    )
    assert signed_in.person_id == charlie
    session = phone_sign_in.who(wired.house, signed_in.token)
    assert session is not None
    with pytest.raises(Conflict) as caught:
        phone_sign_in.join(wired.house, session, phone_sign_in.new_bind_token(wired.house, alice).token)
    assert caught.value.code == "bind.both_used"
    assert my_home.me(wired.house, charlie).name == "Charlie"

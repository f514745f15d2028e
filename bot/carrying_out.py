"""Carry out what a move asks for, through the services."""

from __future__ import annotations

from access.domain.consent import Channel, Purpose
from access.domain.people import App
from access.domain.reasons import WORDS
from access.domain.times import SECOND
from access.services import consents, enrol, register, remote_open
from access.services.house import House
from access.services.withdraw import withdraw_face
from bot.move import Answer, Effect, FetchSelfie, OpenDoor, Register, Say, WithdrawFace, say


def carry_out(house: House, openid: str, effect: Effect) -> Say | None:
    """Words that take the place of the move's own, where the outcome decides what is said.

    Raises:
        KaimenError: the service refused; the caller lets nothing of the turn stand.
    """
    person_id = register.ensure_person(house, App.OFFICIAL_ACCOUNT, openid)
    match effect:
        case Register():
            _register(house, person_id, effect)
        case Answer():
            _answer(house, person_id, effect.estate_id, effect.purpose, effect.given, effect.notice_hash)
        case FetchSelfie():
            enrol.fetch_later(house, person_id, effect.estate_id, effect.media_id)
        case WithdrawFace():
            withdraw_face(house, person_id, effect.estate_id, Channel.CHAT)
        case OpenDoor():
            return _open(house, person_id, effect)
    return None


def _register(house: House, person_id: str, wish: Register) -> None:
    register.set_name(house, person_id, wish.name)
    _answer(house, person_id, wish.estate_id, Purpose.ACCESS, True, wish.notice_hash)
    register.request_residency(house, person_id, wish.household_id, wish.role, wish.last_day)


def _answer(house: House, person_id: str, estate_id: str, purpose: Purpose, given: bool, notice_hash: str) -> None:
    """The question itself showed the notice, so the showing is recorded with the answer."""
    consents.record_shown(house, person_id, notice_hash)
    consents.answer(house, person_id, estate_id, purpose, given, notice_hash, Channel.CHAT)


def _open(house: House, person_id: str, wish: OpenDoor) -> Say | None:
    asked = remote_open.open_remotely(house, person_id, wish.access_point_id, wish.asked_at * SECOND)
    if asked.event.reason is None:
        return None
    words = WORDS[asked.event.reason]
    return say("open.denied", why=words.zh, why_en=words.en)

"""Carry out what a move asks for, through the services."""

from __future__ import annotations

from access.domain.consent import Channel, Purpose
from access.domain.people import App
from access.domain.reasons import WORDS
from access.domain.times import SECOND
from access.services import (
    ask_anew,
    consents,
    enrol,
    guardians,
    owner_reports,
    phone_sign_in,
    register,
    remote_open,
)
from access.services.house import House
from access.services.withdraw import withdraw_face
from bot.move import (
    Answer,
    AnswerAnew,
    Effect,
    FetchSelfie,
    GiveCode,
    JoinAccount,
    MarkRead,
    OpenDoor,
    Register,
    Say,
    SayBirth,
    WithdrawFace,
    say,
)


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
        case _:
            return _carry_out_rest(house, person_id, effect)
    return None


def _carry_out_rest(house: House, person_id: str, effect: Effect) -> Say | None:
    match effect:
        case AnswerAnew():
            _answer_anew(house, person_id, effect)
        case SayBirth():
            guardians.set_birth_month(house, person_id, effect.born, Channel.CHAT)
        case MarkRead():
            owner_reports.acknowledge(house, person_id, effect.report_id, Channel.CHAT)
        case GiveCode():
            return say("bind.code", code=phone_sign_in.new_bind_token(house, person_id).token)
        case JoinAccount():
            phone_sign_in.join_account(house, person_id, App.OFFICIAL_ACCOUNT, effect.code)
    return None


def _register(house: House, person_id: str, wish: Register) -> None:
    register.set_name(house, person_id, wish.name)
    _answer(house, person_id, wish.estate_id, Purpose.ACCESS, True, wish.notice_hash)
    register.request_residency(house, person_id, wish.household_id, wish.role, wish.last_day)


def _answer(house: House, person_id: str, estate_id: str, purpose: Purpose, given: bool, notice_hash: str) -> None:
    """The question itself showed the notice, so the showing is recorded with the answer."""
    consents.record_shown(house, person_id, notice_hash)
    consents.answer(house, person_id, estate_id, purpose, given, notice_hash, Channel.CHAT)


def _answer_anew(house: House, person_id: str, wish: AnswerAnew) -> None:
    consents.record_shown(house, person_id, wish.notice_hash)
    ask_anew.answer(house, person_id, wish.estate_id, wish.purpose, wish.given, wish.notice_hash, Channel.CHAT)


def _open(house: House, person_id: str, wish: OpenDoor) -> Say | None:
    asked = remote_open.open_remotely(house, person_id, wish.access_point_id, wish.asked_at * SECOND)
    if asked.event.reason is None:
        return None
    words = WORDS[asked.event.reason]
    return say("open.denied", why=words.zh, why_en=words.en)

"""The face: only for whoever starts it. Age first, then two consents one by one, then a picture."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from dataclasses import replace

from access.domain.ages import birth_month
from access.domain.consent import Purpose
from access.domain.enrolment import EnrolmentStatus
from access.domain.errors import InvalidInput
from bot import words
from bot.facts import Facts
from bot.move import Answer, FetchSelfie, Move, Say, SayBirth, WithdrawFace, say
from bot.noticing import newer_notice
from bot.questions import ask, named
from bot.state import State, Step

_NO_LONGER_A_CHILD, _UNDER_14 = 1, 2


def begin(state: State, facts: Facts) -> Move:
    """The person asked for it. Without a published notice, or where face is off, there is nothing to agree to."""
    if facts.estate is None or not facts.estate.face_enabled:
        return Move(state, (say("face.off"),))
    if not facts.standing.registered:
        return Move(state, (say("face.register_first"), *ask(state, facts)))
    if not facts.notice_hash:
        return Move(state, (say("notice.none"),))
    agreed = facts.standing.face_use and facts.standing.face_server
    if agreed and facts.standing.face is not None and facts.standing.face.latest is EnrolmentStatus.REVIEW:
        return Move(replace(state, step=Step.HOME), (say("face.in_review", pass_url=facts.page("pass")),))
    return _go(state, Step.SELFIE if agreed else Step.AGE, facts)


def age(state: State, text: str, facts: Facts) -> Move:
    """Under 14 is a hard stop: a guardian of the household answers, for which year and month of birth are kept."""
    chosen = words.number(text)
    if chosen == _UNDER_14:
        there = replace(state, step=Step.BIRTH)
        return Move(there, (say("face.under_14", pass_url=facts.page("pass")), *ask(there, facts)))
    if chosen != _NO_LONGER_A_CHILD:
        return Move(state, (say("face.unknown_age"), *ask(state, facts)))
    return _go(state, Step.FACE_SERVER if facts.standing.face_use else Step.FACE_USE, facts)


def birth(state: State, text: str, facts: Facts) -> Move:
    try:
        born = birth_month(unicodedata.normalize("NFKC", text))
    except InvalidInput:
        return Move(state, (say("birth.unknown"), *ask(state, facts)))
    return Move(replace(state, step=Step.HOME), (say("birth.kept"),), (SayBirth(born),))


def use(state: State, text: str, facts: Facts) -> Move:
    following = Step.SELFIE if facts.standing.face_server else Step.FACE_SERVER
    return _consent(state, text, facts, Purpose.FACE_USE, following)


def server(state: State, text: str, facts: Facts) -> Move:
    return _consent(state, text, facts, Purpose.FACE_SERVER, Step.SELFIE)


def selfie(state: State, text: str, facts: Facts) -> Move:  # noqa: ARG001 - every step has this form
    return Move(state, (say("selfie.no_picture"), *ask(state, facts)))


def picture(state: State, media_id: str, facts: Facts) -> Move:
    """A picture counts as a selfie only from someone who agreed to both; nobody else's is fetched."""
    standing = facts.standing
    if not (standing.registered and standing.face_use and standing.face_server and state.estate_id):
        return Move(state, (say("selfie.not_asked"), *ask(state, facts)))
    if not facts.selfie_in_chat:
        return Move(state, (say("selfie.ask_page", selfie_url=facts.page("selfie")),))
    effect = FetchSelfie(state.estate_id, media_id)
    return Move(replace(state, step=Step.HOME), (say("selfie.received"),), (effect,))


def withdraw(state: State, text: str, facts: Facts) -> Move:
    """The second of two taps."""
    home = replace(state, step=Step.HOME)
    if words.confirmed(text):
        return Move(home, (say("withdraw.done", pass_url=facts.page("pass")),), (WithdrawFace(state.estate_id),))
    if words.agreed(text) is False:
        return Move(home, (say("withdraw.kept"),))
    return Move(state, (say("withdraw.unknown"), *ask(state, facts)))


HANDLERS: dict[Step, Callable[[State, str, Facts], Move]] = {
    Step.AGE: age,
    Step.BIRTH: birth,
    Step.FACE_USE: use,
    Step.FACE_SERVER: server,
    Step.SELFIE: selfie,
    Step.WITHDRAW: withdraw,
}


def _consent(state: State, text: str, facts: Facts, purpose: Purpose, following: Step) -> Move:
    newer = newer_notice(state, facts)
    if newer is not None:
        return newer
    answer = words.agreed(text)
    if answer is None:
        return Move(state, (say("face.unknown_answer"), *ask(state, facts)))
    effect = Answer(state.estate_id, purpose, answer, state.notice_hash)
    if not answer:
        return Move(replace(state, step=Step.HOME, notice_hash=""), (_refused(purpose, facts),), (effect,))
    there = replace(state, step=following)
    return Move(there, ask(there, facts), (effect,))


def _refused(purpose: Purpose, facts: Facts) -> Say:
    """Who let their face be used and not leave the gate may enrol at a gate, where there is one that can."""
    if purpose is Purpose.FACE_USE or not facts.standing.face_use:
        return say("face.refused", pass_url=facts.page("pass"))
    doors = facts.standing.edge_doors
    if not doors:
        return say("face.stays_nowhere", pass_url=facts.page("pass"))
    return say("face.stays", doors=named(doors), gate_url=facts.page("face-at-gate"))


def _go(state: State, step: Step, facts: Facts) -> Move:
    there = replace(state, step=step, notice_hash=facts.notice_hash)
    return Move(there, ask(there, facts))

"""The notice, the consent that the service needs, and the choice of how to enter."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from bot import face, words
from bot.facts import Facts
from bot.move import Move, Register, say
from bot.noticing import newer_notice
from bot.questions import ask
from bot.state import EMPTY_DRAFT, State, Step

_QR, _CARD, _FACE = 1, 2, 3
_ENTRY_WORDS = {
    "通行码": _QR,
    "qr pass": _QR,
    "qr": _QR,
    "pass": _QR,
    "门禁卡": _CARD,
    "卡": _CARD,
    "card": _CARD,
    "也用人脸": _FACE,
    "also my face": _FACE,
}


def notice(state: State, text: str, facts: Facts) -> Move:
    """The person's own yes makes them known; a no leaves nothing behind."""
    newer = newer_notice(state, facts)
    if newer is not None:
        return newer
    answer = words.agreed(text)
    if answer is None:
        return Move(state, (say("notice.unknown"), *ask(state, facts)))
    if not answer:
        return Move(replace(state, step=Step.START, draft=EMPTY_DRAFT, notice_hash=""), (say("notice.refused"),))
    return _register(state, facts)


def entry(state: State, text: str, facts: Facts) -> Move:
    """Three ways of equal standing. Whoever takes the pass or the card is not asked about the face again."""
    chosen = _ENTRY_WORDS.get(words.plain(text), words.number(text))
    home = replace(state, step=Step.HOME)
    if chosen == _QR:
        return Move(home, (say("entry.pass", pass_url=facts.page("pass")),))
    if chosen == _CARD:
        return Move(home, (say("entry.card", pass_url=facts.page("pass")),))
    if chosen == _FACE and facts.estate is not None and facts.estate.face_enabled:
        return face.begin(state, facts)
    return Move(state, (say("entry.unknown"), *ask(state, facts)))


def names_a_way(state: State, text: str) -> bool:
    """Whether a text chooses how to enter, although it is a command elsewhere."""
    return state.step is Step.ENTRY and words.plain(text) in _ENTRY_WORDS


def _register(state: State, facts: Facts) -> Move:
    draft = state.draft
    if draft.role is None or draft.next_step() is not Step.SUMMARY:
        incomplete = replace(state, step=draft.next_step())
        return Move(incomplete, ask(incomplete, facts))
    effect = Register(
        estate_id=state.estate_id,
        household_id=draft.household_id,
        role=draft.role,
        last_day=draft.last_day,
        name=draft.name,
        notice_hash=state.notice_hash,
    )
    done = replace(state, step=Step.ENTRY, draft=EMPTY_DRAFT, notice_hash="")
    return Move(done, (say("notice.registered", household=draft.household), *ask(done, facts)), (effect,))


HANDLERS: dict[Step, Callable[[State, str, Facts], Move]] = {Step.NOTICE: notice, Step.ENTRY: entry}

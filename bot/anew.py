"""Questions that are due again, one by one: after a change that matters, before a consent ends, at fourteen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from access.domain.consent import FACE_PURPOSES, Purpose
from bot import words
from bot.facts import Facts
from bot.move import AnswerAnew, Move, say
from bot.noticing import newer_notice
from bot.questions import ask
from bot.state import State, Step


def begin(state: State, facts: Facts) -> Move:
    """The person asked for it, after it was brought up or by themselves."""
    waiting = [one.purpose for one in facts.standing.waits.due]
    if not facts.standing.registered or not waiting:
        return Move(state, (say("anew.nothing"),))
    if not facts.notice_hash:
        return Move(state, (say("notice.none"),))
    return _go(state, waiting[0], facts)


def answer(state: State, text: str, facts: Facts) -> Move:
    """A yes or a no to the open question; a no to one face question is a no to the face."""
    waiting = [one.purpose for one in facts.standing.waits.due]
    if state.asking not in {purpose.value for purpose in waiting}:
        return Move(_home(state), (say("anew.nothing"),))
    newer = newer_notice(state, facts)
    if newer is not None:
        return newer
    given, asked = words.agreed(text), Purpose(state.asking)
    if given is None:
        return Move(state, (say("anew.unknown"), *ask(state, facts)))
    effect = AnswerAnew(state.estate_id, asked, given, state.notice_hash)
    answered = {asked} | (FACE_PURPOSES if asked in FACE_PURPOSES and not given else set())
    left = [purpose for purpose in waiting if purpose not in answered]
    if not left:
        return Move(_home(state), (say("anew.done"),), (effect,))
    return replace(_go(state, left[0], facts), effects=(effect,))


HANDLERS: dict[Step, Callable[[State, str, Facts], Move]] = {Step.ANEW: answer}


def _go(state: State, purpose: Purpose, facts: Facts) -> Move:
    there = replace(state, step=Step.ANEW, asking=purpose.value, notice_hash=facts.notice_hash)
    return Move(there, ask(there, facts))


def _home(state: State) -> State:
    return replace(state, step=Step.HOME, asking="", notice_hash="")

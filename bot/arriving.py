"""Following, scanning the estate's QR code, coming back, and starting over."""

from __future__ import annotations

from dataclasses import replace

from access.domain.places import Estate
from bot.facts import Facts
from bot.heard import Arrived
from bot.move import Move, Say, say
from bot.questions import ask
from bot.state import EMPTY_DRAFT, State, Step


def arrive(state: State, event: Arrived, facts: Facts) -> Move:
    """A follow or a scan: greet a newcomer, and let everybody else go on where they were."""
    here = replace(settled(state, facts), following=True)
    if event.scene and not facts.scanned:
        return Move(here, (say("start.unknown_scene"), *ask(here, facts)))
    if here.step is Step.START:
        return begin(here, facts)
    return Move(here, (say("start.welcome_back"), *ask(here, facts)))


def begin(state: State, facts: Facts) -> Move:
    """The greeting, which asks the first question; without an estate, where to find one."""
    if facts.estate is None:
        return Move(replace(state, step=Step.START), (say("start.scan"),))
    return Move(_first(state), (_greeting(facts.estate, facts),))


def start_over(state: State, facts: Facts) -> Move:
    """Forget what was told and not yet handed in."""
    if facts.estate is None:
        return begin(replace(state, draft=EMPTY_DRAFT, notice_hash=""), facts)
    return Move(_first(state), (say("start.over"),))


def settled(state: State, facts: Facts) -> State:
    """The state in step with the world: the estate just scanned, and a person who is registered already."""
    estate_id = facts.estate.id if facts.estate else ""
    building_id = facts.building.id if facts.building else ""
    if state.estate_id not in {"", estate_id}:
        state = State(following=state.following, since=state.since, told=state.told)
    here = replace(state, estate_id=estate_id, building_id=building_id)
    if here.step is Step.START and facts.standing.registered:
        return replace(here, step=Step.HOME)
    if here.step in _OF_RESIDENTS and not facts.standing.registered:
        return replace(here, step=Step.START, notice_hash="")
    return here


_OF_RESIDENTS = frozenset(
    {
        Step.ENTRY,
        Step.AGE,
        Step.FACE_USE,
        Step.FACE_SERVER,
        Step.SELFIE,
        Step.HOME,
        Step.OPEN,
        Step.WITHDRAW,
        Step.BIRTH,
        Step.ANEW,
    }
)
"""Steps of someone with a place in the estate: whoever moved out or was refused begins anew."""


def _first(state: State) -> State:
    return replace(state, step=Step.HOUSEHOLD, draft=EMPTY_DRAFT, notice_hash="")


def _greeting(estate: Estate, facts: Facts) -> Say:
    return say(
        "start.greeting",
        estate=estate.name_zh,
        estate_en=estate.name_en,
        processor=estate.processor,
        contact=estate.contact,
        notice_url=facts.notice_url,
    )

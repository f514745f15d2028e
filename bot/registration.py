"""Registering: household, role, last day, name, summary. Every answer leads to the next question without one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from access.domain.errors import InvalidInput
from access.domain.residency import ROLES_WITH_END, Role
from access.services.register import MAX_NAME, clean_name
from bot import words
from bot.facts import Facts
from bot.last_day import last_day, lies_ahead
from bot.move import Move, Say, say
from bot.questions import ask
from bot.state import EMPTY_DRAFT, Draft, State, Step
from bot.words import Change


def household(state: State, text: str, facts: Facts) -> Move:
    found = facts.household
    if found is None:
        return Move(state, (say("household.unknown", written=shown(text)),))
    if found.id in facts.standing.open_households:
        return Move(state, (say("household.yours", household=found.label),))
    return _with(state, replace(state.draft, household_id=found.id, household=found.label), facts)


def role(state: State, text: str, facts: Facts) -> Move:
    chosen = words.role(text)
    if chosen is None:
        return _again(state, say("role.unknown"), facts)
    until = state.draft.last_day if chosen in ROLES_WITH_END else None
    return _with(state, replace(state.draft, role=chosen, of_age=False, last_day=until), facts)


def of_age(state: State, text: str, facts: Facts) -> Move:
    """A child under fourteen does not register alone: a parent of the household does it."""
    chosen = words.number(text)
    if chosen == _UNDER_14:
        stopped = replace(state, step=Step.START, draft=EMPTY_DRAFT, notice_hash="")
        return Move(stopped, (say("of_age.ask_parent"),))
    if chosen != _OF_AGE:
        return _again(state, say("of_age.unknown"), facts)
    return _with(state, replace(state.draft, of_age=True), facts)


def until(state: State, text: str, facts: Facts) -> Move:
    day = last_day(text, facts.today)
    if day is None:
        return _again(state, say("last_day.unknown"), facts)
    if not lies_ahead(day, facts.today):
        return _again(state, say("last_day.out_of_range", last_day=day.isoformat()), facts)
    return _with(state, replace(state.draft, last_day=day), facts)


def name(state: State, text: str, facts: Facts) -> Move:
    try:
        cleaned = clean_name(text)
    except InvalidInput:
        return _again(state, say("person.unusable", longest=str(MAX_NAME)), facts)
    return _with(state, replace(state.draft, name=cleaned), facts)


def summary(state: State, text: str, facts: Facts) -> Move:
    """Confirm, or go back to one answer and keep the others."""
    change = words.change(text)
    if change is not None and not (change is Change.LAST_DAY and state.draft.last_day is None):
        return _go(state, _CHANGED[change], facts)
    if not words.confirmed(text):
        return _again(state, say("summary.unknown"), facts)
    if not facts.notice_hash:
        return Move(state, (say("notice.none"),))
    asking = replace(state, step=Step.NOTICE, notice_hash=facts.notice_hash)
    return Move(asking, ask(asking, facts))


def back(state: State, facts: Facts) -> Move:
    """One question earlier; what was answered stays."""
    draft = state.draft
    earlier = {
        Step.ROLE: Step.HOUSEHOLD,
        Step.OF_AGE: Step.ROLE,
        Step.LAST_DAY: Step.ROLE,
        Step.NAME: _BEFORE_NAME.get(draft.role, Step.ROLE) if draft.role else Step.ROLE,
        Step.SUMMARY: Step.NAME,
        Step.NOTICE: Step.SUMMARY,
    }
    return _go(state, earlier.get(state.step, Step.HOUSEHOLD), facts)


def shown(text: str) -> str:
    """A person's own words, short enough to be shown back to them."""
    line = " ".join(text.split())
    return line if len(line) <= _SHOWN else line[:_SHOWN] + "…"


_SHOWN = 20
_OF_AGE, _UNDER_14 = 1, 2
_BEFORE_NAME = {Role.FAMILY: Step.OF_AGE, Role.TENANT: Step.LAST_DAY, Role.HELPER: Step.LAST_DAY}
_CHANGED = {
    Change.HOUSEHOLD: Step.HOUSEHOLD,
    Change.ROLE: Step.ROLE,
    Change.LAST_DAY: Step.LAST_DAY,
    Change.NAME: Step.NAME,
}

HANDLERS: dict[Step, Callable[[State, str, Facts], Move]] = {
    Step.HOUSEHOLD: household,
    Step.ROLE: role,
    Step.OF_AGE: of_age,
    Step.LAST_DAY: until,
    Step.NAME: name,
    Step.SUMMARY: summary,
}


def _with(state: State, draft: Draft, facts: Facts) -> Move:
    return _go(replace(state, draft=draft), draft.next_step(), facts)


def _go(state: State, step: Step, facts: Facts) -> Move:
    there = replace(state, step=step)
    return Move(there, ask(there, facts))


def _again(state: State, problem: Say, facts: Facts) -> Move:
    return Move(state, (problem, *ask(state, facts)))

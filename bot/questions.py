"""The words of the question that is open in each step."""

from __future__ import annotations

from access.domain.consent import Purpose
from access.domain.places import AccessPoint, Estate
from bot.facts import Facts
from bot.move import Say, say
from bot.state import Draft, State, Step
from bot.words import ROLE_WORDS

MAX_DOORS = 8
"""Doors listed in one message; whoever has more finds them all on the page."""


def ask(state: State, facts: Facts) -> tuple[Say, ...]:
    """Put the open question; in words that stand by themselves, so that it can be repeated days later."""
    estate = facts.estate
    if estate is None:
        return (say("start.scan"),)
    if state.step in _PLAIN:
        return (_PLAIN[state.step],)
    if state.step is Step.SUMMARY:
        return (_summary(state.draft),)
    if state.step is Step.ANEW:
        return anew_question(state, facts)
    return (_of_estate(state.step, estate, facts),)


def _of_estate(step: Step, estate: Estate, facts: Facts) -> Say:
    match step:
        case Step.NOTICE:
            return say(
                "notice.ask",
                processor=estate.processor,
                contact=estate.contact,
                notice_url=facts.notice_url,
            )
        case Step.ENTRY:
            return say("entry.ask") if estate.face_enabled else say("entry.ask_two")
        case Step.FACE_USE:
            return say("face.ask_use", notice_url=facts.notice_url)
        case Step.FACE_SERVER if facts.standing.edge_doors:
            return say(
                "face.ask_server_or_stay",
                processor=estate.processor,
                notice_url=facts.notice_url,
            )
        case Step.FACE_SERVER:
            return say("face.ask_server", processor=estate.processor, notice_url=facts.notice_url)
        case Step.SELFIE if facts.selfie_in_chat:
            return say("selfie.ask", selfie_url=facts.page("selfie"))
        case Step.SELFIE:
            return say("selfie.ask_page", selfie_url=facts.page("selfie"))
        case Step.OPEN:
            return say("open.ask", doors=_listed(facts.standing.doors))
        case _:
            return say("home.menu")


_PLAIN = {
    Step.START: say("start.idle"),
    Step.HOUSEHOLD: say("household.ask"),
    Step.ROLE: say("role.ask"),
    Step.OF_AGE: say("of_age.ask"),
    Step.LAST_DAY: say("last_day.ask"),
    Step.BIRTH: say("birth.ask"),
    Step.NAME: say("person.ask"),
    Step.AGE: say("face.ask_age"),
    Step.WITHDRAW: say("withdraw.ask"),
}


def anew_question(state: State, facts: Facts) -> tuple[Say, ...]:
    """A question that is due again, with the notice; the menu where it is due no more."""
    if state.asking not in {one.purpose.value for one in facts.standing.waits.due}:
        return (say("home.menu"),)
    match Purpose(state.asking):
        case Purpose.ACCESS:
            return (say("anew.ask_access", notice_url=facts.notice_url),)
        case Purpose.FACE_USE:
            return (say("anew.ask_face_use", notice_url=facts.notice_url),)
        case Purpose.FACE_SERVER:
            return (say("anew.ask_face_server", notice_url=facts.notice_url),)
        case Purpose.PHONE_CONTACT:
            return (say("anew.ask_phone", notice_url=facts.notice_url),)


def _summary(draft: Draft) -> Say:
    role, role_en = ROLE_WORDS[draft.role] if draft.role else ("", "")
    if draft.last_day is None:
        return say("summary.ask", household=draft.household, role=role, role_en=role_en, person=draft.name)
    return say(
        "summary.ask_until",
        household=draft.household,
        role=role,
        role_en=role_en,
        person=draft.name,
        last_day=draft.last_day.isoformat(),
    )


def named(doors: tuple[AccessPoint, ...]) -> str:
    """Doors in one line, each in both languages."""
    return "、".join(f"{door.name_zh} {door.name_en}" for door in doors)


def _listed(doors: tuple[AccessPoint, ...]) -> str:
    return "\n".join(f"{n} {door.name_zh} {door.name_en}" for n, door in enumerate(doors[:MAX_DOORS], start=1))

"""What can be asked for at any moment: the pass, visitors, a door, one's data, the status, withdrawing the face."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from access.domain.enrolment import EnrolmentStatus
from access.domain.residency import ResidencyStatus
from access.domain.times import local
from bot import anew, arriving, face, registration, words
from bot.bringing_up import key_of_report, report_words, tell
from bot.facts import Facts
from bot.move import GiveCode, JoinAccount, MarkRead, Move, OpenDoor, Say, say
from bot.questions import MAX_DOORS, ask
from bot.state import EMPTY_DRAFT, REGISTERING, State, Step
from bot.words import Command

_NUMBERED = (Command.PASS, Command.VISITORS, Command.OPEN, Command.STATUS, Command.DATA, Command.WITHDRAW)
"""The commands behind the numbers of the menu at home."""


def obey(state: State, command: Command, facts: Facts) -> Move:
    """Carry out a command, from wherever the person is."""
    return _COMMANDS[command](state, facts)


def at_home(state: State, text: str, facts: Facts) -> Move:
    chosen = words.number(text)
    if chosen is not None and 1 <= chosen <= len(_NUMBERED):
        return obey(state, _NUMBERED[chosen - 1], facts)
    return Move(state, (say("home.unknown"), *ask(state, facts)))


def which_door(state: State, text: str, facts: Facts) -> Move:
    """One of the listed doors; the pass opens the rest."""
    doors = facts.standing.doors[:MAX_DOORS]
    chosen = words.number(text)
    if chosen is None or not 1 <= chosen <= len(doors):
        return Move(state, (say("open.unknown"), *ask(state, facts)))
    door = doors[chosen - 1]
    opening = say("open.asked", door=door.name_zh, door_en=door.name_en)
    return Move(replace(state, step=Step.HOME), (opening,), (OpenDoor(door.id, facts.created),))


HANDLERS: dict[Step, Callable[[State, str, Facts], Move]] = {Step.HOME: at_home, Step.OPEN: which_door}


def _help(state: State, facts: Facts) -> Move:
    """At home what there is; within a question how to go on with it."""
    if state.step in _WITHOUT_QUESTION:
        return Move(state, (say("home.help"),))
    return Move(state, (say("home.help_here"), *ask(state, facts)))


_WITHOUT_QUESTION = frozenset({Step.START, Step.HOME})


def _back(state: State, facts: Facts) -> Move:
    if state.step in REGISTERING:
        return registration.back(state, facts)
    there = replace(state, step=Step.ENTRY if state.step in _AFTER_ENTRY else state.step, notice_hash="", asking="")
    if state.step in {Step.OPEN, Step.WITHDRAW, Step.ANEW, Step.BIRTH}:
        there = replace(there, step=Step.HOME)
    return Move(there, ask(there, facts))


_AFTER_ENTRY = frozenset({Step.AGE, Step.FACE_USE, Step.FACE_SERVER, Step.SELFIE})


def _start_over(state: State, facts: Facts) -> Move:
    return arriving.start_over(state, facts)


def _quit(state: State, facts: Facts) -> Move:
    step = Step.HOME if facts.standing.registered else Step.START
    return Move(replace(state, step=step, draft=EMPTY_DRAFT, notice_hash="", asking=""), (say("home.left"),))


def _pass(state: State, facts: Facts) -> Move:
    return _for_residents(state, facts, say("home.pass", pass_url=facts.page("pass")))


def _visitors(state: State, facts: Facts) -> Move:
    return _for_residents(state, facts, say("home.visitors", visitors_url=facts.page("visitors")))


def _open(state: State, facts: Facts) -> Move:
    if not facts.standing.approved:
        return _for_residents(state, facts, say("open.none"))
    if not facts.standing.doors:
        return Move(state, (say("open.none"),))
    there = replace(state, step=Step.OPEN)
    return Move(there, ask(there, facts))


def _data(state: State, facts: Facts) -> Move:
    links = {name: facts.page(name) for name in ("data", "retention", "verify")}
    said = say("home.data", data_url=links["data"], retention_url=links["retention"], verify_url=links["verify"])
    return Move(state, (said,))


def _withdraw(state: State, facts: Facts) -> Move:
    standing = facts.standing
    if not (standing.registered and (standing.face_use or standing.face_server)):
        return Move(state, (say("withdraw.nothing"), *_open_question(state, facts)))
    there = replace(state, step=Step.WITHDRAW)
    return Move(there, ask(there, facts))


def _status(state: State, facts: Facts) -> Move:
    if facts.standing.residency is None:
        return Move(state, (say("status.stranger"), *_open_question(state, facts)))
    return Move(state, (_residency_words(facts), *_face_words(facts)))


def _family(state: State, facts: Facts) -> Move:
    return _for_residents(state, facts, say("home.family", family_url=facts.page("family")))


def _reports(state: State, facts: Facts) -> Move:
    return _for_residents(state, facts, say("home.reports", reports_url=facts.page("reports")))


def _read(state: State, facts: Facts) -> Move:
    """What was not brought up yet is shown first: nobody acknowledges what they were not told of."""
    report = facts.standing.waits.report
    if report is None:
        return _reports(state, facts)
    if key_of_report(report) not in state.told.split(","):
        return Move(tell(state, key_of_report(report)), (report_words(report, facts),))
    return Move(state, (say("report.read"),), (MarkRead(report.id),))


def _bind(state: State, facts: Facts) -> Move:
    if not facts.standing.person_id:
        return Move(state, (say("bind.how"), *_open_question(state, facts)))
    return Move(state, (say("bind.how"),), (GiveCode(),))


def join(state: State, code: str) -> Move:
    """The code from the other account: from now on both are one person."""
    return Move(State(following=state.following), (say("bind.joined"),), (JoinAccount(code),))


def _for_residents(state: State, facts: Facts, said: Say) -> Move:
    if facts.standing.approved:
        return Move(state, (said,))
    if facts.standing.registered:
        return Move(state, (say("home.waiting"),))
    return Move(state, (say("home.register_first"), *_open_question(state, facts)))


def _open_question(state: State, facts: Facts) -> tuple[Say, ...]:
    return () if state.step is Step.HOME else ask(state, facts)


def _residency_words(facts: Facts) -> Say:
    residency, household = facts.standing.residency, facts.standing.household
    if residency is None:
        return say("status.stranger")
    match residency.status:
        case ResidencyStatus.PENDING:
            return say("status.pending", household=household)
        case ResidencyStatus.APPROVED if facts.standing.registered:
            return say("status.approved", household=household)
        case ResidencyStatus.REFUSED:
            return say("status.refused", household=household, reason=residency.reason)
        case _:
            return say("status.ended", household=household)


def _face_words(facts: Facts) -> tuple[Say, ...]:
    """Only for whoever began with the face; the others are not reminded of it."""
    kept = facts.standing.face
    if kept is None or not kept.agreed:
        return ()
    if kept.latest is EnrolmentStatus.PENDING:
        return (say("status.face_checking"),)
    if kept.latest is EnrolmentStatus.REVIEW:
        return (say("status.face_review"),)
    if kept.enrolled and kept.renew_until is not None and facts.estate is not None:
        until = local(kept.renew_until, facts.estate.timezone).date().isoformat()
        return (say("status.face_renewal", until=until),)
    return (say("status.face_enrolled") if kept.enrolled else say("status.face_wanted"),)


_COMMANDS: dict[Command, Callable[[State, Facts], Move]] = {
    Command.HELP: _help,
    Command.BACK: _back,
    Command.START_OVER: _start_over,
    Command.QUIT: _quit,
    Command.PASS: _pass,
    Command.VISITORS: _visitors,
    Command.OPEN: _open,
    Command.STATUS: _status,
    Command.DATA: _data,
    Command.WITHDRAW: _withdraw,
    Command.FACE: face.begin,
    Command.ANEW: anew.begin,
    Command.FAMILY: _family,
    Command.REPORTS: _reports,
    Command.READ: _read,
    Command.BIND: _bind,
}

"""The conversation: a pure function from where it stands and what was heard to where it leads."""

from __future__ import annotations

from dataclasses import replace

from bot import agreeing, anew, arriving, face, home, registration, words
from bot.bringing_up import bring_up
from bot.facts import Facts
from bot.heard import Arrived, Clicked, Heard, Left, Nothing, Pictured, Said
from bot.move import Move, say
from bot.questions import ask
from bot.state import State, Step

LONGEST_TEXT = 200

_HANDLERS = {
    **registration.HANDLERS,
    **agreeing.HANDLERS,
    **face.HANDLERS,
    **home.HANDLERS,
    **anew.HANDLERS,
}


def step(state: State, heard: Heard, facts: Facts) -> Move:
    """One message moves the conversation once.

    What was written before the open question was put is no answer to it: it is answered with that question and
    moves nothing.
    """
    late = facts.created < state.since
    move = _late(state, heard, facts) if late else bring_up(state, heard, _in_order(state, heard, facts), facts)
    if late or _same_place(move.state, state):
        return replace(move, state=replace(move.state, since=state.since))
    return replace(move, state=replace(move.state, since=facts.created))


def _in_order(state: State, heard: Heard, facts: Facts) -> Move:
    match heard:
        case Nothing():
            return Move(state)
        case Left():
            return Move(replace(state, following=False))
        case Arrived():
            return arriving.arrive(state, heard, facts)
    here = replace(arriving.settled(state, facts), following=True)
    if isinstance(heard, Clicked):
        return _clicked(here, heard.key, facts)
    if isinstance(heard, Pictured):
        return face.picture(here, heard.media_id, facts)
    if isinstance(heard, Said):
        return _said(here, heard.text, facts)
    return Move(here, (say("text.unusable"), *ask(here, facts)))


def _late(state: State, heard: Heard, facts: Facts) -> Move:
    if isinstance(heard, Left | Nothing):
        return Move(state)
    if facts.estate is None or facts.estate.id != state.estate_id:
        return Move(state, (say("home.help"),))
    return Move(state, (say("text.late"), *ask(arriving.settled(state, facts), facts)))


def _clicked(state: State, key: str, facts: Facts) -> Move:
    command = words.clicked(key)
    if command is None:
        return Move(state, (say("home.help"),))
    return home.obey(state, command, facts)


def _said(state: State, text: str, facts: Facts) -> Move:
    if len(text) > LONGEST_TEXT:
        return Move(state, (say("text.too_long"), *ask(state, facts)))
    code = words.bind_code(text)
    if code:
        return home.join(state, code)
    command = words.command(text)
    if command is not None and not agreeing.names_a_way(state, text):
        return home.obey(state, command, facts)
    if state.step is Step.START:
        return arriving.begin(state, facts)
    return _HANDLERS[state.step](state, text, facts)


def _same_place(one: State, other: State) -> bool:
    return replace(one, since=0, following=True, told="") == replace(other, since=0, following=True, told="")

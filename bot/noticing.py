"""A consent counts for the very notice that the question was asked with."""

from __future__ import annotations

from dataclasses import replace

from bot.facts import Facts
from bot.move import Move, say
from bot.questions import ask
from bot.state import State


def newer_notice(state: State, facts: Facts) -> Move | None:
    """The question once more, with the notice that is in force now; None when it is the one that was shown."""
    if state.notice_hash == facts.notice_hash != "":
        return None
    if not facts.notice_hash:
        return Move(state, (say("notice.none"),))
    fresh = replace(state, notice_hash=facts.notice_hash)
    return Move(fresh, (say("notice.changed"), *ask(fresh, facts)))

"""What waits for the person is brought up at their next word, one matter at a time, and each once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from access.domain.reports import Report
from access.services.ask_anew import Why
from bot.facts import Facts
from bot.heard import Arrived, Clicked, Heard, Said
from bot.move import Move, Say, say
from bot.state import State, Step

_KEPT = 6
"""Matters remembered; an older one has been answered, or may be said once more."""
_KEY = 12


def bring_up(before: State, heard: Heard, move: Move, facts: Facts) -> Move:
    """Add one matter to what is said at home. Never within a question, and not beside an act."""
    at_home = move.state.step is Step.HOME and before.step is not Step.ANEW
    if not at_home or move.effects or not isinstance(heard, Said | Clicked | Arrived):
        return move
    told = before.told.split(",")
    for key, words in _matters(facts):
        if key not in told and key not in move.state.told.split(","):
            return replace(move, state=tell(move.state, key), says=(*move.says, words))
    return move


def tell(state: State, key: str) -> State:
    """Remember that a matter was brought up."""
    kept = [one for one in state.told.split(",") if one][-(_KEPT - 1) :]
    return replace(state, told=",".join([*kept, key]))


def key_of_report(report: Report) -> str:
    return f"r{report.id[:_KEY]}"


def report_words(report: Report, facts: Facts) -> Say:
    return say(
        "report.new",
        title=report.title_zh,
        title_en=report.title_en,
        report_url=facts.page(f"reports/{report.id}"),
    )


def _matters(facts: Facts) -> Iterator[tuple[str, Say]]:
    waits, notice = facts.standing.waits, facts.notice_hash[:_KEY]
    reasons = {one.why for one in waits.due}
    if Why.FOURTEEN in reasons:
        yield f"f{notice}", say("anew.fourteen")
    if Why.CHANGED in reasons:
        yield f"c{notice}", say("anew.changed")
    if Why.ENDING in reasons:
        yield f"e{notice}", say("anew.ending")
    if waits.child:
        yield f"k{notice}", say("anew.child", family_url=facts.page("family"))
    if waits.report is not None:
        yield key_of_report(waits.report), report_words(waits.report, facts)

"""The chaos run's checks notice what they are there to notice."""

from __future__ import annotations

from dataclasses import replace

from benchmarks.chaos.cast import Revoked, Token
from benchmarks.chaos.checks import (
    Books,
    doubled_events,
    doubled_firings,
    granted_after_revocation,
    late_firings,
    lost_events,
)
from benchmarks.chaos.crowd import Seen, Shown
from standins.gate.client import GateOutcome

CARD = Token("card", "0C000001", "c1")
DECISION = (1, 1, "decision", 5_000, {"id": "e1", "credential": "c1"})
SOUND = Books(
    firings=[("e1", 5_000), ("e2", 6_000)],
    sources={"e1": "offline", "e2": "command"},
    expiries={"e2": 9_000},
    log=[DECISION, (1, 2, "door", 5_300, {"open": True})],
    granted={"e1": (5_000, "c1", None), "e2": (6_000, None, "p1")},
    left=(0, 1, 2),
    starts=2,
)
OFFLINE = GateOutcome("e1", True, None, "", "", True, True, 1.0, 0.0)
SHOWN = [Shown(5.0, CARD, OFFLINE)]


def test_sound_books_break_nothing() -> None:
    checks = (doubled_firings(SOUND), late_firings(SOUND), lost_events(SOUND, SHOWN), doubled_events(SOUND))
    assert [check.broken for check in checks] == [(), (), (), ()]
    assert [check.cases for check in checks] == [2, 1, 3, 2]


def test_a_second_firing_of_an_event_is_noticed() -> None:
    assert doubled_firings(replace(SOUND, firings=[*SOUND.firings, ("e2", 6_500)])).broken == ("e2",)


def test_a_firing_after_its_command_ran_out_is_noticed_and_the_gates_own_has_no_end() -> None:
    late = late_firings(replace(SOUND, firings=[("e1", 99_000), ("e2", 9_000)]))
    assert late.broken == ("e2 0 ms late",)


def test_whatever_is_missing_is_noticed() -> None:
    for books, shown in (
        (replace(SOUND, left=(1, 1, 2)), SHOWN),
        (replace(SOUND, left=(0, 1, 3)), SHOWN),
        (replace(SOUND, left=(0, 2, 1)), SHOWN),
        (replace(SOUND, log=[DECISION, (1, 3, "door", 5_300, {})], left=(0, 1, 3)), SHOWN),
        (replace(SOUND, granted={"e1": SOUND.granted["e1"]}), SHOWN),
        (SOUND, [Shown(5.0, CARD, replace(OFFLINE, event="e9", granted=False))]),
        (SOUND, [Shown(5.0, CARD, replace(OFFLINE, event="e9", offline=False))]),
    ):
        assert len(lost_events(books, shown).broken) == 1, books.left


def test_what_stands_twice_is_noticed() -> None:
    again = (2, 1, "decision", 7_000, {"id": "e1"})
    assert doubled_events(replace(SOUND, log=[*SOUND.log, again])).broken == ("decision e1",)
    door = (2, 1, "door", 5_300, {"open": True})
    assert doubled_events(replace(SOUND, log=[*SOUND.log, door])).broken == ("door at 5300",)


def test_two_starts_at_one_instant_are_two_and_a_third_is_noticed() -> None:
    """A gate that is killed before it heard the time knows of no later instant when it starts again."""
    starts = [(1, 3, "started", 5_000, {"version": 1}), (1, 4, "started", 5_000, {"version": 1})]
    assert doubled_events(replace(SOUND, log=[*SOUND.log, *starts])).broken == ()
    again = (2, 1, "started", 5_000, {"version": 1})
    assert doubled_events(replace(SOUND, log=[*SOUND.log, *starts, again])).broken == ("3 starts told of 2",)


def test_a_grant_after_revocation_is_within_the_policy_only_while_the_gate_could_not_know() -> None:
    cut, online = [Revoked(CARD, 4.0, 7)], [Shown(5.0, CARD, replace(OFFLINE, offline=False))]
    assert granted_after_revocation(SOUND, SHOWN, cut, [Seen(4.5, 6), Seen(6.0, 7)]).broken == ()
    assert granted_after_revocation(SOUND, SHOWN, cut, [Seen(4.5, 7)]).broken == ("card c1 in e1",)
    assert granted_after_revocation(SOUND, online, cut, []).broken == ("card c1 in e1",)
    by_server = replace(SOUND, log=[])
    assert granted_after_revocation(by_server, [], cut, []).broken == ("event e1",)
    assert granted_after_revocation(by_server, SHOWN, [Revoked(CARD, 5.5, 7)], []).broken == ()

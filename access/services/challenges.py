"""Ask for a movement before a face is taken; an answer counts once, in time, and from whom it was asked."""

from __future__ import annotations

from collections.abc import Mapping

from access.domain.challenges import (
    DEFAULT_RULES,
    ENROL_LIFE,
    GATE_LIFE,
    Challenge,
    ChallengeRule,
    Movement,
    at_gate,
    of_person,
)
from access.domain.consent import Channel
from access.domain.errors import Conflict, InvalidInput, NotFound, NotPermitted, TooOften
from access.domain.gates import Gate
from access.domain.ids import new_id
from access.domain.places import Method
from access.domain.staff import Staff
from access.domain.times import HOUR, MINUTE
from access.services.house import House
from access.stores import Stores

ASKED_AN_HOUR = 20
"""Challenges of one person an hour: enough to try again, too few to ask on until the movement suits a recording."""
ASKED_A_MINUTE = 30
"""Challenges of one access point a minute."""


def rule_of(stores: Stores, estate_id: str, channel: Channel) -> ChallengeRule:
    """What a channel asks for; nothing where there is no video."""
    default = DEFAULT_RULES.get(channel)
    return ChallengeRule.NONE if default is None else stores.challenges.rules(estate_id).get(channel, default)


def rules(house: House, estate_id: str) -> Mapping[Channel, ChallengeRule]:
    """What each channel with video asks for."""
    with house.db.reading() as stores:
        return {**DEFAULT_RULES, **stores.challenges.rules(estate_id)}


def set_rule(house: House, staff: Staff, channel: Channel, rule: ChallengeRule) -> None:
    """Staff choose what a channel asks for.

    Raises:
        InvalidInput: ``challenge.channel``, a channel without video.
    """
    if channel not in DEFAULT_RULES:
        raise InvalidInput("challenge.channel", "this channel has no video", field="channel")
    with house.db.transaction() as stores:
        stores.challenges.set_rule(staff.estate_id, channel, rule)
        details: dict[str, str | int | bool | None] = {"estate": staff.estate_id, "rule": rule.value}
        stores.audit.append(f"staff:{staff.id}", "staff:challenge:save", channel.value, details, house.clock.now())


def ask_person(house: House, person_id: str, estate_id: str, channel: Channel) -> Challenge:
    """Ask somebody who is about to film their face.

    Raises:
        NotPermitted: ``challenge.off`` where the channel asks for nothing.
        TooOften: ``challenge.often``.
    """
    if not house.limiter.allow(f"challenge:{person_id}", ASKED_AN_HOUR, HOUR):
        raise TooOften("challenge.often", "too many challenges within an hour")
    with house.db.transaction() as stores:
        rule = rule_of(stores, estate_id, channel)
        return _ask(house, stores, of_person(person_id, estate_id), estate_id, rule, ENROL_LIFE)


def ask_at_gate(house: House, gate: Gate, access_point_id: str) -> Challenge:
    """Ask whoever looks into the camera of an access point.

    Raises:
        NotPermitted: ``gate.access_point``; ``challenge.off`` where the access point asks for nothing.
        NotFound: ``access_point.unknown``.
        TooOften: ``challenge.often``.
    """
    if access_point_id not in gate.access_point_ids:
        raise NotPermitted("gate.access_point", "the gate does not serve this access point")
    if not house.limiter.allow(f"challenge:{gate.id}:{access_point_id}", ASKED_A_MINUTE, MINUTE):
        raise TooOften("challenge.often", "too many challenges within a minute")
    with house.db.transaction() as stores:
        point = stores.places.access_point(access_point_id)
        if point is None:
            raise NotFound("access_point.unknown", "no such access point")
        rule = point.challenge if Method.FACE in point.methods else ChallengeRule.NONE
        return _ask(house, stores, at_gate(gate.id, point.id), gate.estate_id, rule, GATE_LIFE)


def answered(stores: Stores, subject: str, challenge_id: str, used_by: str, at: int) -> Movement:
    """The movement that an answer must show; the challenge is spent with it.

    Raises:
        Conflict: ``challenge.spent``: too late, a second time, or not asked of this subject.
    """
    movement = stores.challenges.take(subject, challenge_id, used_by, at)
    if movement is None:
        raise Conflict("challenge.spent", "not asked, answered before, or too long ago", field="challenge")
    return movement


def _ask(house: House, stores: Stores, subject: str, estate_id: str, rule: ChallengeRule, life: int) -> Challenge:
    if rule is ChallengeRule.NONE:
        raise NotPermitted("challenge.off", "no movement is asked for here")
    now = house.clock.now()
    challenge = Challenge(subject, new_id(), estate_id, rule.draw(), now, now + life)
    stores.challenges.ask(challenge)
    return challenge

"""Challenges in SQL: one open for each subject, one taker, and staff's choice by channel."""

from __future__ import annotations

from dataclasses import replace

import pytest

from access.domain.challenges import Challenge, ChallengeRule, Movement
from access.domain.consent import Channel
from access.stores import Stores
from adapters.db.database import PeeweeDatabase
from tests.adapters.db.things import ESTATE, NOW, OTHER_ESTATE, race

OPEN = Challenge("person:p:e", "a" * 16, ESTATE.id, Movement.BLINK, NOW, NOW + 1_000)


@pytest.fixture(autouse=True)
def estates(database: PeeweeDatabase) -> None:
    with database.transaction() as stores:
        for estate in (ESTATE, OTHER_ESTATE):
            stores.places.save_estate(estate, b"secret")


def test_one_taker_however_many_try(database: PeeweeDatabase) -> None:
    with database.transaction() as stores:
        stores.challenges.ask(OPEN)

    def take(stores: Stores, number: int) -> bool:
        return stores.challenges.take(OPEN.subject, OPEN.id, f"event {number}", NOW) is Movement.BLINK

    assert race(database, 12, 4, take) == 1


def test_the_taker_may_ask_again_and_a_newer_asking_voids_the_older(database: PeeweeDatabase) -> None:
    newer = replace(OPEN, id="b" * 16, movement=Movement.TURN_LEFT)
    with database.transaction() as stores:
        stores.challenges.ask(OPEN)
        taken = [stores.challenges.take(OPEN.subject, OPEN.id, who, NOW) for who in ("one", "one", "two")]
        stores.challenges.ask(newer)
        old = stores.challenges.take(OPEN.subject, OPEN.id, "one", NOW)
        new = stores.challenges.take(OPEN.subject, newer.id, "two", NOW)
    assert taken == [Movement.BLINK, Movement.BLINK, None]
    assert (old, new) == (None, Movement.TURN_LEFT)


def test_a_challenge_ends_and_is_removed(database: PeeweeDatabase) -> None:
    with database.transaction() as stores:
        stores.challenges.ask(OPEN)
        assert stores.challenges.take(OPEN.subject, OPEN.id, "late", OPEN.expires_at) is None
        assert stores.challenges.delete_expired(OPEN.expires_at - 1) == 0
        assert stores.challenges.delete_expired(OPEN.expires_at) == 1
        stores.challenges.ask(OPEN)
        stores.challenges.drop(OPEN.subject)
        assert stores.challenges.take(OPEN.subject, OPEN.id, "gone", NOW) is None


def test_each_estate_has_its_own_rules(database: PeeweeDatabase) -> None:
    with database.transaction() as stores:
        for rule in (ChallengeRule.TURN, ChallengeRule.NONE):
            stores.challenges.set_rule(ESTATE.id, Channel.PAGE, rule)
        stores.challenges.set_rule(OTHER_ESTATE.id, Channel.PAGE, ChallengeRule.BLINK)
    with database.reading() as stores:
        assert stores.challenges.rules(ESTATE.id) == {Channel.PAGE: ChallengeRule.NONE}
        assert stores.challenges.rules(OTHER_ESTATE.id) == {Channel.PAGE: ChallengeRule.BLINK}

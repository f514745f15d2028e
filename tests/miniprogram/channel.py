"""The mini-program's channel switched off, as WeChat's review may ask: everything else must work."""

from __future__ import annotations

from dataclasses import replace

from access.domain.consent import Channel
from tests.estate import TestHouse


def without_selfies(wired: TestHouse) -> TestHouse:
    """The same house, where the mini-program takes no pictures."""
    policy = wired.house.policy
    channels = policy.photo_channels - {Channel.MINI_PROGRAM.value}
    return replace(wired, house=replace(wired.house, policy=replace(policy, photo_channels=channels)))

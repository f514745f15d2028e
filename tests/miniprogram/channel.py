"""What an operator may set about the mini-program: no pictures there, as WeChat's review may ask; being told."""

from __future__ import annotations

from dataclasses import replace

from access.domain.consent import Channel
from tests.estate import TestHouse

TEMPLATE = "T-notice"


def without_selfies(wired: TestHouse) -> TestHouse:
    """The same house, where the mini-program takes no pictures."""
    policy = wired.house.policy
    channels = policy.photo_channels - {Channel.MINI_PROGRAM.value}
    return replace(wired, house=replace(wired.house, policy=replace(policy, photo_channels=channels)))


def telling(wired: TestHouse) -> TestHouse:
    """The same house, with a template for being told by WeChat."""
    policy = replace(wired.house.policy, mini_notice_template=TEMPLATE)
    return replace(wired, house=replace(wired.house, policy=policy))

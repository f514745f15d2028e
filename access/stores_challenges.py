"""The store of challenges and of what each channel asks for, as a Protocol; see `access.stores`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from access.domain.challenges import Challenge, ChallengeRule, Movement
from access.domain.consent import Channel


class Challenges(Protocol):
    def rules(self, estate_id: str) -> Mapping[Channel, ChallengeRule]:
        """What staff have chosen; a channel that is missing follows its default."""
        ...

    def set_rule(self, estate_id: str, channel: Channel, rule: ChallengeRule) -> None: ...
    def ask(self, challenge: Challenge) -> None:
        """Open a challenge; the subject's one before is void from now on."""
        ...

    def take(self, subject: str, challenge_id: str, used_by: str, at: int) -> Movement | None:
        """One conditional write: the movement asked for, to the first `used_by` alone, however often it asks.

        None when it was asked of somebody else, never, too long ago, or has been answered by another.
        """
        ...

    def drop(self, subject: str) -> None: ...
    def delete_expired(self, at: int) -> int: ...

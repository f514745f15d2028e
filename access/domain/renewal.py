"""Renewing an estate's face references (ISO/IEC 24745): another model, or another secret transform.

References of before and after never meet, and no picture is kept to make new ones from: each resident gives a new
sample, or lets the old reference go on the day that was said.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

FIRST_TRANSFORM = 1


class Why(StrEnum):
    MODEL = "model"
    """Another model encodes faces since; references of the model before are old."""
    TRANSFORM = "transform"
    """The secret transform is replaced, as after a leak; every reference of before is old."""


@dataclass(frozen=True, slots=True)
class FaceRenewal:
    """One renewal of an estate.

    Attributes:
        model: that encodes from now on.
        transform: number of the transform that new references stand under.
        begun_at: references made at or before this instant may be old.
        until: instant up to which old references go on working.
        ended_at: set once the old ones were put to erasure.
    """

    id: str
    estate_id: str
    why: Why
    model: str
    transform: int
    begun_at: int
    until: int
    ended_at: int | None = None

    @property
    def keeps_model(self) -> str | None:
        """The model whose references are not old; None when all of before are."""
        return self.model if self.why is Why.MODEL else None

    def replaces(self, model: str, made_at: int) -> bool:
        """Whether a reference of `model`, made at an instant, is old for it."""
        return made_at <= self.begun_at and model != self.keeps_model


def asked_until(renewals: Iterable[FaceRenewal], references: Iterable[tuple[str, int]]) -> int | None:
    """Until when somebody with these references, (model, made at), is asked for a new sample; None: not at all."""
    held = list(references)
    until = [
        renewal.until
        for renewal in renewals
        if renewal.ended_at is None and any(renewal.replaces(model, made_at) for model, made_at in held)
    ]
    return min(until, default=None)

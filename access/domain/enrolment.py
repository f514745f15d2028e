"""Face enrolment: samples wait encrypted for the face work, then leave; the outcome stays with its reason."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from access.domain.challenges import Movement
from access.domain.consent import Channel
from access.domain.faces import QualityReason

MAX_SAMPLES = 3
MAX_SAMPLE_BYTES = 8 * 1024 * 1024


class EnrolmentStatus(StrEnum):
    PENDING = "pending"
    """Samples are in, the face work has not answered."""
    REJECTED = "rejected"
    """The sample could not be used; the person may try again."""
    REVIEW = "review"
    """Too near to someone else: property staff look at the person, never at who."""
    DONE = "done"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Enrolment:
    """One attempt to enrol a face.

    Attributes:
        quality_reason: set when rejected.
        finished_at: set once it is no longer pending.
        movement: what the samples, the frames of a film, must show; None for single pictures.
        in_person: the channel asks for a movement and none was made, so staff see the person before the face
            opens anything.
    """

    id: str
    person_id: str
    estate_id: str
    channel: Channel
    status: EnrolmentStatus
    created_at: int
    quality_reason: QualityReason | None = None
    finished_at: int | None = None
    movement: Movement | None = None
    in_person: bool = False

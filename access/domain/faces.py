"""What the core knows of a face: quality reasons, outcomes of encoding and of comparison.

Vocabulary of ISO/IEC 2382-37: sample, reference, probe, comparison score, candidate. Nothing here holds a
picture; references are opaque bytes that only the face engine reads.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class QualityReason(StrEnum):
    """Why a sample or probe cannot be used; each has words a person can act on (ISO/IEC 29794-5 components)."""

    NOT_A_PICTURE = "not_a_picture"
    HEIC = "heic"
    TOO_LARGE = "too_large"
    NO_FACE = "no_face"
    SEVERAL_FACES = "several_faces"
    CUT_OFF = "cut_off"
    TOO_SMALL = "too_small"
    BLURRED = "blurred"
    TOO_DARK = "too_dark"
    TOO_BRIGHT = "too_bright"
    TURNED_AWAY = "turned_away"
    EYES_CLOSED = "eyes_closed"
    COVERED = "covered"
    NOT_LIVE = "not_live"
    INCONSISTENT = "inconsistent"
    NOT_TURNED = "not_turned"
    NOT_BLINKED = "not_blinked"


@dataclass(frozen=True, slots=True)
class Encoded:
    """A sample turned into a reference.

    Attributes:
        reference: opaque bytes (the engine's own layout, float32 unit vectors), a few kB.
        model: name and revision of the model that made it; references of two models never meet.
        quality: 0.0 to 1.0, the smallest component.
    """

    reference: bytes
    model: str
    quality: float


@dataclass(frozen=True, slots=True)
class Rejected:
    """A sample that cannot be used, and why."""

    reason: QualityReason


@dataclass(frozen=True, slots=True)
class Met:
    """The frames show the movement that was asked for, made by one person.

    Attributes:
        best: positions of 1 to 3 frames that look straight into the camera with open eyes, for comparing.
    """

    best: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Match:
    """A candidate above the calibrated threshold and with the margin to the second candidate.

    Attributes:
        person_id: the data subject whose reference was nearest.
        score: cosine similarity, -1.0 to 1.0, larger is nearer.
        threshold: what `score` had to reach for a gallery of this size.
    """

    person_id: str
    score: float
    threshold: float


@dataclass(frozen=True, slots=True)
class NoMatch:
    """Nobody in the gallery. Leaves nothing behind but a count."""


@dataclass(frozen=True, slots=True)
class ClaimNeeded:
    """The gallery is too large for a 1:N decision at the configured FPIR: ask for a card or QR claim (1:1)."""


Movements = Met | Rejected
Encoding = Encoded | Rejected
Identification = Match | NoMatch | Rejected | ClaimNeeded

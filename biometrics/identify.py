"""From fused frames to a decision: threshold for this gallery's size, and a margin to the second person."""

from __future__ import annotations

from dataclasses import dataclass

from access.domain.faces import ClaimNeeded, Identification, Match, NoMatch
from biometrics.calibrate import Calibration
from biometrics.encode import Embedding
from biometrics.gallery import Gallery, Mask


@dataclass(frozen=True, slots=True)
class DecisionRule:
    """What the estate asks for.

    Attributes:
        fpir: share of strangers' presentations that may be taken for somebody (1:N), over the whole gallery.
        verify_fmr: share of impostors that may pass a claim (1:1).
        consistent_fmr: at which two samples of one enrolment count as one person's.
        look_alike_fpir: at which an enrolment is shown to staff as too near to somebody else.
        margin: least lead of the nearest over the second person, cosine similarity.
    """

    fpir: float = 1e-3
    verify_fmr: float = 1e-4
    consistent_fmr: float = 1e-3
    look_alike_fpir: float = 1e-2
    margin: float = 0.03


def identify(
    gallery: Gallery,
    allowed: Mask,
    probe: Embedding,
    frames: int,
    people: int,
    calibration: Calibration,
    rule: DecisionRule,
) -> Identification:
    """1:N decision.

    Args:
        gallery: of the model that made `probe`.
        allowed: who may be compared.
        probe: fused over the frames.
        frames: how many it was fused from.
        people: how many candidates the whole presentation is compared with (all models together).
        calibration: of that model.
        rule: the estate's.
    """
    if calibration.for_gallery(people, rule.fpir) is None:
        return ClaimNeeded()
    nearest = gallery.nearest(probe, allowed)
    if nearest is None:
        return NoMatch()
    threshold = calibration.for_gallery(people, rule.fpir, nearest.references, frames)
    if threshold is None:
        return ClaimNeeded()
    if nearest.score < threshold or nearest.score - nearest.runner_up < rule.margin:
        return NoMatch()
    return Match(nearest.person_id, min(1.0, nearest.score), threshold)


def verify(
    gallery: Gallery, person_id: str, probe: Embedding, frames: int, calibration: Calibration, rule: DecisionRule
) -> Match | NoMatch:
    """1:1 decision on a claimed person. Arguments as in `identify`."""
    scored = gallery.score(person_id, probe)
    if scored is None:
        return NoMatch()
    score, references = scored
    threshold = calibration.threshold(rule.verify_fmr, references, frames)
    if threshold is None or score < threshold:
        return NoMatch()
    return Match(person_id, min(1.0, score), threshold)

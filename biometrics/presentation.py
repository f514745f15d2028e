"""What the frames of one presentation amount to: samples that may be fused, or why they may not."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

from access.domain.faces import QualityReason, Rejected
from biometrics.challenge import Glance
from biometrics.encode import Embedding, score
from biometrics.pipeline import Sample


def one_person(embeddings: Sequence[Embedding], threshold: float | None) -> bool:
    """Whether every two of one model's embeddings score at least `threshold`; never where there is no threshold."""
    return threshold is not None and all(
        score(one, other) >= threshold for one, other in combinations(embeddings, 2)
    )


def fusible(
    answers: Sequence[Sample | Glance | Rejected], model: str, threshold: float | None
) -> list[Sample] | Rejected:
    """The usable samples of one presentation; why not, when there are none.

    One attack refuses all frames. The rest must show one person: fusing two people would speak for either.

    Args:
        answers: one a frame, as `Pipeline.samples` gives them.
        model: by whose embeddings the samples are compared.
        threshold: least score between two samples of one person; None where the calibration has none.
    """
    refused = [answer for answer in answers if isinstance(answer, Rejected)]
    attack = Rejected(QualityReason.NOT_LIVE)
    if attack in refused:
        return attack
    samples = [answer for answer in answers if isinstance(answer, Sample)]
    if not samples:
        return refused[0] if refused else Rejected(QualityReason.NO_FACE)
    alike = one_person([sample.embeddings[model] for sample in samples], threshold)
    return samples if alike else Rejected(QualityReason.INCONSISTENT)

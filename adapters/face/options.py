"""Everything the face process can be told, in one place, with defaults that hold the design's promises."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from biometrics.attack import AttackDetector, AttackPolicy
from biometrics.build import DEFAULT_MODEL
from biometrics.calibrate import FOLDER
from biometrics.deepface_model import OperatorWeights
from biometrics.identify import DecisionRule
from biometrics.picture import PictureLimits

TransformKeys = Callable[[str], Sequence[bytes]]
"""estate id -> its secret transform keys: the current one first, then one still in use during a renewal."""


def no_keys(_estate_id: str) -> Sequence[bytes]:
    """No estate has a secret transform."""
    return ()


@dataclass(frozen=True, slots=True)
class FaceOptions:
    """Options of the face process.

    Attributes:
        model: that encodes new samples.
        previous_model: still compared while residents give new samples after a change of model.
        transform_keys: secret transforms of the estates.
        rule: error rates asked for.
        calibrations: folder of the thresholds; an estate's own from `make calibrate`, or the shipped ones.
        enrolment_attack: what attack detection asks of an enrolment sample.
        probe_attack: what it asks of a probe, unless `access_point_attack` says otherwise for the access point.
        weights: of a ``deepface-NAME`` model that an operator chose.
        attack_engine: an operator's detector instead of the shipped network.
        limits: of pictures.
        max_frames: of one presentation.
        workers: threads that look at pictures, one a core.
        max_batch: frames a worker takes at once.
        max_waiting: frames in the queue beyond which the answer is ``face.busy``.
        timeout_s: how long a presentation may take before ``face.timeout``.
        watch_s: how often each estate's version is asked for.
        protect_memory: forbid core dumps and lock memory against swap, where the system allows it.
        candidates_s: how long a list of candidates is trusted while the version stays the same; rights may
            also end by the clock.
    """

    model: str = DEFAULT_MODEL
    previous_model: str | None = None
    transform_keys: TransformKeys = no_keys
    rule: DecisionRule = field(default_factory=DecisionRule)
    calibrations: Path = FOLDER
    enrolment_attack: AttackPolicy = field(default_factory=AttackPolicy)
    probe_attack: AttackPolicy = field(default_factory=AttackPolicy)
    access_point_attack: Mapping[str, AttackPolicy] = field(default_factory=dict)
    weights: OperatorWeights | None = None
    attack_engine: AttackDetector | None = None
    limits: PictureLimits = field(default_factory=PictureLimits)
    max_frames: int = 5
    workers: int = 2
    max_batch: int = 4
    max_waiting: int = 32
    timeout_s: float = 8.0
    watch_s: float = 0.5
    candidates_s: float = 1.0
    protect_memory: bool = True

    @property
    def detects_attacks(self) -> bool:
        """False when every policy has the passive check switched off; its network is then not needed."""
        policies = (self.enrolment_attack, self.probe_attack, *self.access_point_attack.values())
        return any(policy.least_live > 0 for policy in policies)

    @property
    def models(self) -> tuple[str, ...]:
        """Models in use, the current one first."""
        return (self.model,) if self.previous_model is None else (self.model, self.previous_model)

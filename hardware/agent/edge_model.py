"""The networks at the gate: the same chain as the face process, over the few people enrolled here.

The only file of the agent that knows `biometrics`, and imported only where the option is used.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path

from access.domain.faces import Identification, NoMatch, Rejected
from biometrics import identify as decisions
from biometrics.attack import AttackPolicy, PassiveNet
from biometrics.calibrate import load
from biometrics.detect import BlazeFace
from biometrics.encode import fuse, score
from biometrics.gallery import Gallery
from biometrics.joined import JOINED_2, Joined
from biometrics.landmarks import FaceMesh
from biometrics.models import verified
from biometrics.pipeline import Pipeline, Use
from biometrics.presentation import fusible, one_person
from biometrics.quality import ENROLMENT, PROBE
from biometrics.reference import Reference, pack, unpack
from biometrics.transform import transform_id, turn

_SAME_PICTURE = 0.995
"""Score from which two samples are one picture saved twice: two looks of one person stay below it."""


_FILES = ("detector", "mesh", "mobilefacenet", "fr_feature", "fr_liveness")


def check_files(models: Path) -> None:
    """Raises biometrics.models.ModelFileError for the first file that is missing or is not the pinned one."""
    for name in _FILES:
        verified(models, name)


class GateModel:
    """`hardware.agent.edge_option.FaceModel`."""

    def __init__(self, models: Path) -> None:
        """Raises biometrics.models.ModelFileError and biometrics.calibrate.CalibrationError, both RuntimeErrors."""
        encoder = Joined(models)
        mesh, detector = FaceMesh(verified(models, "mesh")), BlazeFace(verified(models, "detector"))
        self._pipeline = Pipeline(detector, mesh, [encoder], PassiveNet(models))
        self._calibration = load(JOINED_2.name)
        self._rule = decisions.DecisionRule()
        self._key = b""
        self._gallery = Gallery(())
        self._pipeline.warm()

    @property
    def name(self) -> str:
        return JOINED_2.name

    @property
    def largest_gallery(self) -> int:
        return self._calibration.largest_gallery(self._rule.fpir)

    def encode(self, picture: bytes, key: bytes) -> bytes | Rejected:
        sample = self._pipeline.samples([picture], [Use(ENROLMENT, AttackPolicy())])[0]
        if isinstance(sample, Rejected):
            return sample
        return pack(Reference(transform_id(key), turn(sample.embeddings[self.name], key)))

    def one_person(self, references: Sequence[bytes]) -> bool:
        return one_person([unpack(one).embedding for one in references], self._consistent())

    def distinct(self, one: bytes, other: bytes) -> bool:
        return score(unpack(one).embedding, unpack(other).embedding) < _SAME_PICTURE

    def hold(self, faces: Sequence[tuple[str, Sequence[bytes]]], key: bytes) -> None:
        self._key = key
        self._gallery = Gallery((name, unpack(one).embedding) for name, kept in faces for one in kept)

    def alike(self, reference: bytes, others_than: Collection[str]) -> bool:
        threshold = self._calibration.for_gallery(max(1, len(self._gallery)), self._rule.look_alike_fpir)
        if threshold is None:
            return True
        return bool(set(self._gallery.above(unpack(reference).embedding, threshold)) - set(others_than))

    def identify(self, frames: Sequence[bytes], candidates: Collection[str]) -> Identification:
        answers = self._pipeline.samples(frames, [Use(PROBE, AttackPolicy())] * len(frames))
        samples = fusible(answers, self.name, self._consistent())
        if isinstance(samples, Rejected):
            return samples
        allowed = self._gallery.mask(frozenset(candidates))
        people = int(allowed.sum())
        if not people:
            return NoMatch()
        probe = turn(fuse([sample.embeddings[self.name] for sample in samples]), self._key)
        return decisions.identify(
            self._gallery, allowed, probe, len(samples), people, self._calibration, self._rule
        )

    def _consistent(self) -> float | None:
        return self._calibration.threshold(self._rule.consistent_fmr)

"""One picture to one comparable sample: decode, detect, quality, attack detection, encode.

Nothing is kept: pictures and crops live as long as the call.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from access.domain.faces import QualityReason, Rejected
from biometrics.align import chip
from biometrics.attack import AttackDetector, AttackPolicy, passes
from biometrics.challenge import Glance
from biometrics.detect import Detector
from biometrics.encode import Embedding, Encoder, LocatedFace
from biometrics.eyes import OpenEyes
from biometrics.landmarks import FaceMesh, Mesh
from biometrics.locate import locate
from biometrics.picture import PictureLimits, Rgb, decode
from biometrics.quality import Quality, QualityRule, judge, measure, value

MIN_PRESENCE = 0.5
"""Below it the landmark network says that the detector's box holds no face (MediaPipe's threshold)."""


@dataclass(frozen=True, slots=True)
class Use:
    """What a sample is for: how strict to be, and what attack detection asks."""

    quality: QualityRule
    attack: AttackPolicy


@dataclass(frozen=True, slots=True)
class Sample:
    """One usable face.

    Attributes:
        embeddings: by model name.
        quality: 0 to 1, the smallest component.
        measured: the components.
        live: score of the passive attack detector, None when it could not judge.
        mesh: landmarks, for the challenge.
    """

    embeddings: Mapping[str, Embedding]
    quality: float
    measured: Quality
    live: float | None
    mesh: Mesh


@dataclass(frozen=True, slots=True)
class _Usable:
    face: LocatedFace
    quality: float
    measured: Quality
    live: float | None


class Pipeline:
    """Holds the networks. Safe to call from several threads."""

    def __init__(
        self,
        detector: Detector,
        mesh: FaceMesh,
        encoders: Sequence[Encoder],
        attack: AttackDetector,
        limits: PictureLimits | None = None,
    ) -> None:
        self._detector = detector
        self._mesh = mesh
        self._encoders = tuple(encoders)
        self._attack = attack
        self._limits = limits or PictureLimits()
        self._eyes = OpenEyes()

    def identifies(self, model: str) -> bool:
        """Whether the error rate of one of its models allows 1:N. Raises KeyError: no such model here."""
        return {encoder.name: encoder.identifies for encoder in self._encoders}[model]

    def samples(self, pictures: Sequence[bytes], uses: Sequence[Use]) -> list[Sample | Rejected]:
        """One answer a picture, in order; the usable faces are encoded as one batch.

        Args:
            pictures: files as received.
            uses: one a picture.
        """
        found = [self._usable(picture, use) for picture, use in zip(pictures, uses, strict=True)]
        usable = [item for item in found if isinstance(item, _Usable)]
        encoded = (
            {encoder.name: encoder.encode([item.face for item in usable]) for encoder in self._encoders}
            if usable
            else {}
        )
        answers: list[Sample | Rejected] = []
        row = 0
        for item in found:
            if isinstance(item, Rejected):
                answers.append(item)
                continue
            embeddings = {name: made[row] for name, made in encoded.items()}
            answers.append(Sample(embeddings, item.quality, item.measured, item.live, item.face.mesh))
            row += 1
        return answers

    def glance(self, picture: bytes) -> Glance | Rejected:
        """Landmarks and eyes of the largest face, for the challenge: a turned head must not be refused."""
        image = decode(picture, self._limits)
        if isinstance(image, QualityReason):
            return Rejected(image)
        faces = self._detector.detect(image)
        if not faces:
            return Rejected(QualityReason.NO_FACE)
        mesh = self._mesh.find(image, faces[0])
        if mesh.presence < MIN_PRESENCE:
            return Rejected(QualityReason.NO_FACE)
        return Glance(mesh, self._eyes.count(image, mesh))

    def warm(self) -> None:
        """Run every network once, so that the first probe waits for nothing."""
        grey: Rgb = np.full((320, 320, 3), 127, np.uint8)
        self._detector.detect(grey)
        points = np.zeros((468, 3), np.float32)
        points[:, :2] = np.random.default_rng(0).uniform(100, 220, (468, 2))
        for encoder in self._encoders:
            encoder.encode([LocatedFace(grey, Mesh(points, 1.0))])

    def _usable(self, picture: bytes, use: Use) -> _Usable | Rejected:
        image = decode(picture, self._limits)
        if isinstance(image, QualityReason):
            return Rejected(image)
        located = locate(self._detector, self._mesh, image)
        if located is None:
            return Rejected(QualityReason.NO_FACE)
        faces, mesh = located.faces, located.mesh
        if mesh.presence < MIN_PRESENCE and len(faces) == 1:
            return Rejected(QualityReason.NO_FACE)
        quality = measure(chip(image, mesh.five()), mesh, faces, image)
        reason = judge(quality, use.quality)
        if reason is not None:
            return Rejected(reason)
        live = self._attack.live_score(image, faces[0]) if use.attack.least_live > 0 else None
        if not passes(live, use.attack):
            return Rejected(QualityReason.NOT_LIVE)
        return _Usable(LocatedFace(image, mesh), value(quality), quality, live)

"""The default model: MobileFaceNet and fr_feature joined, and a bias for how well the face can be recognised.

Both unit vectors are put side by side (704 values) and turned onto the 256 directions in which faces of other
people differ most. That loses nothing measurable and makes references and search nearly three times smaller.

The length of a network's vector before it is normalised tells how much of a face the network saw: it is short
for sunglasses, hats, profiles and blur (the observation behind MagFace, Meng et al. 2021). Two pictures of one
person score lower when one of them is such a picture, and so do pictures of strangers. Adding to the score what
is missing on average makes one threshold fit both kinds. The bias is linear in the logarithms of the two lengths
and is limited, so that a poor picture never buys more than a little.

`joined-1` gave the mirror image to both networks. The second gains nothing measurable from it, and a probe then
takes a seventh longer, so `joined-2` gives it to the first alone. The older revision stays for estates that change
over (docs/biometrics/models.md).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from biometrics.align import chip
from biometrics.encode import Embedding, FrFeature, LocatedFace, MobileFaceNet, unit
from biometrics.nets import Tensor
from biometrics.picture import Rgb


@dataclass(frozen=True, slots=True)
class LengthBias:
    """bias = sum of weight * (log length - mean), within plus and minus limit.

    Attributes:
        mean: of the logarithm of each network's vector length on the calibration people.
        weight: per network; negative, since a short vector earns a bonus.
        limit: largest bias either way, cosine similarity.
    """

    mean: tuple[float, float]
    weight: tuple[float, float]
    limit: float

    def of(self, lengths: tuple[float, float]) -> float:
        """Bias of one face from the lengths of its two raw vectors."""
        logs = np.log(np.maximum(lengths, 1e-9))
        value = float((np.array(self.weight) * (logs - np.array(self.mean))).sum())
        return float(np.clip(value, -self.limit, self.limit))


@dataclass(frozen=True, slots=True)
class Revision:
    """What is learned, and how the networks are asked; a change of either is a new revision.

    Attributes:
        name: as kept beside each reference.
        mirrored: the second network sees the mirror image too.
        bias: printed by `make fit-face` on the calibration half of lfw-dev.
    """

    name: str
    mirrored: bool
    bias: LengthBias

    @property
    def projection(self) -> Path:
        """float16 (704, 256), orthonormal columns; written by `make fit-face`."""
        return Path(__file__).with_name("calibrations") / f"{self.name}.projection.npy"


JOINED_1 = Revision("joined-1", True, LengthBias(mean=(4.944, 1.946), weight=(-0.100, -0.104), limit=0.06))
JOINED_2 = Revision("joined-2", False, LengthBias(mean=(4.944, 1.259), weight=(-0.109, -0.097), limit=0.06))
REVISIONS = {revision.name: revision for revision in (JOINED_1, JOINED_2)}
DIMENSION = 256


class Joined:
    """Both networks' unit vectors side by side, projected, of unit length; 256 values."""

    identifies = True

    def __init__(self, models_dir: Path, revision: Revision = JOINED_2) -> None:
        self.name = revision.name
        self._first = MobileFaceNet(models_dir)
        self._second = FrFeature(models_dir, revision.mirrored)
        self._bias = revision.bias
        self._projection: Tensor = np.load(revision.projection).astype(np.float32)

    def encode(self, faces: Sequence[LocatedFace]) -> list[Embedding]:
        """See `Encoder.encode`."""
        return [self.encode_chip(chip(face.image, face.mesh.five())) for face in faces]

    def encode_chip(self, aligned: Rgb) -> Embedding:
        """Embedding of one aligned face, uint8 RGB (112, 112, 3)."""
        first, second = self.raw(aligned)
        vector = unit(join(first, second) @ self._projection)
        return Embedding(vector, self._bias.of((float(np.linalg.norm(first)), float(np.linalg.norm(second)))))

    def raw(self, aligned: Rgb) -> tuple[Tensor, Tensor]:
        """Both networks' vectors, (192,) and (512,), not of unit length."""
        return self._first.raw(aligned), self._second.raw(aligned)


def join(first: Tensor, second: Tensor) -> Tensor:
    """Both networks' vectors, each of unit length, side by side; (704,)."""
    return np.concatenate([unit(first), unit(second)])

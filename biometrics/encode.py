"""From an aligned face to an embedding. Each encoder is one *model* in the sense of the references' label.

Two embeddings of one encoder are compared by `score`; embeddings of different encoders never meet.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np

from biometrics.landmarks import Mesh
from biometrics.models import verified
from biometrics.nets import Tensor, open_net
from biometrics.picture import Rgb


@dataclass(frozen=True, slots=True)
class LocatedFace:
    """A face and where it is: what an encoder needs to cut the crop it was trained on.

    Attributes:
        image: RGB, the whole picture.
        mesh: its landmarks in picture pixels.
    """

    image: Rgb
    mesh: Mesh


@dataclass(frozen=True, slots=True)
class Embedding:
    """What is compared.

    Attributes:
        vector: float32 (d,) of unit length.
        bias: added to each score of this face, see `biometrics.joined`; 0 for models without one.
    """

    vector: Tensor
    bias: float = 0.0


class Encoder(Protocol):
    """Turns faces into comparable vectors."""

    @property
    def name(self) -> str:
        """Name and revision, as kept beside each reference."""
        ...

    @property
    def identifies(self) -> bool:
        """False when the model's error rate allows 1:1 only."""
        ...

    def encode(self, faces: Sequence[LocatedFace]) -> list[Embedding]:
        """One embedding a face."""
        ...


class MobileFaceNet:
    """MobileFaceNet, 192 values; the file takes the face and its mirror image as one batch of two."""

    def __init__(self, models_dir: Path) -> None:
        self._net = open_net(verified(models_dir, "mobilefacenet"))

    def raw(self, aligned: Rgb) -> Tensor:
        """Vector not yet of unit length; its length grows with how well the face can be recognised."""
        pair = np.stack([aligned, aligned[:, ::-1]]).astype(np.float32)
        both = self._net.run((pair - 127.5) / 128.0)[0]
        return np.asarray(both.sum(axis=0), np.float32)


class FrFeature:
    """fr_feature, 512 values; run on the face alone, or on the face and its mirror image and added."""

    def __init__(self, models_dir: Path, mirrored: bool = False) -> None:
        self._rows = 2 if mirrored else 1
        self._net = open_net(verified(models_dir, "fr_feature"), rows=self._rows)

    def raw(self, aligned: Rgb) -> Tensor:
        """Vector not yet of unit length; its length grows with how well the face can be recognised."""
        looks = np.stack([aligned, aligned[:, ::-1]][: self._rows]).astype(np.float32)
        planes = np.ascontiguousarray(((looks - 127.0) / 128.0).transpose(0, 3, 1, 2))
        vectors = self._net.run(planes)[0].reshape(self._rows, -1)
        return np.asarray(vectors.sum(axis=0), np.float32)


def fuse(embeddings: Sequence[Embedding]) -> Embedding:
    """One embedding for several of one person (references, or frames of one presentation): their mean."""
    mean = np.mean([one.vector for one in embeddings], axis=0)
    return Embedding(unit(mean), float(np.mean([one.bias for one in embeddings])))


def score(one: Embedding, other: Embedding) -> float:
    """Comparison score: cosine similarity and both biases; larger is nearer."""
    return float(one.vector @ other.vector) + one.bias + other.bias


def unit(vectors: Tensor) -> Tensor:
    """Each row divided by its length; a zero row stays zero and so matches nothing."""
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return np.asarray(vectors / np.maximum(lengths, 1e-9), dtype=np.float32)

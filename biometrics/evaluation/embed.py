"""Running the pipeline over a set of pictures once, and keeping what came out of it under ``var/``.

What is kept are vectors and quality components, never a picture. The cache is keyed by model, content and the
pipeline's code, so a change of any of them measures anew.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, fields
from pathlib import Path

import numpy as np

from access.domain.faces import Rejected
from biometrics.attack import AttackPolicy
from biometrics.evaluation.dataset import LabelledPicture
from biometrics.nets import Tensor
from biometrics.pipeline import Pipeline, Use
from biometrics.quality import Quality, QualityRule, judge

ANYTHING = QualityRule(
    eye_distance=0,
    outside=1,
    other_face=1e9,
    sharpness=0,
    darkest=0,
    brightest=256,
    yaw=181,
    pitch=181,
    eye_openness=-1,
    presence=0,
)
"""No bound at all: evaluation measures first and judges afterwards."""
_FIELDS = tuple(field.name for field in fields(Quality))
_CODE = ("picture", "detect", "landmarks", "locate", "align", "encode", "joined", "quality")


@dataclass(frozen=True, slots=True)
class Embedded:
    """What the pipeline made of a set of pictures; rows in the pictures' order.

    Attributes:
        pictures: the set.
        found: bool (n,): a face was found and encoded.
        vectors: float32 (n, d), zero where none was found.
        biases: float32 (n,).
        measured: float32 (n, components of `Quality`).
    """

    pictures: tuple[LabelledPicture, ...]
    found: np.ndarray[tuple[int], np.dtype[np.bool_]]
    vectors: Tensor
    biases: Tensor
    measured: Tensor

    @property
    def labels(self) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
        """int (n,): people numbered by name."""
        names = sorted({picture.person for picture in self.pictures})
        number = {name: n for n, name in enumerate(names)}
        return np.array([number[picture.person] for picture in self.pictures], np.int64)

    def quality(self, row: int) -> Quality:
        """Components of one picture."""
        return Quality(**{name: float(value) for name, value in zip(_FIELDS, self.measured[row], strict=True)})

    def accepted(self, rule: QualityRule) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
        """bool (n,): found and of the quality asked for."""
        return np.array([found and judge(self.quality(row), rule) is None for row, found in enumerate(self.found)])

    def only(self, keep: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> Embedded:
        """The rows that `keep` marks."""
        chosen = tuple(picture for picture, kept in zip(self.pictures, keep, strict=True) if kept)
        return Embedded(chosen, self.found[keep], self.vectors[keep], self.biases[keep], self.measured[keep])


def embed(
    chain: Pipeline,
    model: str,
    pictures: Sequence[LabelledPicture],
    cache: Path,
    change: Callable[[bytes], bytes] | None = None,
    change_name: str = "",
) -> Embedded:
    """Vectors and quality of each picture, from the cache where they are known.

    Args:
        chain: the pipeline.
        model: whose vectors are wanted.
        pictures: the set.
        cache: folder for the cache.
        change: a controlled degradation of the file, named by `change_name`.
    """
    path = cache / f"{_key(model, pictures, change_name)}.npz"
    if path.is_file():
        with np.load(path) as kept:
            return Embedded(tuple(pictures), kept["found"], kept["vectors"], kept["biases"], kept["measured"])
    with ThreadPoolExecutor(max_workers=2) as pool:
        rows = list(pool.map(lambda picture: _one(chain, model, picture, change), pictures))
    size = next((row.vector.size for row in rows if row is not None), 1)
    none = _Row(np.zeros(size, np.float32), 0.0, np.zeros(len(_FIELDS), np.float32))
    full = [row or none for row in rows]
    made = Embedded(
        tuple(pictures),
        np.array([row is not None for row in rows]),
        np.stack([row.vector for row in full]),
        np.array([row.bias for row in full], np.float32),
        np.stack([row.measured for row in full]),
    )
    cache.mkdir(parents=True, exist_ok=True)
    np.savez(path, found=made.found, vectors=made.vectors, biases=made.biases, measured=made.measured)
    return made


@dataclass(frozen=True, slots=True)
class _Row:
    vector: Tensor
    bias: float
    measured: Tensor


def _one(
    chain: Pipeline, model: str, picture: LabelledPicture, change: Callable[[bytes], bytes] | None
) -> _Row | None:
    data = picture.path.read_bytes()
    use = Use(ANYTHING, AttackPolicy(least_live=0))
    [sample] = chain.samples([change(data) if change else data], [use])
    if isinstance(sample, Rejected):
        return None
    embedding = sample.embeddings[model]
    return _Row(embedding.vector, embedding.bias, np.array(list(asdict(sample.measured).values()), np.float32))


def _key(model: str, pictures: Sequence[LabelledPicture], change: str) -> str:
    digest = hashlib.sha256(f"{model}\0{change}".encode())
    for name in _CODE:
        digest.update((Path(__file__).parents[1] / f"{name}.py").read_bytes())
    for picture in pictures:
        digest.update(f"{picture.path}\0{picture.path.stat().st_size}\0".encode())
    return digest.hexdigest()[:24]

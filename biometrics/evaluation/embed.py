"""Running the pipeline over a set of pictures once, and keeping what came out of it under ``var/``.

What is kept are vectors and quality components, never a picture. The cache is in parts of some hundred pictures,
keyed by model, files, the pipeline's code and what was learned: a change of any of them measures anew, and a run
that was stopped goes on where it was.
"""

from __future__ import annotations

import hashlib
import io
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, fields
from pathlib import Path

import numpy as np
from PIL import Image

from access.domain.faces import QualityReason, Rejected
from biometrics.attack import AttackPolicy
from biometrics.evaluation.dataset import CONVERTED, LabelledPicture
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
PART = 400
"""Pictures in one file of the cache."""
_ROOM = Path(__file__).parents[1]
_PATTERNS = ("*.py", "models.toml", "calibrations/*.npy", "evaluation/degrade.py", "evaluation/pose.py")
SOURCES = tuple(path for pattern in _PATTERNS for path in sorted(_ROOM.glob(pattern)))
"""Whatever a row may come from: the pipeline, its network files, what was learned, the controlled degradations."""


@dataclass(frozen=True, slots=True)
class Embedded:
    """What the pipeline made of a set of pictures; rows in the pictures' order.

    Attributes:
        pictures: the set.
        found: bool (n,): a face was found and encoded.
        vectors: float32 (n, d), zero where none was found.
        biases: float32 (n,).
        measured: float32 (n, components of `Quality`).
        reasons: why no face was found, empty where one was.
    """

    pictures: tuple[LabelledPicture, ...]
    found: np.ndarray[tuple[int], np.dtype[np.bool_]]
    vectors: Tensor
    biases: Tensor
    measured: Tensor
    reasons: tuple[str, ...]

    @property
    def labels(self) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
        """int (n,): people numbered by name."""
        names = sorted({picture.person for picture in self.pictures})
        number = {name: n for n, name in enumerate(names)}
        return np.array([number[picture.person] for picture in self.pictures], np.int64)

    def quality(self, row: int) -> Quality:
        """Components of one picture."""
        return Quality(**{name: float(value) for name, value in zip(_FIELDS, self.measured[row], strict=True)})

    def refusals(self, rule: QualityRule) -> list[str]:
        """Why each picture is refused, empty where it is not."""
        judged = (judge(self.quality(row), rule) if found else None for row, found in enumerate(self.found))
        return [reason or (judged_as or "") for reason, judged_as in zip(self.reasons, judged, strict=True)]

    def accepted(self, rule: QualityRule) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
        """bool (n,): found and of the quality asked for."""
        return np.array([not reason for reason in self.refusals(rule)], bool)

    def only(self, keep: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> Embedded:
        """The rows that `keep` marks."""
        chosen = tuple(picture for picture, kept in zip(self.pictures, keep, strict=True) if kept)
        reasons = tuple(reason for reason, kept in zip(self.reasons, keep, strict=True) if kept)
        return Embedded(
            chosen, self.found[keep], self.vectors[keep], self.biases[keep], self.measured[keep], reasons
        )


def embed(
    chain: Pipeline,
    model: str,
    pictures: Sequence[LabelledPicture],
    cache: Path,
    change: Callable[[bytes], bytes] | None = None,
    change_name: str = "",
    say: Callable[[str], object] | None = None,
) -> Embedded:
    """Vectors and quality of each picture, from the cache where they are known.

    Args:
        chain: the pipeline.
        model: whose vectors are wanted.
        pictures: the set.
        cache: folder for the cache.
        change: a controlled degradation of the file, named by `change_name`.
        say: told how far it is, now and then.
    """
    cache.mkdir(parents=True, exist_ok=True)
    rows: list[_Row] = []
    began, measured = time.monotonic(), 0
    with ThreadPoolExecutor(max_workers=2) as pool:
        for start in range(0, len(pictures), PART):
            part = pictures[start : start + PART]
            path = cache / f"{_key(model, part, change_name)}.npz"
            known = _load(path)
            if known is None:
                known = list(pool.map(lambda picture: _one(chain, model, picture, change), part))
                _save(path, known)
                measured += len(part)
            rows += known
            if say is not None and measured:
                left = (time.monotonic() - began) / measured * (len(pictures) - len(rows))
                say(f"{change_name or 'pictures'}: {len(rows)} of {len(pictures)}, about {left:.0f} s left")
    return _table(pictures, rows)


@dataclass(frozen=True, slots=True)
class _Row:
    vector: Tensor
    bias: float
    measured: Tensor
    reason: str


_NONE = np.zeros(0, np.float32)


def _table(pictures: Sequence[LabelledPicture], rows: Sequence[_Row]) -> Embedded:
    size = max((row.vector.size for row in rows), default=1)
    vectors = np.zeros((len(rows), max(1, size)), np.float32)
    measured = np.zeros((len(rows), len(_FIELDS)), np.float32)
    for number, row in enumerate(rows):
        if not row.reason:
            vectors[number], measured[number] = row.vector, row.measured
    return Embedded(
        tuple(pictures),
        np.array([not row.reason for row in rows], bool),
        vectors,
        np.array([row.bias for row in rows], np.float32),
        measured,
        tuple(row.reason for row in rows),
    )


def _load(path: Path) -> list[_Row] | None:
    if not path.is_file():
        return None
    with np.load(path) as kept:
        columns = zip(kept["vectors"], kept["biases"], kept["measured"], kept["reasons"], strict=True)
        return [_Row(vector, float(bias), measured, str(reason)) for vector, bias, measured, reason in columns]


def _save(path: Path, rows: Sequence[_Row]) -> None:
    """Whole or not at all: a run that is stopped leaves no half file behind."""
    table = _table([], rows)
    fresh = path.with_suffix(".part.npz")
    np.savez(
        fresh,
        vectors=table.vectors,
        biases=table.biases,
        measured=table.measured,
        reasons=np.array([row.reason for row in rows]),
    )
    fresh.replace(path)


def _one(chain: Pipeline, model: str, picture: LabelledPicture, change: Callable[[bytes], bytes] | None) -> _Row:
    try:
        data = _readable(picture.path)
    except (OSError, ValueError, SyntaxError):
        return _Row(_NONE, 0.0, _NONE, QualityReason.NOT_A_PICTURE)
    use = Use(ANYTHING, AttackPolicy(least_live=0))
    [sample] = chain.samples([change(data) if change else data], [use])
    if isinstance(sample, Rejected):
        return _Row(_NONE, 0.0, _NONE, sample.reason)
    embedding = sample.embeddings[model]
    measured = np.array(list(asdict(sample.measured).values()), np.float32)
    return _Row(embedding.vector, embedding.bias, measured, "")


def _readable(path: Path) -> bytes:
    """The file, as PNG when it is of a format that the pipeline does not read and research sets come in."""
    if path.suffix.lower() not in CONVERTED:
        return path.read_bytes()
    stream = io.BytesIO()
    with Image.open(path) as image:
        image.convert("RGB").save(stream, "PNG", compress_level=1)
    return stream.getvalue()


def _key(model: str, pictures: Sequence[LabelledPicture], change: str) -> str:
    digest = hashlib.sha256(f"{model}\0{change}".encode())
    for source in SOURCES:
        digest.update(source.read_bytes())
    for picture in pictures:
        stated = picture.path.stat()
        digest.update(
            f"{picture.path.resolve()}\0{stated.st_size}\0{stated.st_mtime_ns}\0".encode(errors="surrogateescape")
        )
    return digest.hexdigest()[:24]

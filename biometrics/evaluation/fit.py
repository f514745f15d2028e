"""Fitting the projection and the length bias of `biometrics.joined` on the calibration half of a set.

The projection is the principal directions of those people's vectors; it knows no labels and so cannot over-fit to
them.

The bias is a logistic regression of "same person" on the cosine and both faces' log lengths, over the genuine
pairs and the hundredth of impostor pairs that lie nearest, where thresholds are. Two weights are learned from
hundreds of people, so there is nothing to over-fit; a full linear transform (LDA, WCCN) over as many did harm.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click
import numpy as np
from scipy.optimize import minimize

from biometrics.align import chip
from biometrics.attack import PassiveNet
from biometrics.detect import BlazeFace
from biometrics.encode import Embedding, FrFeature, LocatedFace, MobileFaceNet, unit
from biometrics.evaluation.dataset import read_folder, split
from biometrics.evaluation.embed import embed
from biometrics.joined import DIMENSION, JOINED_2, join
from biometrics.landmarks import FaceMesh
from biometrics.models import verified
from biometrics.pipeline import Pipeline

HARD_SHARE = 0.01
RIDGE = 1e-3


class Lengths:
    """Both networks' joined vectors, not projected, with both log lengths appended."""

    name = f"{JOINED_2.name}-lengths"
    identifies = False

    def __init__(self, models_dir: Path) -> None:
        self._first, self._second = MobileFaceNet(models_dir), FrFeature(models_dir, JOINED_2.mirrored)

    def encode(self, faces: Sequence[LocatedFace]) -> list[Embedding]:
        """See `Encoder.encode`."""
        return [self._one(face) for face in faces]

    def _one(self, face: LocatedFace) -> Embedding:
        aligned = chip(face.image, face.mesh.five())
        first, second = self._first.raw(aligned), self._second.raw(aligned)
        logs = np.log([float(np.linalg.norm(part)) for part in (first, second)])
        return Embedding(np.concatenate([join(first, second), logs]).astype(np.float32))


@click.command()
@click.argument("data", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--models", type=click.Path(path_type=Path), default=Path("models"))
@click.option("--cache", type=click.Path(path_type=Path), default=Path("var/face-cache"))
@click.option("--aliases", type=click.Path(path_type=Path), default=None)
def main(data: Path, models: Path, cache: Path, aliases: Path | None) -> None:
    """Write the projection; print the mean and weight of each network's log length."""
    pictures, _ = split(read_folder(data, aliases))
    chain = Pipeline(
        BlazeFace(verified(models, "detector")),
        FaceMesh(verified(models, "mesh")),
        [Lengths(models)],
        PassiveNet(models),
    )
    made = embed(chain, Lengths.name, pictures, cache)
    made = made.only(made.found)
    vectors, logs = made.vectors[:, :-2].astype(np.float64), made.vectors[:, -2:].astype(np.float64)
    projection = _principal(vectors)
    np.save(JOINED_2.projection, projection)
    vectors = unit((vectors @ projection.astype(np.float64)).astype(np.float32)).astype(np.float64)
    first, second = np.triu_indices(len(made.labels), 1)
    cosine = (vectors @ vectors.T)[first, second]
    same = made.labels[first] == made.labels[second]
    kept = same | (cosine >= np.quantile(cosine[~same], 1 - HARD_SHARE))
    centred = logs - logs.mean(axis=0)
    columns = np.column_stack([cosine, centred[first] + centred[second], np.ones(len(cosine))])[kept]
    weights = _logistic(columns, np.where(same[kept], 1.0, -1.0))
    click.echo(f"mean {np.round(logs.mean(axis=0), 3)}  weight {np.round(weights[1:3] / weights[0], 3)}")
    click.echo(f"{len(pictures)} pictures, {same.sum()} genuine and {(~same).sum()} impostor pairs")


def _principal(
    vectors: np.ndarray[tuple[int, int], np.dtype[np.float64]],
) -> np.ndarray[tuple[int, int], np.dtype[np.float16]]:
    """The directions of largest spread about zero, largest first, (704, `DIMENSION`)."""
    _, directions = np.linalg.eigh(vectors.T @ vectors)
    return directions[:, ::-1][:, :DIMENSION].astype(np.float16)


def _logistic(
    columns: np.ndarray[tuple[int, int], np.dtype[np.float64]], sign: np.ndarray[tuple[int], np.dtype[np.float64]]
) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Weights of a logistic regression with a small ridge on all but the last column."""
    spread = np.append(columns[:, :-1].std(axis=0), 1.0)
    scaled = columns / spread

    def loss(w: np.ndarray[tuple[int], np.dtype[np.float64]]) -> tuple[float, object]:
        margin = sign * (scaled @ w)
        slope = -sign / (1 + np.exp(np.clip(margin, -50, 50)))
        ridge = np.append(w[:-1], 0.0)
        value = np.logaddexp(0, -margin).mean() + RIDGE * float((ridge**2).sum())
        return float(value), scaled.T @ slope / len(sign) + 2 * RIDGE * ridge

    start = np.zeros(columns.shape[1])
    return np.asarray(minimize(loss, start, jac=True, method="L-BFGS-B").x / spread)


if __name__ == "__main__":
    main()

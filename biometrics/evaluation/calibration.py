"""`make calibrate`: measure the impostor distribution and write the thresholds' file."""

from __future__ import annotations

import datetime
import math
from itertools import count
from pathlib import Path

import click
import numpy as np

from biometrics.build import pipeline
from biometrics.calibrate import FOLDER, Calibration, Tail, save
from biometrics.evaluation.chosen import cache_of, model_options, operator_weights
from biometrics.evaluation.dataset import DatasetError, read_folder, split, without_copies
from biometrics.evaluation.embed import Embedded, embed
from biometrics.evaluation.figures import face_set
from biometrics.evaluation.pairs import Impostors, impostors
from biometrics.evaluation.protocol import SEED, Condition, FaceSet, presentations
from biometrics.evaluation.tails import FITTED_FROM, LEAST_EXCESSES, shifted, tail_of
from biometrics.identify import DecisionRule
from biometrics.models import ModelFileError
from biometrics.quality import PROBE

CONDITIONS = tuple(Condition(references, frames) for references in (1, 2) for frames in (1, 2, 3))
CLAIM_FMR = DecisionRule().verify_fmr
"""What a claim is verified at; a calibration without it would let nobody in."""
LEAST_COMPARISONS = 100_000
"""A condition measured on fewer comparisons is left out; the next weaker one stands for it."""


def calibrate(made: Embedded, model: str, data: str, part: str, identifies: bool) -> Calibration:
    """Tails of every condition that the set is large enough for, from pictures that a probe may be made of."""
    usable = made.only(made.accepted(PROBE))
    faces = face_set(usable)
    tails: dict[str, Tail] = {}
    counts: dict[str, int] = {}
    for condition in CONDITIONS:
        found = condition_impostors(faces, condition)
        if found is None:
            continue
        if condition.key == "1x1":
            tails[condition.key] = tail_of(found)
        elif found.total >= LEAST_COMPARISONS:
            tails[condition.key] = shifted(tails["1x1"], found)
        else:
            continue
        counts[condition.key] = found.total
    return Calibration(
        model,
        {
            "data": data,
            "part": part,
            "people": len(np.unique(faces.labels)),
            "pictures": len(faces.labels),
            "impostor_comparisons": counts,
            "made": datetime.datetime.now(datetime.UTC).date().isoformat(),
            "command": "make calibrate",
        },
        tails,
        identifies,
    )


def condition_impostors(faces: FaceSet, condition: Condition) -> Impostors | None:
    """Scores of full presentations with full templates, all people against all others; None without any."""
    if condition == Condition(1, 1):
        return impostors(faces)
    generator = np.random.default_rng(SEED)
    sizes = (condition.frames, condition.references)
    probes, templates = (presentations(faces.labels, size, generator, size) for size in sizes)
    return impostors(faces.fused(probes), faces.fused(templates)) if probes and templates else None


@click.command()
@click.argument("data", type=click.Path(path_type=Path, exists=True, file_okay=False))
@model_options
@click.option("--cache", type=click.Path(path_type=Path), default=Path("var/face-cache"))
@click.option("--out", type=click.Path(path_type=Path), default=FOLDER, help="Folder for the calibration file.")
@click.option("--aliases", type=click.Path(path_type=Path), default=None, help="CSV name,same_as.")
@click.option("--all-people", is_flag=True, help="Use everyone; without it, the calibration half.")
@click.option("--describe", default="", help="How the set is called in the file; the folder's name by default.")
def main(
    data: Path,
    models: Path,
    model: str,
    weights: Path | None,
    weights_sha256: str,
    backend: str,
    cache: Path,
    out: Path,
    aliases: Path | None,
    all_people: bool,
    describe: str,
) -> None:
    """Write the thresholds of MODEL from the labelled pictures in DATA.

    Nothing is written from a set that is too small for the threshold of a claim (1:1).
    """
    own = operator_weights(weights, weights_sha256, backend)
    try:
        pictures = read_folder(data, aliases)
        chain = pipeline([model], models, weights=own)
    except (DatasetError, ModelFileError, ValueError) as error:
        raise click.ClickException(str(error)) from error
    chosen = without_copies(pictures if all_people else split(pictures)[0]).pictures
    made = embed(chain, model, chosen, cache_of(cache, weights_sha256), say=lambda text: click.echo(text, err=True))
    part = "everyone" if all_people else "calibration half"
    result = calibrate(made, model, describe or data.name, part, chain.identifies(model))
    if result.threshold(CLAIM_FMR) is None:
        raise click.ClickException(_too_few(result))
    click.echo(f"{save(result, out)}: {result.provenance}")
    click.echo(
        f"1:1 at FMR 1e-4: {result.threshold(1e-4)}; 1:N at FPIR 1e-3 up to {result.largest_gallery(1e-3)} people"
    )
    for key in result.tails:
        references, frames = (int(part) for part in key.split("x"))
        scores = [result.threshold(rate, references, frames) for rate in (1e-3, 1e-4, 1e-5)]
        click.echo(f"  {key}: FMR 1e-3, 1e-4, 1e-5 at {[round(score, 3) if score else None for score in scores]}")


def _too_few(result: Calibration) -> str:
    """Why a set gives no thresholds, and how large it would have to be."""
    least = math.ceil(max(1 / CLAIM_FMR, LEAST_EXCESSES / FITTED_FROM))
    people = next(n for n in count(2) if n * (n - 1) // 2 >= least)
    told = result.provenance
    return (
        f"{told['people']} people in {told['pictures']} usable pictures are too few: a claim (1:1) at FMR "
        f"{CLAIM_FMR:g} needs {least:,} comparisons of different people, such as {people} people with one picture "
        f"each. Nothing was written. (Comparisons there were: {told['impostor_comparisons']})"
    )


if __name__ == "__main__":
    main()

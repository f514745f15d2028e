"""`make calibrate`: measure the impostor distribution and write the thresholds' file."""

from __future__ import annotations

import datetime
from pathlib import Path

import click
import numpy as np

from biometrics.build import DEFAULT_MODEL, encoder, pipeline
from biometrics.calibrate import FOLDER, Calibration, Tail, save
from biometrics.evaluation.dataset import DatasetError, read_folder, split
from biometrics.evaluation.embed import Embedded, embed
from biometrics.evaluation.figures import face_set
from biometrics.evaluation.pairs import Impostors, impostors
from biometrics.evaluation.protocol import SEED, Condition, FaceSet, presentations
from biometrics.evaluation.tails import shifted, tail_of
from biometrics.quality import PROBE

CONDITIONS = tuple(Condition(references, frames) for references in (1, 2) for frames in (1, 2, 3))
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
@click.option("--models", type=click.Path(path_type=Path), default=Path("models"))
@click.option("--model", default=DEFAULT_MODEL)
@click.option("--cache", type=click.Path(path_type=Path), default=Path("var/face-cache"))
@click.option("--out", type=click.Path(path_type=Path), default=FOLDER, help="Folder for the calibration file.")
@click.option("--aliases", type=click.Path(path_type=Path), default=None, help="CSV name,same_as.")
@click.option("--all-people", is_flag=True, help="Use everyone; without it, the calibration half.")
@click.option("--describe", default="", help="How the set is called in the file; the folder's name by default.")
def main(
    data: Path,
    models: Path,
    model: str,
    cache: Path,
    out: Path,
    aliases: Path | None,
    all_people: bool,
    describe: str,
) -> None:
    """Write the thresholds of MODEL from the labelled pictures in DATA."""
    try:
        pictures = read_folder(data, aliases)
    except DatasetError as error:
        raise click.ClickException(str(error)) from error
    made_by = encoder(model, models)
    chosen = pictures if all_people else split(pictures)[0]
    made = embed(pipeline([model], models), model, chosen, cache, say=lambda text: click.echo(text, err=True))
    result = calibrate(
        made, model, describe or data.name, "everyone" if all_people else "calibration half", made_by.identifies
    )
    click.echo(f"{save(result, out)}: {result.provenance}")
    click.echo(
        f"1:1 at FMR 1e-4: {result.threshold(1e-4)}; 1:N at FPIR 1e-3 up to {result.largest_gallery(1e-3)} people"
    )
    for key in result.tails:
        references, frames = (int(part) for part in key.split("x"))
        scores = [result.threshold(rate, references, frames) for rate in (1e-3, 1e-4, 1e-5)]
        click.echo(f"  {key}: FMR 1e-3, 1e-4, 1e-5 at {[round(score, 3) if score else None for score in scores]}")


if __name__ == "__main__":
    main()

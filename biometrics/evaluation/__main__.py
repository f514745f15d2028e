"""`make evaluate-face DATA=…`: what the shipped pipeline and thresholds do on a folder of labelled pictures."""

from __future__ import annotations

import csv
from pathlib import Path

import click
import numpy as np

from biometrics.build import DEFAULT_MODEL, pipeline
from biometrics.calibrate import Calibration, load
from biometrics.evaluation import figures, report
from biometrics.evaluation.dataset import DatasetError, LabelledPicture, read_folder, split
from biometrics.evaluation.degrade import DEGRADATIONS
from biometrics.evaluation.embed import Embedded, embed
from biometrics.evaluation.figures import Figure, face_set
from biometrics.evaluation.protocol import Condition, Pairs, all_pairs, open_set
from biometrics.pipeline import Pipeline
from biometrics.quality import ENROLMENT

DEGRADED_PROBES = 200
VERIFY_FMR = 1e-4


@click.command()
@click.argument("data", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--models", type=click.Path(path_type=Path), default=Path("models"))
@click.option("--model", default=DEFAULT_MODEL)
@click.option("--cache", type=click.Path(path_type=Path), default=Path("var/face-cache"))
@click.option("--out", type=click.Path(path_type=Path), default=Path("var/face-evaluation"))
@click.option("--aliases", type=click.Path(path_type=Path), default=None, help="CSV name,same_as.")
@click.option("--groups", type=click.Path(path_type=Path), default=None, help="CSV name,group or file,group.")
@click.option("--pairs", type=click.Path(path_type=Path), default=None, help="CSV image_a,image_b,same_person.")
@click.option(
    "--part",
    type=click.Choice(["everyone", "test"]),
    default="everyone",
    help="test: the half of the people that calibration did not use.",
)
@click.option("--degradations/--no-degradations", default=True)
@click.option("--limits", default="Not stated by whoever ran this.", help="What the set does not show.")
def main(
    data: Path,
    models: Path,
    model: str,
    cache: Path,
    out: Path,
    aliases: Path | None,
    groups: Path | None,
    pairs: Path | None,
    part: str,
    degradations: bool,
    limits: str,
) -> None:
    """Evaluate MODEL on the labelled pictures in DATA; writes evaluation.md, evaluation.json and plots to OUT."""
    try:
        pictures = read_folder(data, aliases, groups)
    except DatasetError as error:
        raise click.ClickException(str(error)) from error
    chosen = split(pictures)[1] if part == "test" else pictures
    chain, calibration = pipeline([model], models), load(model)
    everyone = embed(chain, model, chosen, cache)
    made = everyone.only(everyone.found)
    rows = figures.acquisition(everyone)
    if pairs is not None:
        rows += figures.listed_pairs(everyone, _pairs(pairs))
    one_to_one, curves = _verification(made, calibration)
    rows += one_to_one
    many, skipped = _identification(made, calibration)
    rows += (
        many
        + figures.by_yaw(made, _verify_threshold(calibration))
        + figures.by_group(made, _verify_threshold(calibration))
    )
    if degradations:
        rows += _degraded(chain, model, made, cache, calibration)
    facts: dict[str, object] = {
        "set": f"{data.name}, {part}",
        "people": len(np.unique(made.labels)),
        "pictures": len(chosen),
        "model": model,
        "calibrated on": dict(calibration.provenance),
        "largest gallery at FPIR 0.001": calibration.largest_gallery(1e-3),
    }
    page = report.write(out, "Faces: evaluation", rows, skipped, limits, facts)
    report.plot_det(out, curves)
    _plot_open_set(out, made)
    for row in rows:
        click.echo(
            f"{row.subject:12} {row.name:75} {100 * row.rate.value:9.4f} % "
            f"[{100 * row.rate.low:.3f}, {100 * row.rate.high:.3f}] n = {row.rate.n} {row.note}"
        )
    click.echo(f"written: {page}")


def _verification(made: Embedded, calibration: Calibration) -> tuple[list[Figure], dict[str, Pairs]]:
    with_bias, without = all_pairs(face_set(made)), all_pairs(face_set(made, biased=False))
    good = all_pairs(face_set(made.only(made.accepted(ENROLMENT))))
    rows = figures.verification(with_bias, "all pictures")
    rows += figures.verification(without, "all pictures, cosine alone")
    rows += figures.verification(good, "pictures of enrolment quality")
    rows += figures.shipped_verification(with_bias, calibration)
    return rows, {"shipped": with_bias, "cosine alone": without, "enrolment quality": good}


def _identification(made: Embedded, calibration: Calibration) -> tuple[list[Figure], list[str]]:
    rows, skipped = figures.identification(face_set(made), calibration, "all pictures")
    plain, _ = figures.identification(face_set(made, biased=False), calibration, "all pictures, cosine alone")
    rows += [row for row in plain if row.subject == "1:N" and "one reference" in row.name]
    strict, _ = figures.identification(
        face_set(made), calibration, "references of enrolment quality", made.accepted(ENROLMENT)
    )
    return rows + strict, skipped


def _degraded(chain: Pipeline, model: str, made: Embedded, cache: Path, calibration: Calibration) -> list[Figure]:
    probes = _one_each(made)
    rows: list[Figure] = []
    for name, change in DEGRADATIONS.items():
        worse = embed(chain, model, probes, cache, change, name)
        rows += figures.degraded(made, worse, name, _verify_threshold(calibration))
    return rows


def _one_each(made: Embedded) -> list[LabelledPicture]:
    """The last picture of each of the first people who have several."""
    last = {picture.person: picture for picture in made.pictures}
    counts = dict.fromkeys(last, 0)
    for picture in made.pictures:
        counts[picture.person] += 1
    return [picture for person, picture in last.items() if counts[person] > 1][:DEGRADED_PROBES]


def _plot_open_set(out: Path, made: Embedded) -> None:
    outcomes = {}
    for people, condition in (
        (100, Condition(1, 1)),
        (500, Condition(1, 1)),
        (500, Condition(2, 1)),
        (500, Condition(2, 3)),
    ):
        outcome = open_set(face_set(made), people, condition)
        if outcome is not None:
            outcomes[f"N = {people}, {condition.key}"] = outcome
    report.plot_open_set(out, outcomes)


def _verify_threshold(calibration: Calibration) -> float:
    threshold = calibration.threshold(VERIFY_FMR)
    if threshold is None:
        raise click.ClickException("this calibration does not support FMR 1e-4: use more pictures for it")
    return threshold


def _pairs(path: Path) -> list[tuple[str, str, bool]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return [(row["image_a"], row["image_b"], row["same_person"] == "1") for row in csv.DictReader(stream)]


if __name__ == "__main__":
    main()

"""`make evaluate-face DATA=…`: what the shipped pipeline and thresholds do on a folder of labelled pictures."""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import click
import numpy as np

from biometrics.build import pipeline
from biometrics.calibrate import FOLDER, Calibration, CalibrationError, load
from biometrics.evaluation import figures, identification, report
from biometrics.evaluation.chosen import cache_of, model_options, operator_weights
from biometrics.evaluation.dataset import Copies, DatasetError, LabelledPicture, read_folder, split, without_copies
from biometrics.evaluation.degrade import DEGRADATIONS
from biometrics.evaluation.embed import Embedded, embed
from biometrics.evaluation.figures import Figure, face_set
from biometrics.evaluation.pairs import Pairs, all_pairs
from biometrics.evaluation.pose import turns
from biometrics.evaluation.protocol import Condition, FaceSet, open_set
from biometrics.models import ModelFileError
from biometrics.pipeline import Pipeline
from biometrics.quality import ENROLMENT

DEGRADED_PROBES = 200
VERIFY_FMR = 1e-4
PLOTTED = ((100, Condition(1, 1)), (500, Condition(1, 1)), (500, Condition(2, 1)), (500, Condition(2, 3)))


@dataclass(frozen=True, slots=True)
class Run:
    """What every part of an evaluation needs."""

    chain: Pipeline
    model: str
    cache: Path
    calibration: Calibration

    def embedded(self, pictures: list[LabelledPicture]) -> Embedded:
        """The set through the pipeline."""
        return embed(self.chain, self.model, pictures, self.cache, say=say)

    @property
    def threshold(self) -> float:
        """Shipped, for a claim."""
        threshold = self.calibration.threshold(VERIFY_FMR)
        if threshold is None:
            raise click.ClickException("this calibration does not support FMR 1e-4: use more pictures for it")
        return threshold


def say(text: str) -> None:
    """How far it is, beside the figures."""
    click.echo(text, err=True)


@click.command()
@click.argument("data", type=click.Path(path_type=Path, exists=True, file_okay=False))
@model_options
@click.option(
    "--calibrations",
    type=click.Path(path_type=Path),
    default=FOLDER,
    envvar="KAIMEN_FACE_CALIBRATIONS",
    help="Folder of the thresholds; the shipped ones.",
)
@click.option("--cache", type=click.Path(path_type=Path), default=Path("var/face-cache"))
@click.option("--out", type=click.Path(path_type=Path), default=Path("var/face-evaluation"))
@click.option("--aliases", type=click.Path(path_type=Path), default=None, help="CSV name,same_as.")
@click.option("--groups", type=click.Path(path_type=Path), default=None, help="CSV name,group or file,group.")
@click.option("--pairs", type=click.Path(path_type=Path), default=None, help="CSV image_a,image_b,same_person.")
@click.option(
    "--part",
    type=click.Choice(["everyone", "test"]),
    default="everyone",
    help="test: the half of the people that calibration did not use; the other half fills large galleries.",
)
@click.option(
    "--fill",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    default=None,
    help="Folder of other people, who only fill galleries that the set is too small for.",
)
@click.option("--degradations/--no-degradations", default=True)
@click.option("--limits", default="Not stated by whoever ran this.", help="What the set does not show.")
def main(
    data: Path,
    models: Path,
    model: str,
    weights: Path | None,
    weights_sha256: str,
    backend: str,
    calibrations: Path,
    cache: Path,
    out: Path,
    aliases: Path | None,
    groups: Path | None,
    pairs: Path | None,
    part: str,
    fill: Path | None,
    degradations: bool,
    limits: str,
) -> None:
    """Evaluate MODEL on the labelled pictures in DATA; writes evaluation.md, evaluation.json and plots to OUT."""
    try:
        pictures = read_folder(data, aliases, groups)
        filling = read_folder(fill, aliases) if fill is not None else split(pictures)[0] if part == "test" else []
        chain = pipeline([model], models, weights=operator_weights(weights, weights_sha256, backend))
        calibration = load(model, calibrations)
    except (DatasetError, ModelFileError, CalibrationError, ValueError) as error:
        raise click.ClickException(str(error)) from error
    copies = without_copies(split(pictures)[1] if part == "test" else pictures)
    chosen = copies.pictures
    say(f"{data}: {len({one.person for one in chosen})} people, {len(chosen)} pictures; {part}")
    run = Run(chain, model, cache_of(cache, weights_sha256), calibration)
    everyone = run.embedded(chosen)
    made = everyone.only(everyone.found)
    rows, skipped = figures.acquisition(everyone), figures.unused_groups(everyone) if groups is not None else []
    facts: dict[str, object] = {
        "set": f"{data.name}, {part}",
        "people": len({one.person for one in chosen}),
        "pictures": len(chosen),
        "people with two pictures or more": _several(chosen),
        **{what: found for what, found in _copied(copies).items() if found},
        "model": model,
        "calibrated on": dict(run.calibration.provenance),
        "largest gallery at FPIR 0.001": run.calibration.largest_gallery(1e-3),
    }
    if len(np.unique(made.labels)) < 2:  # noqa: PLR2004 - comparing needs two people
        skipped.append("every comparison: faces of fewer than two people were found")
    else:
        if pairs is not None:
            rows += figures.listed_pairs(everyone, _pairs(pairs))
        more, missing = _compared(run, made, out, filling)
        rows, skipped = rows + more, skipped + missing
        rows += _degraded(run, made, {**DEGRADATIONS, **turns(models)} if degradations else {}, out)
    page = report.write(out, "Faces: evaluation", rows, skipped, limits, facts)
    for row in rows:
        if row.rate.n:
            click.echo(report.spoken(row))
    for reason in skipped:
        click.echo(f"not measured: {reason}")
    click.echo(f"written: {page}")


def _compared(
    run: Run, made: Embedded, out: Path, filling: list[LabelledPicture]
) -> tuple[list[Figure], list[str]]:
    """Every figure that needs comparisons; the plots."""
    say("1:1, all pairs")
    rows, skipped, curves = _verification(made, run.calibration)
    report.plot_det(out, curves)
    rows += figures.refusals_and_errors(made, run.threshold)
    report.plot_discard(out, figures.discard_curves(made, run.threshold) if len(curves["shipped"].genuine) else {})
    other = run.embedded(filling) if filling else None
    fill = face_set(other.only(other.found)) if other is not None else None
    faces, strict = face_set(made), made.accepted(ENROLMENT)
    many, missing = identification.counted(faces, run.calibration, "all pictures", fill=fill, say=say)
    better, _ = identification.counted(
        faces, run.calibration, "references of enrolment quality", strict, fill=fill, say=say
    )
    rows += many + better
    if run.calibration.identifies:
        say("1:N, computed")
        rows += identification.computed(faces, run.calibration, fill)
    _plot_open_set(out, faces)
    rows += figures.by_yaw(made, run.threshold) + figures.by_group(made, run.threshold)
    return rows, skipped + missing


def _verification(made: Embedded, calibration: Calibration) -> tuple[list[Figure], list[str], dict[str, Pairs]]:
    sets = {
        "all pictures": face_set(made),
        "all pictures, cosine alone": face_set(made, biased=False),
        "pictures of enrolment quality": face_set(made.only(made.accepted(ENROLMENT))),
    }
    rows, skipped, curves = list[Figure](), list[str](), dict[str, Pairs]()
    for name, faces in sets.items():
        if len(np.unique(faces.labels)) < 2:  # noqa: PLR2004 - comparing needs two people
            continue
        pairs = all_pairs(faces)
        more, missing = figures.verification(pairs, name)
        rows, skipped = rows + more, skipped + missing
        curves["shipped" if name == "all pictures" else name] = pairs
    return rows + figures.shipped_verification(curves["shipped"], calibration), skipped, curves


def _degraded(run: Run, made: Embedded, changes: Mapping[str, Callable[[bytes], bytes]], out: Path) -> list[Figure]:
    probes = _one_each(made)
    rows: dict[str, list[Figure]] = {}
    for name, change in changes.items() if probes else ():
        worse = embed(run.chain, run.model, probes, run.cache, change, name, say)
        note = "" if name in DEGRADATIONS else figures.measured_pose(worse)
        rows[name] = figures.degraded(made, worse, name, run.threshold, note)
    report.plot_degradations(out, rows)
    return [row for of_one in rows.values() for row in of_one]


def _one_each(made: Embedded) -> list[LabelledPicture]:
    """The last picture of each of the first people who have several."""
    last = {picture.person: picture for picture in made.pictures}
    counts = dict.fromkeys(last, 0)
    for picture in made.pictures:
        counts[picture.person] += 1
    return [picture for person, picture in last.items() if counts[person] > 1][:DEGRADED_PROBES]


def _copied(copies: Copies) -> dict[str, int]:
    return {
        "files left out, being copies of another of the same person": copies.left_out,
        "files under two people's names (one of them is wrong, and counts as a false match)": copies.misnamed,
    }


def _several(pictures: list[LabelledPicture]) -> int:
    people, counts = np.unique([picture.person for picture in pictures], return_counts=True)
    return int((counts[: len(people)] > 1).sum())


def _plot_open_set(out: Path, faces: FaceSet) -> None:
    tried = {
        f"N = {people}, {condition.words()}": open_set(faces, people, condition) for people, condition in PLOTTED
    }
    report.plot_open_set(out, {name: outcome for name, outcome in tried.items() if outcome is not None})


def _pairs(path: Path) -> list[tuple[str, str, bool]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            return [(row["image_a"], row["image_b"], row["same_person"] == "1") for row in csv.DictReader(stream)]
    except (OSError, KeyError, UnicodeDecodeError) as error:
        raise click.ClickException(
            f"{path}: a CSV with the columns image_a,image_b,same_person is needed"
        ) from error


if __name__ == "__main__":
    main()

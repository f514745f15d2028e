"""The evaluation itself: known answers on made-up faces, the set's layouts, and the shipped calibrations."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image

from biometrics.build import DEFAULT_MODEL, PYPI_ONLY_MODEL
from biometrics.calibrate import load
from biometrics.encode import unit
from biometrics.evaluation.calibration import main as calibrate
from biometrics.evaluation.dataset import DatasetError, read_folder, split
from biometrics.evaluation.degrade import DEGRADATIONS
from biometrics.evaluation.protocol import Condition, FaceSet, all_pairs, impostor_scores, open_set, rate
from biometrics.joined import DIMENSION, PROJECTION, LengthBias
from biometrics.picture import decode
from tests.biometrics.faces import labelled_pictures, models_dir


def made_up(people: int, pictures: int, spread: float, size: int = 64) -> FaceSet:
    """People at random directions, their pictures scattered about them."""
    generator = np.random.default_rng(0)
    centres = unit(generator.standard_normal((people, size)).astype(np.float32))
    labels = np.repeat(np.arange(people), pictures)
    noise = generator.standard_normal((people * pictures, size)).astype(np.float32) * spread / size**0.5
    return FaceSet(unit(centres[labels] + noise), np.zeros(len(labels), np.float32), labels)


def test_well_separated_people_are_all_told_apart() -> None:
    faces = made_up(60, 4, spread=0.2)
    pairs = all_pairs(faces)
    assert len(pairs.genuine) == 60 * 6
    assert len(pairs.impostor) == 240 * 239 // 2 - 360
    assert pairs.fnmr(pairs.threshold(1e-3)).value == 0.0
    outcome = open_set(faces, 20, Condition(1, 1))
    assert outcome is not None
    assert outcome.fnir(1e-2)[0].value == 0.0


def test_more_references_and_frames_never_hurt_noisy_faces() -> None:
    faces = made_up(60, 6, spread=1.4)
    rates = []
    for condition in (Condition(1, 1), Condition(2, 1), Condition(3, 3)):
        outcome = open_set(faces, 30, condition)
        assert outcome is not None
        rates.append(outcome.fnir(1e-2)[0].value)
    assert rates[0] > rates[1] > rates[2]


def test_a_bias_is_added_to_both_sides() -> None:
    faces = made_up(5, 2, spread=0.2)
    biased = FaceSet(faces.vectors, np.full(10, 0.05, np.float32), faces.labels)
    assert np.allclose(biased.against(biased) - faces.against(faces), 0.1, atol=1e-5)


def test_a_set_too_small_for_the_gallery_is_not_measured() -> None:
    assert open_set(made_up(10, 2, 0.2), 100, Condition(1, 1)) is None
    assert open_set(made_up(10, 1, 0.2), 5, Condition(1, 1)) is None


def test_no_comparison_of_one_person_is_among_the_impostors() -> None:
    faces = made_up(30, 3, spread=0.1)
    scores = impostor_scores(faces, Condition(1, 1))
    assert len(scores) == 90 * 87
    assert scores.max() < 0.7


@pytest.mark.rule("L23")
def test_an_interval_holds_its_value_and_widens_with_few_people() -> None:
    failed = np.tile([True, False, False, False], 50)
    many, few = rate(failed, np.arange(200)), rate(failed, np.repeat(np.arange(5), 40))
    assert many.low <= many.value == 0.25 <= many.high
    single = rate(failed[:8], np.arange(8))
    assert single.high - single.low > many.high - many.low
    assert few.n == 200


def test_both_layouts_aliases_and_groups_are_read(tmp_path: Path) -> None:
    image = Image.new("RGB", (64, 64))
    (tmp_path / "Cy").mkdir()
    for name in (
        "Ann_0001.jpg",
        "Ann_0002.jpg",
        "Annie_0001.jpg",
        "Bob_0001.png",
        "Cy/first.jpg",
        "Cy/second.webp",
    ):
        image.save(tmp_path / name)
    (tmp_path / "notes.txt").write_text("no picture")
    aliases, groups = tmp_path / "aliases.csv", tmp_path / "groups.csv"
    aliases.write_text("name,same_as\nAnnie,Ann\n")
    groups.write_text("name,group\nBob,dim\n")
    found = {
        picture.path.name: (picture.person, picture.group) for picture in read_folder(tmp_path, aliases, groups)
    }
    assert found == {
        "Ann_0001.jpg": ("Ann", ""),
        "Ann_0002.jpg": ("Ann", ""),
        "Annie_0001.jpg": ("Ann", ""),
        "Bob_0001.png": ("Bob", "dim"),
        "first.jpg": ("Cy", ""),
        "second.webp": ("Cy", ""),
    }
    first, second = split(read_folder(tmp_path, aliases))
    assert not {picture.person for picture in first} & {picture.person for picture in second}
    assert len(first) + len(second) == 6


def test_a_folder_without_two_people_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="two people"):
        read_folder(tmp_path)


@pytest.mark.parametrize("name", sorted(DEGRADATIONS))
def test_a_degradation_gives_another_picture_of_the_same_size(tmp_path: Path, name: str) -> None:
    source = tmp_path / "a.png"
    pixels = np.random.default_rng(0).integers(60, 200, (120, 100, 3)).astype(np.uint8)
    Image.fromarray(pixels).save(source)
    changed = decode(DEGRADATIONS[name](source.read_bytes()))
    assert isinstance(changed, np.ndarray)
    assert changed.shape == pixels.shape
    assert np.abs(changed.astype(int) - pixels).mean() > 2


def test_the_projection_keeps_lengths_of_what_it_keeps() -> None:
    projection = np.load(PROJECTION).astype(np.float32)
    assert projection.shape == (704, DIMENSION)
    assert np.allclose(projection.T @ projection, np.eye(DIMENSION), atol=5e-3)


def test_a_poor_face_earns_a_bonus_within_the_limit() -> None:
    bias = LengthBias(mean=(5.0, 2.0), weight=(-0.1, -0.1), limit=0.06)
    middle = bias.of((float(np.exp(5.0)), float(np.exp(2.0))))
    assert middle == pytest.approx(0.0)
    assert bias.of((100.0, 6.0)) > 0
    assert bias.of((0.0, 0.0)) == 0.06
    assert bias.of((1e9, 1e9)) == -0.06


@pytest.mark.rule("L23")
def test_the_shipped_calibrations_support_what_they_claim() -> None:
    default, fallback = load(DEFAULT_MODEL), load(PYPI_ONLY_MODEL)
    assert default.largest_gallery(1e-3) >= 1000
    assert default.for_gallery(500, 1e-3, references=2, frames=3) is not None
    strict, loose = default.for_gallery(500, 1e-3), default.threshold(1e-4)
    assert strict is not None
    assert loose is not None
    assert strict > loose
    assert fallback.largest_gallery(1e-3) == 0
    assert fallback.threshold(1e-4) is not None


@pytest.mark.pictures
@pytest.mark.slow
def test_calibration_of_a_few_volunteers_says_how_little_it_supports(tmp_path: Path) -> None:
    folder = tmp_path / "volunteers"
    folder.mkdir()
    for path in sorted(labelled_pictures().glob("*.jpg"))[:30]:
        (folder / path.name).symlink_to(path)
    arguments = [
        str(folder),
        "--models",
        str(models_dir()),
        "--cache",
        str(tmp_path / "cache"),
        "--out",
        str(tmp_path),
    ]
    done = CliRunner().invoke(calibrate, [*arguments, "--all-people"])
    assert done.exit_code == 0, done.output
    written = load(DEFAULT_MODEL, tmp_path)
    assert 25 <= int(str(written.provenance["pictures"])) <= 30
    assert written.largest_gallery(1e-3) <= 1
    assert written.threshold(1e-1) is not None

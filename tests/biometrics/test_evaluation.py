"""The evaluation itself: known answers on made-up faces, the set's layouts, and the shipped calibrations."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image

from biometrics.attack import NotJudged
from biometrics.build import DEFAULT_MODEL, PYPI_ONLY_MODEL, pipeline
from biometrics.calibrate import load
from biometrics.encode import unit
from biometrics.evaluation import degrade, pose
from biometrics.evaluation import embed as embed_module
from biometrics.evaluation.__main__ import main as evaluate
from biometrics.evaluation.calibration import main as calibrate
from biometrics.evaluation.dataset import DatasetError, read_folder, split, without_copies
from biometrics.evaluation.degrade import DEGRADATIONS
from biometrics.evaluation.embed import embed
from biometrics.evaluation.pairs import all_pairs, impostors
from biometrics.evaluation.population import population
from biometrics.evaluation.protocol import Condition, FaceSet, open_set, rate
from biometrics.joined import DIMENSION, REVISIONS, LengthBias
from biometrics.picture import decode
from tests.biometrics.faces import labelled_pictures, models_dir, picture


def made_up(people: int, pictures: int, spread: float, size: int = 64, seed: int = 0) -> FaceSet:
    """People at random directions, their pictures scattered about them."""
    generator = np.random.default_rng(seed)
    centres = unit(generator.standard_normal((people, size)).astype(np.float32))
    labels = np.repeat(np.arange(people), pictures)
    noise = generator.standard_normal((people * pictures, size)).astype(np.float32) * spread / size**0.5
    return FaceSet(unit(centres[labels] + noise), np.zeros(len(labels), np.float32), labels)


def test_well_separated_people_are_all_told_apart() -> None:
    faces = made_up(60, 4, spread=0.2)
    pairs = all_pairs(faces)
    assert len(pairs.genuine) == 60 * 6
    assert pairs.impostor.total == 240 * 239 // 2 - 360
    assert pairs.fnmr(pairs.impostor.threshold(1e-3)).value == 0.0
    outcome = open_set(faces, 20, Condition(1, 1))
    assert outcome is not None
    assert outcome.fnir(outcome.threshold(1e-2)).value == 0.0


def test_more_references_and_frames_never_hurt_noisy_faces() -> None:
    faces = made_up(60, 6, spread=1.4)
    rates = []
    for condition in (Condition(1, 1), Condition(2, 1), Condition(3, 3)):
        outcome = open_set(faces, 30, condition)
        assert outcome is not None
        rates.append(outcome.fnir(outcome.threshold(1e-2)).value)
    assert rates[0] > rates[1] > rates[2]


def test_a_bias_is_added_to_both_sides() -> None:
    faces = made_up(5, 2, spread=0.2)
    biased = FaceSet(faces.vectors, np.full(10, 0.05, np.float32), faces.labels)
    assert np.allclose(biased.against(biased) - faces.against(faces), 0.1, atol=1e-5)


def test_a_set_too_small_for_the_gallery_is_not_measured() -> None:
    assert open_set(made_up(10, 2, 0.2), 100, Condition(1, 1)) is None
    assert open_set(made_up(10, 1, 0.2), 5, Condition(1, 1)) is None


def test_others_fill_a_gallery_and_are_never_strangers_nor_probes() -> None:
    faces, fill = made_up(40, 3, 0.2), made_up(90, 1, 0.2, seed=5)
    assert open_set(faces, 100, Condition(1, 1)) is None
    outcome = open_set(faces, 100, Condition(1, 1), fill=fill)
    assert outcome is None  # all forty are enrolled: nobody is left to be a stranger
    half = FaceSet(faces.vectors, faces.biases, faces.labels).rows(np.flatnonzero(np.arange(120) % 3 < 2))
    single = half.rows(np.flatnonzero((half.labels < 20) | (np.arange(80) % 2 == 0)))
    outcome = open_set(single, 100, Condition(1, 1), fill=fill)
    assert outcome is not None
    assert outcome.filled == 80
    assert set(outcome.person) == set(range(20))
    assert set(outcome.stranger_person) == set(range(20, 40))


def test_what_is_computed_for_a_gallery_agrees_with_what_is_counted() -> None:
    faces = made_up(150, 4, spread=1.3, size=24)
    counted = open_set(faces, 60, Condition(1, 1), repeats=60)
    carried = population(faces, Condition(1, 1))
    assert counted is not None
    assert carried is not None
    for threshold in (0.45, 0.55):
        assert carried.fpir(threshold, 60).value == pytest.approx(counted.fpir(threshold).value, rel=0.25, abs=0.01)
        assert carried.fnir(threshold, 60).value == pytest.approx(counted.fnir(threshold).value, rel=0.25, abs=0.02)
    held = carried.threshold(1e-2, 60)
    assert carried.fpir(held, 60).value <= 1e-2
    assert carried.fpir(held, 600).value > carried.fpir(held, 60).value
    assert carried.fnir(held, 600).value >= carried.fnir(held, 60).value


@pytest.mark.rule("L23")
def test_an_interval_holds_its_value_and_widens_with_few_people() -> None:
    failed = np.tile([True, False, False, False], 50)
    many, few = rate(failed, np.arange(200)), rate(failed, np.repeat(np.arange(5), 40))
    assert many.low <= many.value == 0.25 <= many.high
    single = rate(failed[:8], np.arange(8))
    assert single.high - single.low > many.high - many.low
    assert few.n == 200


def test_where_nothing_failed_the_interval_still_says_how_few_people_there_were() -> None:
    few, many = (rate(np.zeros(people * 4, bool), np.repeat(np.arange(people), 4)) for people in (10, 1000))
    assert (few.value, few.low) == (0.0, 0.0)
    assert 0.2 < few.high < 0.35
    assert many.high < 0.005


def test_one_person_who_fails_half_the_time_tells_little_of_others() -> None:
    half = rate(np.tile([True, False], 20), np.zeros(40, np.int64))
    assert half.low < 0.15
    assert half.high > 0.85


@pytest.mark.parametrize("people", [8, 700])
def test_the_interval_of_a_false_match_rate_holds_it_also_where_very_many_match(people: int) -> None:
    vectors = np.abs(np.random.default_rng(0).standard_normal((people, 4))).astype(np.float32)
    found = impostors(FaceSet(unit(vectors), np.zeros(people, np.float32), np.arange(people)))
    for threshold in (*np.quantile(found.near, [0.0, 0.5]), -1.0):
        measured = found.fmr(float(threshold))
        assert measured.low - 1e-6 <= measured.value <= measured.high + 1e-6


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


def test_odd_folders_are_read(tmp_path: Path) -> None:
    image = Image.new("RGB", (64, 64))
    inner = tmp_path / "export" / "faces"
    for name in (
        "李 雷/1.JPG",
        "李 雷/day 2/b.png",
        "Ann/.thumb.jpg",
        "Ann/a.bmp",
        "Ann/photo.heic",
        "__MACOSX/Ann/a.jpg",
    ):
        (inner / name).parent.mkdir(parents=True, exist_ok=True)
        if name.endswith("heic"):
            (inner / name).write_bytes(b"\0\0\0\x18ftypheic")
        else:
            image.save(inner / name)
    (inner / "李 雷" / "gone.jpg").symlink_to(inner / "nowhere.jpg")
    found = sorted((picture.person, picture.path.name) for picture in read_folder(tmp_path))
    assert found == [("Ann", "a.bmp"), ("Ann", "photo.heic"), ("李 雷", "1.JPG"), ("李 雷", "b.png")]


@pytest.mark.parametrize("names", [("train/Ann/1.png", "test/Ann/1.png"), ("Gallery/Ann_1.png", "Probe/Ann_1.png")])
def test_parts_of_a_set_are_no_people(tmp_path: Path, names: tuple[str, str]) -> None:
    for name in (*names, names[0].replace("Ann", "Bob")):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (64, 64)).save(tmp_path / name)
    assert sorted(picture.person for picture in read_folder(tmp_path)) == ["Ann", "Ann", "Bob"]


def test_a_person_may_be_called_like_a_part(tmp_path: Path) -> None:
    for name in ("Val/1.png", "Ann/1.png"):
        (tmp_path / name).parent.mkdir()
        Image.new("RGB", (64, 64)).save(tmp_path / name)
    assert {picture.person for picture in read_folder(tmp_path)} == {"Val", "Ann"}


def test_copies_of_a_file_count_once_and_those_under_two_names_are_told(tmp_path: Path) -> None:
    for name, shade in (("Ann_1", 9), ("Ann_2", 9), ("Ann_3", 70), ("Bob_1", 70), ("Bob_2", 200)):
        Image.new("L", (64, 64), shade).save(tmp_path / f"{name}.png")
    found = without_copies(read_folder(tmp_path))
    assert [picture.path.stem for picture in found.pictures] == ["Ann_1", "Ann_3", "Bob_1", "Bob_2"]
    assert (found.left_out, found.misnamed) == (1, 2)


@pytest.mark.parametrize(
    ("name", "person"),
    [
        ("Ann_0001.jpg", "Ann"),
        ("Ann Li-2.jpg", "Ann Li"),
        ("Ann (3).jpg", "Ann"),
        ("Ann Li 4.jpg", "Ann Li"),
        ("subject01.jpg", "subject01"),
    ],
)
def test_the_name_in_a_flat_folder_is_the_file_name_without_its_number(
    tmp_path: Path, name: str, person: str
) -> None:
    for one in (name, "Other_1.jpg"):
        Image.new("RGB", (64, 64)).save(tmp_path / one)
    assert person in {picture.person for picture in read_folder(tmp_path)}


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


@pytest.mark.parametrize("name", sorted(REVISIONS))
def test_the_projection_keeps_lengths_of_what_it_keeps(name: str) -> None:
    projection = np.load(REVISIONS[name].projection).astype(np.float32)
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


def evaluated(folder: Path, out: Path, *arguments: str) -> dict[str, Any]:
    """What the command wrote about a folder."""
    fixed = ["--models", str(models_dir()), "--cache", str(out / "cache"), "--out", str(out), "--no-degradations"]
    done = CliRunner().invoke(evaluate, [str(folder), *fixed, *arguments])
    assert done.exit_code == 0, f"{done.output}{done.exception!r}"
    assert "written:" in done.output
    written: dict[str, Any] = json.loads((out / "evaluation.json").read_text(), parse_constant=pytest.fail)
    assert all(figure["rate"]["n"] > 0 for figure in written["figures"])
    return written


def test_pictures_without_a_face_and_broken_files_are_counted_and_break_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "odd"
    for person in ("ann", "bob"):
        (folder / person).mkdir(parents=True)
        Image.new("RGB", (200, 200), (90, 90, 90)).save(folder / person / "grey.png")
        (folder / person / "broken.jpg").write_bytes(b"\xff\xd8\xff\xe0 no picture")
        (folder / person / "empty.jpg").write_bytes(b"")
    written = evaluated(folder, tmp_path / "out")
    found = {figure["name"]: figure["rate"]["value"] for figure in written["figures"]}
    assert found["no face, or no picture that can be read"] == 1.0
    assert found["failure to enrol (enrolment rules): not_a_picture"] == pytest.approx(4 / 6)
    assert any("fewer than two people" in reason for reason in written["skipped"])


def test_one_picture_a_person_gives_false_match_rates_and_says_what_is_missing(tmp_path: Path) -> None:
    folder = tmp_path / "singles"
    folder.mkdir()
    for name in ("obama", "biden"):
        (folder / f"{name}.jpg").write_bytes(picture(f"{name}.jpg"))
    written = evaluated(folder, tmp_path / "out")
    names = [figure["name"] for figure in written["figures"]]
    assert "FMR" in names
    assert not any(name.startswith("FNMR") for name in names)
    assert any("nothing to count" in reason for reason in written["skipped"])
    assert not (tmp_path / "out" / "det.png").exists()


def test_every_degradation_is_in_the_tables_the_json_and_the_plot(tmp_path: Path) -> None:
    folder = tmp_path / "few"
    for person, name in (("Obama", "obama"), ("Obama", "obama2"), ("Biden", "biden")):
        (folder / person).mkdir(parents=True, exist_ok=True)
        (folder / person / f"{name}.jpg").write_bytes(picture(f"{name}.jpg"))
    written = evaluated(folder, tmp_path / "out", "--degradations")
    refused = {figure["name"]: figure["note"] for figure in written["figures"] if "refused with" in figure["name"]}
    drawn = {name: note for name, note in refused.items() if "drawn" in name}
    assert len(refused) == len(DEGRADATIONS) + len(drawn)
    assert len(drawn) == 5
    assert all("measured in the median: yaw" in note for note in drawn.values())
    page = (tmp_path / "out" / "evaluation.md").read_text()
    assert "weak evidence" in page
    assert "![degradation](degradation.png)" in page
    assert (tmp_path / "out" / "degradation.png").is_file()
    again = evaluated(folder, tmp_path / "out")
    assert not any(figure["subject"] == "degradation" for figure in again["figures"])
    assert "degradation.png" not in (tmp_path / "out" / "evaluation.md").read_text()


def test_a_run_that_was_stopped_goes_on_where_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "few"
    folder.mkdir()
    for name in ("obama", "obama2", "biden"):
        (folder / f"{name}.jpg").write_bytes(picture(f"{name}.jpg"))
    chain, pictures = pipeline([DEFAULT_MODEL], models_dir(), attack=NotJudged()), read_folder(folder)
    monkeypatch.setattr(embed_module, "PART", 2)
    first = embed(chain, DEFAULT_MODEL, pictures, tmp_path / "cache")
    assert len(list((tmp_path / "cache").iterdir())) == 2

    class Nothing(type(chain)):  # type: ignore[misc]
        """A pipeline that must not be asked again."""

        def samples(self, *_: object) -> NoReturn:
            raise AssertionError("known pictures are not looked at again")

    chain.__class__ = Nothing
    again = embed(chain, DEFAULT_MODEL, pictures, tmp_path / "cache")
    assert np.array_equal(first.vectors, again.vectors)
    assert first.reasons == again.reasons


def test_whatever_a_row_comes_from_is_part_of_its_key() -> None:
    loaded = {
        Path(str(module.__file__))
        for name, module in sys.modules.items()
        if name.startswith("biometrics.") and not name.startswith("biometrics.evaluation")
    }
    learned = {revision.projection for revision in REVISIONS.values()}
    assert loaded | learned | {Path(degrade.__file__), Path(pose.__file__)} <= set(embed_module.SOURCES)


@pytest.mark.pictures
@pytest.mark.slow
@pytest.mark.parametrize(("people", "written"), [(30, False), (195, True)])
def test_calibration_of_too_few_volunteers_writes_nothing_and_says_how_many_are_needed(
    tmp_path: Path, people: int, written: bool
) -> None:
    folder = tmp_path / "volunteers"
    folder.mkdir()
    for path in sorted(labelled_pictures().glob("*_0001.jpg"))[:people]:
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
    assert (done.exit_code == 0, (tmp_path / f"{DEFAULT_MODEL}.json").exists()) == (written, written), done.output
    if not written:
        assert "184 people with one picture each. Nothing was written" in done.output
        return
    made = load(DEFAULT_MODEL, tmp_path)
    assert made.threshold(1e-4) is not None
    assert made.largest_gallery(1e-3) < 20

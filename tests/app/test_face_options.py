"""The face process is told what the settings say, and refuses to start on what cannot be."""

from __future__ import annotations

from pathlib import Path

import pytest

from adapters.db.database import PeeweeDatabase
from adapters.face.attack_engine import Checked
from adapters.face.options import FaceOptions, no_keys
from app.face import face_options, held_revision, points_by_number
from app.settings import Settings, SettingsError
from biometrics.attack import AttackPolicy
from biometrics.deepface_model import OperatorWeights
from tests.app.test_settings import GOOD, problems
from tests.estate import build, seed_estate

SHA = "0" * 64


def settings(**changes: str) -> Settings:
    return Settings.from_env({**GOOD, **{f"KAIMEN_FACE_{key}": value for key, value in changes.items()}})


def test_without_settings_the_options_are_the_defaults() -> None:
    assert face_options(settings(), no_keys, {}) == FaceOptions()


class Held:
    """A gallery that holds faces of some models in two estates."""

    def __init__(self, **people: int) -> None:
        self._people = people

    def estate_ids(self) -> list[str]:
        return ["one", "two"]

    def people_by_model(self, estate_id: str) -> dict[str, frozenset[str]]:
        return {
            model.replace("_", "-"): frozenset(f"{estate_id} {n}" for n in range(count))
            for model, count in self._people.items()
        }


@pytest.mark.parametrize(
    ("held", "model", "before"),
    [
        (Held(joined_1=3, joined_2=1), "joined-2", "joined-1"),
        (Held(joined_2=3), "joined-2", None),
        (Held(), "joined-2", None),
        (Held(dlib_1=3), "joined-2", None),
        (Held(joined_1=3), "dlib-1", None),
    ],
    ids=["an update", "all new", "nobody", "another kind", "changed to another kind"],
)
def test_an_earlier_revision_is_compared_besides_while_faces_of_it_are_held(
    held: Held, model: str, before: str | None
) -> None:
    assert held_revision(held, model) == before


def test_every_setting_reaches_its_option() -> None:
    told = settings(
        MODEL="deepface-ArcFace",
        PREVIOUS_MODEL="joined-1",
        WEIGHTS="/k/.deepface/weights/arcface_weights.h5",
        WEIGHTS_SHA256=SHA,
        BACKEND="onnx",
        CALIBRATIONS="/k/calibrations",
        FPIR="0.0001",
        ATTACK_ENROLMENT="0.7",
        ATTACK_PROBE="0",
        ATTACK_POINTS="1/2=0.8, 1/3=0",
        ATTACK_UNJUDGED="true",
    )
    options = face_options(told, no_keys, {"1/2": "a", "1/3": "b"}, told.face_previous_model)
    assert options.models == ("deepface-ArcFace", "joined-1")
    assert options.weights == OperatorWeights(Path("/k/.deepface/weights/arcface_weights.h5"), SHA, "onnx")
    assert (options.calibrations, options.rule.fpir) == (Path("/k/calibrations"), 1e-4)
    assert (options.enrolment_attack, options.probe_attack) == (AttackPolicy(0.7, True), AttackPolicy(0.0, True))
    assert options.access_point_attack == {"a": AttackPolicy(0.8, True), "b": AttackPolicy(0.0, True)}


def test_an_access_point_is_found_by_its_numbers_and_a_wrong_number_stops_the_start(
    sqlite_database: PeeweeDatabase,
) -> None:
    place = seed_estate(build(sqlite_database).house)
    found = points_by_number(sqlite_database, settings(ATTACK_POINTS="1/1=0.8"))
    assert found["1/1"] == place.gate.id
    with pytest.raises(SettingsError, match="no access point 1/9"):
        points_by_number(sqlite_database, settings(ATTACK_POINTS="1/1=0.8,1/9=0.8"))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"MODEL": "ArcFace"}, "KAIMEN_FACE_MODEL"),
        ({"MODEL": "deepface-ArcFace"}, "KAIMEN_FACE_WEIGHTS"),
        ({"PREVIOUS_MODEL": "joined-2"}, "KAIMEN_FACE_PREVIOUS_MODEL"),
        ({"MODEL": "deepface-A", "PREVIOUS_MODEL": "deepface-B"}, "one model of deepface"),
        ({"WEIGHTS_SHA256": "abc"}, "KAIMEN_FACE_WEIGHTS_SHA256"),
        ({"FPIR": "0"}, "KAIMEN_FACE_FPIR"),
        ({"FPIR": "nan"}, "KAIMEN_FACE_FPIR"),
        ({"ATTACK_PROBE": "1.5"}, "KAIMEN_FACE_ATTACK_PROBE"),
        ({"ATTACK_POINTS": "gate=0.8"}, "KAIMEN_FACE_ATTACK_POINTS"),
        ({"ATTACK_POINTS": "1/2"}, "KAIMEN_FACE_ATTACK_POINTS"),
        ({"BACKEND": "torch"}, "KAIMEN_FACE_BACKEND"),
    ],
)
def test_what_cannot_be_is_said(changes: dict[str, str], said: str) -> None:
    assert any(said in problem for problem in problems(**{f"FACE_{key}": value for key, value in changes.items()}))


def test_an_operators_attack_detection_takes_the_place_of_the_shipped_one() -> None:
    options = face_options(settings(ATTACK_ENGINE="http://127.0.0.1:9000/live"), no_keys, {})
    assert isinstance(options.attack_engine, Checked)


@pytest.mark.parametrize("address", ["http://vendor.example/live", "python:no_such_module:engine"])
def test_an_engine_that_cannot_be_used_stops_the_start(address: str) -> None:
    with pytest.raises(SettingsError, match="KAIMEN_FACE_ATTACK_ENGINE"):
        face_options(settings(ATTACK_ENGINE=address), no_keys, {})

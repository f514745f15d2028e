"""One suite for the make-believe model of the agent's tests and for the networks of a real gate."""

from __future__ import annotations

import io
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from PIL import Image

from access.domain.faces import Match, NoMatch, QualityReason, Rejected
from hardware.agent.edge_option import FaceModel, open_model, why_absent, why_unreadable
from tests.hardware.agent.edge_faces import FakeFaceModel, look

KEY, OTHER_KEY = b"k" * 32, b"o" * 32


@dataclass(frozen=True)
class Cast:
    """A model, two people with usable pictures each (three of the first), and a picture without a face."""

    model: FaceModel
    first: list[bytes]
    second: list[bytes]
    nobody: bytes


def _fake(path: Path) -> Cast:
    people = [[look(name, n) for n in range(3)] for name in ("alice", "bob")]
    return Cast(FakeFaceModel(path), people[0], people[1], look("wall", 1, QualityReason.NO_FACE))


def _real(_path: Path) -> Cast:
    folder, models = os.environ.get("KAIMEN_PICTURES", ""), Path(os.environ.get("KAIMEN_FACE_MODELS", "models"))
    if not folder:
        pytest.skip("KAIMEN_PICTURES names no folder of labelled pictures")
    assert why_absent(models) == ""
    assert why_unreadable(models) == ""
    model = open_model(models)
    people: dict[str, list[bytes]] = {}
    for path in sorted(Path(folder).glob("*.jpg")):
        picture = path.read_bytes()
        if not isinstance(model.encode(picture, KEY), Rejected):
            people.setdefault(path.stem.rsplit("_", 1)[0], []).append(picture)
        found = [pictures for pictures in people.values() if len(pictures) >= 3]
        if len(found) == 2:
            break
    return Cast(model, found[0], found[1], _black())


def _black() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (320, 320), "black").save(out, "JPEG")
    return out.getvalue()


@pytest.fixture(
    scope="module", params=[_fake, pytest.param(_real, marks=pytest.mark.pictures)], ids=["fake", "real"]
)
def cast(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Cast:
    make: Callable[[Path], Cast] = request.param
    return make(tmp_path_factory.mktemp("faces"))


def _encoded(cast: Cast, picture: bytes) -> bytes:
    made = cast.model.encode(picture, KEY)
    assert isinstance(made, bytes)
    return made


def test_the_same_person_is_found_among_the_candidates_alone(cast: Cast) -> None:
    faces = [
        ("one", [_encoded(cast, picture) for picture in cast.first[:2]]),
        ("two", [_encoded(cast, picture) for picture in cast.second[:2]]),
    ]
    cast.model.hold(faces, KEY)
    found = cast.model.identify([cast.first[2]], {"one", "two"})
    assert isinstance(found, Match)
    assert found.person_id == "one"
    assert cast.model.identify([cast.first[2]], {"two"}) == NoMatch()
    assert cast.model.identify([cast.first[2]], set()) == NoMatch()


def test_a_stranger_is_nobody(cast: Cast) -> None:
    cast.model.hold([("two", [_encoded(cast, picture) for picture in cast.second[:2]])], KEY)
    assert cast.model.identify([cast.first[2]], {"two"}) == NoMatch()


def test_samples_of_one_person_belong_together_and_of_two_do_not(cast: Cast) -> None:
    one, other = _encoded(cast, cast.first[0]), _encoded(cast, cast.first[1])
    assert cast.model.one_person([one, other])
    assert not cast.model.one_person([one, _encoded(cast, cast.second[0])])
    assert cast.model.distinct(one, other)
    assert not cast.model.distinct(one, _encoded(cast, cast.first[0]))


def test_who_is_held_already_is_noticed_but_not_oneself(cast: Cast) -> None:
    cast.model.hold([("one", [_encoded(cast, picture) for picture in cast.first[:2]])], KEY)
    again = _encoded(cast, cast.first[2])
    assert cast.model.alike(again, set())
    assert not cast.model.alike(again, {"one"})
    assert not cast.model.alike(_encoded(cast, cast.second[0]), set())


def test_what_cannot_be_used_has_a_reason(cast: Cast) -> None:
    assert isinstance(cast.model.encode(cast.nobody, KEY), Rejected)
    assert isinstance(cast.model.identify([cast.nobody], set()), Rejected)
    both = cast.model.identify([cast.first[0], cast.second[0]], set())
    assert isinstance(both, Rejected)


def test_a_reference_of_another_gate_s_turn_is_another_reference(cast: Cast) -> None:
    assert cast.model.encode(cast.first[0], KEY) != cast.model.encode(cast.first[0], OTHER_KEY)

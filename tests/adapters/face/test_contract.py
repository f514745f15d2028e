"""What every `FaceEngine` does, in process and in another process alike."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from access.domain.challenges import Movement
from access.domain.errors import ExternalSystemError, InvalidInput
from access.domain.faces import Encoded, Match, Met, NoMatch, QualityReason, Rejected
from access.ports import FaceEngine
from tests.adapters.face.memory_source import MemorySource
from tests.biometrics.faces import picture, turning_people

ESTATE = "an estate without a key"
POINT = "north gate"


def test_a_clear_picture_is_encoded_under_the_model_in_use(engine: FaceEngine) -> None:
    encoded = engine.encode(picture("obama.jpg"), ESTATE)
    assert isinstance(encoded, Encoded)
    assert encoded.model == engine.model()
    assert 0.5 <= encoded.quality <= 1.0


def test_what_is_no_picture_is_refused_with_a_reason(engine: FaceEngine) -> None:
    assert engine.encode(b"not a picture", ESTATE) == Rejected(QualityReason.NOT_A_PICTURE)


def test_the_enrolled_person_is_recognised_in_another_picture(
    engine: FaceEngine, source: MemorySource, estate: str, obama: bytes, biden: bytes
) -> None:
    source.enrol(estate, "barack", obama, engine.model(), POINT)
    source.enrol(estate, "joe", biden, engine.model(), POINT)
    answer = engine.identify(estate, POINT, [picture("obama2.jpg")])
    assert isinstance(answer, Match)
    assert answer.person_id == "barack"
    assert answer.score >= answer.threshold


def test_a_stranger_matches_nobody(engine: FaceEngine, source: MemorySource, estate: str, biden: bytes) -> None:
    source.enrol(estate, "joe", biden, engine.model(), POINT)
    assert engine.identify(estate, POINT, [picture("obama2.jpg")]) == NoMatch()


def test_only_people_with_a_right_at_the_access_point_are_candidates(
    engine: FaceEngine, source: MemorySource, estate: str, obama: bytes
) -> None:
    source.enrol(estate, "barack", obama, engine.model(), POINT)
    assert engine.identify(estate, "pool", [picture("obama2.jpg")]) == NoMatch()


def test_estates_never_mix(engine: FaceEngine, source: MemorySource, estate: str, obama: bytes) -> None:
    source.enrol(f"other {estate}", "barack", obama, engine.model(), POINT)
    source.enrol(estate, "nobody", obama[:4], engine.model(), POINT)
    assert engine.identify(estate, POINT, [picture("obama2.jpg")]) == NoMatch()


def test_a_claim_is_verified_against_that_person_alone(
    engine: FaceEngine, source: MemorySource, estate: str, obama: bytes, biden: bytes
) -> None:
    source.enrol(estate, "barack", obama, engine.model(), POINT)
    source.enrol(estate, "joe", biden, engine.model(), POINT)
    frames = [picture("obama2.jpg"), picture("obama3.jpg")]
    assert isinstance(engine.verify(estate, POINT, "barack", frames), Match)
    assert engine.verify(estate, POINT, "joe", frames) == NoMatch()
    assert engine.verify(estate, POINT, "unknown", frames) == NoMatch()


def test_an_erased_person_is_gone_at_once(
    engine: FaceEngine, source: MemorySource, estate: str, obama: bytes
) -> None:
    source.enrol(estate, "barack", obama, engine.model(), POINT)
    assert engine.holds(estate, "barack")
    before = engine.refresh(estate)
    source.erase(estate, "barack")
    assert engine.identify(estate, POINT, [picture("obama2.jpg")]) == NoMatch()
    assert not engine.holds(estate, "barack")
    assert engine.refresh(estate) == before + 1


def test_references_of_another_model_never_meet(
    engine: FaceEngine, source: MemorySource, estate: str, obama: bytes
) -> None:
    source.enrol(estate, "barack", obama, "another-model", POINT)
    assert engine.identify(estate, POINT, [picture("obama.jpg")]) == NoMatch()


def test_samples_of_one_enrolment_are_of_one_person(engine: FaceEngine, obama: bytes, biden: bytes) -> None:
    second = engine.encode(picture("obama2.jpg"), ESTATE)
    assert isinstance(second, Encoded)
    assert engine.consistent([obama, second.reference])
    assert not engine.consistent([obama, biden])


def test_a_look_alike_is_somebody_else(
    engine: FaceEngine, source: MemorySource, estate: str, obama: bytes, biden: bytes
) -> None:
    source.enrol(estate, "barack", obama, engine.model(), POINT)
    source.enrol(estate, "joe", biden, engine.model(), POINT)
    second = engine.encode(picture("obama2.jpg"), ESTATE)
    assert isinstance(second, Encoded)
    assert list(engine.look_alikes(estate, second.reference, "somebody new")) == ["barack"]
    assert list(engine.look_alikes(estate, second.reference, "barack")) == []


def test_the_frames_of_a_presentation_show_one_person(
    engine: FaceEngine, source: MemorySource, estate: str, obama: bytes
) -> None:
    source.enrol(estate, "barack", obama, engine.model(), POINT)
    mixed = [picture("obama2.jpg"), picture("biden.jpg")]
    assert engine.identify(estate, POINT, mixed) == Rejected(QualityReason.INCONSISTENT)
    assert engine.verify(estate, POINT, "barack", mixed) == Rejected(QualityReason.INCONSISTENT)
    same = engine.identify(estate, POINT, [picture("obama2.jpg"), picture("obama3.jpg")])
    assert isinstance(same, Match)
    assert same.person_id == "barack"


@pytest.mark.parametrize("count", [0, 6])
def test_a_presentation_has_one_to_five_frames(engine: FaceEngine, estate: str, count: int) -> None:
    with pytest.raises(InvalidInput) as caught:
        engine.identify(estate, POINT, [picture("obama.jpg")] * count)
    assert (caught.value.code, caught.value.field) == ("face.frames", "frames")


def test_a_reference_that_is_not_ours_is_refused(engine: FaceEngine, estate: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        engine.look_alikes(estate, b"KFR1 and nothing more", "barack")
    assert caught.value.code == "face.reference"


def test_when_the_source_fails_nobody_is_recognised(
    engine: FaceEngine, source: MemorySource, estate: str, obama: bytes
) -> None:
    source.enrol(estate, "barack", obama, engine.model(), POINT)
    source.broken = True
    try:
        with pytest.raises(ExternalSystemError) as caught:
            engine.identify(estate, POINT, [picture("obama.jpg")])
    finally:
        source.broken = False
    assert caught.value.code == "face.source"
    assert not caught.value.permanent


@pytest.mark.parametrize("movement", list(Movement))
def test_a_still_picture_makes_no_movement(engine: FaceEngine, movement: Movement) -> None:
    reason = QualityReason.NOT_BLINKED if movement is Movement.BLINK else QualityReason.NOT_TURNED
    assert engine.challenge(movement, [picture("obama.jpg")] * 4) == Rejected(reason)


def test_a_film_needs_pictures_of_a_face(engine: FaceEngine) -> None:
    wall = io.BytesIO()
    Image.effect_noise((320, 320), 40).convert("RGB").save(wall, "JPEG")
    assert engine.challenge(Movement.BLINK, [b"no picture"] * 4) == Rejected(QualityReason.NOT_A_PICTURE)
    assert engine.challenge(Movement.BLINK, [wall.getvalue()] * 4) == Rejected(QualityReason.NO_FACE)


@pytest.mark.parametrize("count", [0, 3, 13])
def test_a_film_has_a_length(engine: FaceEngine, count: int) -> None:
    with pytest.raises(InvalidInput) as caught:
        engine.challenge(Movement.TURN_LEFT, [picture("obama.jpg")] * count)
    assert caught.value.code == "face.frames"


def test_a_turn_of_one_person_is_met_and_one_of_two_people_is_not(engine: FaceEngine) -> None:
    straight, turned, other = turning_people()
    film = [straight] * 3 + [turned] * 2
    assert engine.challenge(Movement.TURN_LEFT, film) == Met((0, 1, 2))
    assert engine.challenge(Movement.TURN_RIGHT, film) == Rejected(QualityReason.NOT_TURNED)
    assert engine.challenge(Movement.TURN_LEFT, [straight] * 3 + [other] * 2) == Rejected(
        QualityReason.INCONSISTENT
    )


def test_the_models_that_are_compared_are_told(engine: FaceEngine) -> None:
    assert engine.compares() == {engine.model()}


def test_the_size_up_to_which_faces_alone_open_is_told(engine: FaceEngine) -> None:
    assert engine.largest_gallery() >= 1000

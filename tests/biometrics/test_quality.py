"""Reasons a person can act on, and attack policy."""

from __future__ import annotations

import io
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image, ImageEnhance, ImageFilter

from access.domain.faces import QualityReason, Rejected
from biometrics.attack import AttackPolicy, NotJudged, PassiveNet, passes
from biometrics.build import DEFAULT_MODEL, pipeline
from biometrics.detect import BlazeFace, FoundFace
from biometrics.landmarks import FaceMesh
from biometrics.locate import locate
from biometrics.models import verified
from biometrics.picture import Rgb
from biometrics.pipeline import Pipeline, Sample, Use
from biometrics.quality import ENROLMENT, PROBE, Quality, QualityRule, judge, value
from tests.biometrics.faces import models_dir, picture

GOOD = Quality(
    eye_distance=80,
    outside=0,
    other_face=0,
    sharpness=0.6,
    brightness=120,
    yaw=3,
    pitch=-4,
    eye_openness=0.27,
    presence=1.0,
)
PASSIVE_OFF = AttackPolicy(least_live=0)


@pytest.fixture(scope="module")
def chain() -> Pipeline:
    return pipeline([DEFAULT_MODEL], models_dir(), attack=NotJudged())


def sample(chain: Pipeline, image: Image.Image, rule: QualityRule = ENROLMENT) -> Sample | Rejected:
    stream = io.BytesIO()
    image.save(stream, "PNG", compress_level=1)
    [answer] = chain.samples([stream.getvalue()], [Use(rule, PASSIVE_OFF)])
    return answer


def face() -> Image.Image:
    """A portrait of 455 × 569 pixels."""
    return Image.open(io.BytesIO(picture("obama.jpg"))).convert("RGB").resize((455, 569))


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"other_face": 0.6}, QualityReason.SEVERAL_FACES),
        ({"outside": 0.3}, QualityReason.CUT_OFF),
        ({"eye_distance": 12}, QualityReason.TOO_SMALL),
        ({"brightness": 20}, QualityReason.TOO_DARK),
        ({"brightness": 250}, QualityReason.TOO_BRIGHT),
        ({"yaw": -60}, QualityReason.TURNED_AWAY),
        ({"pitch": 50}, QualityReason.TURNED_AWAY),
        ({"presence": 0.4}, QualityReason.COVERED),
        ({"sharpness": 0.02}, QualityReason.BLURRED),
        ({"eye_openness": 0.05}, QualityReason.EYES_CLOSED),
    ],
)
def test_each_component_has_its_reason(change: dict[str, float], reason: QualityReason) -> None:
    assert judge(GOOD, ENROLMENT) is None
    assert judge(replace(GOOD, **change), ENROLMENT) is reason


def test_a_probe_may_be_poorer_than_an_enrolment() -> None:
    poorer = replace(GOOD, eye_distance=25, yaw=35, sharpness=0.1)
    assert judge(poorer, ENROLMENT) is not None
    assert judge(poorer, PROBE) is None


def test_the_value_is_that_of_the_poorest_component() -> None:
    assert value(replace(GOOD, sharpness=ENROLMENT.sharpness)) == pytest.approx(0.5)
    assert value(replace(GOOD, sharpness=0.0)) == 0.0


def test_a_portrait_is_good_enough_to_enrol(chain: Pipeline) -> None:
    assert isinstance(sample(chain, face()), Sample)


def test_bad_captures_are_refused_with_what_to_do(chain: Pipeline) -> None:
    assert sample(chain, face().filter(ImageFilter.GaussianBlur(7))) == Rejected(QualityReason.BLURRED)
    assert sample(chain, ImageEnhance.Brightness(face()).enhance(0.2)) == Rejected(QualityReason.TOO_DARK)
    assert sample(chain, ImageEnhance.Brightness(face()).enhance(4.0)) == Rejected(QualityReason.TOO_BRIGHT)
    twice = Image.new("RGB", (910, 569))
    twice.paste(face(), (0, 0))
    twice.paste(face(), (455, 0))
    assert sample(chain, twice) == Rejected(QualityReason.SEVERAL_FACES)


@pytest.mark.parametrize("side", ["left", "right", "top", "bottom"])
def test_a_face_cut_off_by_the_pictures_edge_is_not_enrolled(chain: Pipeline, side: str) -> None:
    image = face()
    box = {
        "left": (228, 0, 455, 569),
        "right": (0, 0, 255, 569),
        "top": (0, 115, 455, 569),
        "bottom": (0, 0, 455, 150),
    }
    cut = image.crop(box[side])
    for rule in (ENROLMENT, PROBE):
        assert sample(chain, cut, rule) in (Rejected(QualityReason.CUT_OFF), Rejected(QualityReason.NO_FACE))


def test_a_face_that_fills_the_picture_is_one_face_and_not_cut_off(chain: Pipeline) -> None:
    assert isinstance(sample(chain, face().crop((178, 57, 315, 216))), Sample)


def test_a_face_boxed_at_an_eye_is_looked_at_again() -> None:
    """A detector that first marks one eye as the face; seen from further away it marks the face."""

    class Astray(BlazeFace):
        def detect(self, image: Rgb) -> list[FoundFace]:
            [right] = super().detect(image)
            eye = right.points[1]
            size = np.float32(right.side / 6)
            box = np.array([*(eye - size), *(eye + size)], np.float32)
            points = np.tile(eye, (6, 1)).astype(np.float32)
            return [right] if image.shape[0] > 600 else [FoundFace(box, points, 0.6)]

    image = np.asarray(face(), np.uint8)
    mesh = FaceMesh(verified(models_dir(), "mesh"))
    found = locate(Astray(verified(models_dir(), "detector")), mesh, image)
    straight = locate(BlazeFace(verified(models_dir(), "detector")), mesh, image)
    assert found is not None
    assert straight is not None
    assert np.abs(found.mesh.five() - straight.mesh.five()).max() < 0.1 * straight.mesh.eye_distance()


def test_a_picture_without_a_face_is_refused(chain: Pipeline) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (300, 400, 3), np.uint8)
    assert sample(chain, Image.fromarray(noise)) == Rejected(QualityReason.NO_FACE)


@pytest.mark.parametrize("size", [(48, 48), (48, 1280), (1280, 48), (640, 480)])
@pytest.mark.parametrize("kind", ["black", "white", "stripes", "noise"])
def test_odd_pictures_are_refused_and_break_nothing(chain: Pipeline, size: tuple[int, int], kind: str) -> None:
    pixels = np.zeros((size[1], size[0], 3), np.uint8)
    if kind == "white":
        pixels[:] = 255
    elif kind == "stripes":
        pixels[::2] = 255
    elif kind == "noise":
        pixels = np.random.default_rng(1).integers(0, 256, pixels.shape, np.uint8)
    assert isinstance(sample(chain, Image.fromarray(pixels), PROBE), Rejected)


def test_a_face_of_twelve_pixels_is_never_a_sample(chain: Pipeline) -> None:
    wide = Image.new("RGB", (640, 480), (90, 100, 110))
    wide.paste(face().resize((24, 30)), (300, 200))
    answer = sample(chain, wide, PROBE)
    assert answer in (Rejected(QualityReason.NO_FACE), Rejected(QualityReason.TOO_SMALL))


def test_forty_faces_are_too_many(chain: Pipeline) -> None:
    crowd = Image.new("RGB", (8 * 160, 5 * 200))
    for place in range(40):
        crowd.paste(face().resize((160, 200)), (place % 8 * 160, place // 8 * 200))
    answer = sample(chain, crowd, PROBE)
    assert answer in (Rejected(QualityReason.SEVERAL_FACES), Rejected(QualityReason.NO_FACE))


def test_a_live_portrait_passes_the_passive_check() -> None:
    chain = pipeline([DEFAULT_MODEL], models_dir(), attack=PassiveNet(models_dir()))
    [answer] = chain.samples([picture("obama.jpg")], [Use(ENROLMENT, AttackPolicy())])
    assert isinstance(answer, Sample)
    assert answer.live is not None
    assert answer.live > 0.5


def test_a_face_below_the_policys_score_is_not_live() -> None:
    class Suspicious(NotJudged):
        """An operator's engine that is sure of an attack."""

        def live_score(self, image: object, face: object) -> float:
            return 0.01

    chain = pipeline([DEFAULT_MODEL], models_dir(), attack=Suspicious())
    [answer] = chain.samples([picture("obama.jpg")], [Use(ENROLMENT, AttackPolicy(least_live=0.2))])
    assert answer == Rejected(QualityReason.NOT_LIVE)


@pytest.mark.parametrize(
    ("score", "policy", "accepted"),
    [
        (0.9, AttackPolicy(), True),
        (0.1, AttackPolicy(), False),
        (None, AttackPolicy(), True),
        (None, AttackPolicy(refuse_unjudged=True), False),
        (0.0, AttackPolicy(least_live=0), True),
    ],
)
def test_the_policy_decides(score: float | None, policy: AttackPolicy, accepted: bool) -> None:
    assert passes(score, policy) is accepted

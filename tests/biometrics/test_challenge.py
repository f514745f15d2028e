"""A turn shows depth, a blink leaves the head where it is; a flat picture, however moved, does neither."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from access.domain.challenges import Movement
from biometrics.challenge import DEPTH, Film, Glance, depth, judge
from biometrics.detect import BlazeFace
from biometrics.evaluation.films import ATTACKS
from biometrics.eyes import OpenEyes
from biometrics.landmarks import FaceMesh, Mesh
from biometrics.models import verified
from biometrics.picture import Rgb, decode
from tests.biometrics.faces import models_dir, picture

LEFT, RIGHT, BLINK = Movement.TURN_LEFT, Movement.TURN_RIGHT, Movement.BLINK


def head(yaw: float = 0.0, pitch: float = 0.0) -> Mesh:
    """Points of an ellipsoid with a nose, turned; yaw > 0 towards the picture's right, the person's left."""
    generator = np.random.default_rng(5)
    directions = generator.normal(size=(468, 3))
    directions[:, 2] = -np.abs(directions[:, 2])
    points = directions / np.linalg.norm(directions, axis=1, keepdims=True) * (55, 75, 50)
    points[234], points[454], points[10], points[152] = (-55, 0, 0), (55, 0, 0), (0, -75, 0), (0, 75, 0)
    points[[4, 1]] = (0, 15, -75)
    for corner, x in ((33, -40), (133, -15), (362, 15), (263, 40)):
        points[corner] = (x, -15, -35)
    about_y, about_x = np.radians(yaw), np.radians(pitch)
    turn = np.array([
        [np.cos(about_y), 0, -np.sin(about_y)], [0, 1, 0], [np.sin(about_y), 0, np.cos(about_y)]
    ])  # fmt: skip
    nod = np.array([
        [1, 0, 0], [0, np.cos(about_x), -np.sin(about_x)], [0, np.sin(about_x), np.cos(about_x)]
    ])  # fmt: skip
    return Mesh((points @ turn.T @ nod.T + 200).astype(np.float32), 1.0)


def seen(yaw: float = 0.0, eyes: int = 2, pitch: float = 0.0) -> Glance:
    return Glance(head(yaw, pitch), eyes)


def flattened(glance: Glance, yaw: float) -> Glance:
    """A flat picture of which a network believes that it is turned: points of a plane, with the angle."""
    straight = head(0).points
    squeeze = np.cos(np.radians(yaw))
    flat = glance.mesh.points.copy()
    flat[:, 0] = (straight[:, 0] - 200) * squeeze + 200
    flat[:, 1] = straight[:, 1]
    return Glance(Mesh(flat, 1.0), 2)


def test_a_turn_is_met_the_asked_way_and_gives_the_frames_to_compare() -> None:
    to_the_left = [seen(0), seen(3), seen(15), seen(30)]
    to_the_right = [seen(0), seen(-3), seen(-15), seen(-30)]
    assert judge(LEFT, to_the_left) == Film((0, 1), 3)
    assert judge(RIGHT, to_the_right) == Film((0, 1), 3)
    assert judge(LEFT, to_the_right) is None
    assert judge(RIGHT, to_the_left) is None


def test_a_head_that_was_never_straight_or_turned_before_it_was_meets_no_turn() -> None:
    assert judge(LEFT, [seen(20), seen(30), seen(40), seen(44)]) is None
    assert judge(LEFT, [seen(30), seen(30), seen(0), seen(0)]) is None


def test_a_profile_alone_is_too_far_to_be_compared() -> None:
    assert judge(LEFT, [seen(0), seen(0), seen(70), seen(80)]) is None


def test_a_turn_without_depth_is_a_picture_that_was_tilted() -> None:
    assert depth(head(0), head(25)) > 2 * DEPTH
    tilted = [seen(0), seen(0), *(flattened(seen(yaw), yaw) for yaw in (20, 30))]
    assert depth(tilted[0].mesh, tilted[-1].mesh) < DEPTH
    assert judge(LEFT, tilted) is None


def test_a_blink_is_open_closed_open() -> None:
    opened, closed = seen(), seen(eyes=0)
    film = judge(BLINK, [opened, opened, closed, closed, opened])
    assert film is not None
    assert (set(film.best), film.end) == ({0, 1, 4}, 3)
    for order in ([opened, opened, closed, closed], [closed, closed, opened, opened], [opened] * 5):
        assert judge(BLINK, order) is None


def test_one_eye_alone_is_no_blink() -> None:
    assert judge(BLINK, [seen(), seen(), seen(eyes=1), seen()]) is None


@pytest.mark.parametrize("moved", [seen(yaw=20, eyes=0), seen(pitch=25, eyes=0)])
def test_eyes_that_vanish_while_the_head_moves_are_no_blink(moved: Glance) -> None:
    assert judge(BLINK, [seen(), seen(), moved, seen(), seen()]) is None


def test_a_film_of_three_frames_shows_nothing() -> None:
    assert judge(LEFT, [seen(0), seen(20), seen(30)]) is None


@pytest.fixture(scope="module")
def look() -> object:
    detector, mesh = (
        BlazeFace(verified(models_dir(), "detector")),
        FaceMesh(verified(models_dir(), "mesh")),
    )
    eyes = OpenEyes()

    def glance(image: Rgb) -> Glance:
        found = mesh.find(image, detector.detect(image)[0])
        return Glance(found, eyes.count(image, found))

    return glance


def photo(name: str) -> Rgb:
    image = decode(picture(name))
    assert isinstance(image, np.ndarray)
    small: Rgb = cv2.resize(image, (image.shape[1] // 2, image.shape[0] // 2))
    return small


def test_open_eyes_are_seen_and_painted_ones_are_not(look) -> None:  # type: ignore[no-untyped-def]
    image = photo("obama.jpg")
    assert look(image).open_eyes == 2
    covered = image.copy()
    points = look(image).mesh.points[:, :2]
    (left, top), (right, bottom) = points[[33, 263]].min(axis=0) - 25, points[[33, 263]].max(axis=0) + 25
    covered[int(top) : int(bottom), int(left) : int(right)] = (170, 130, 110)
    assert look(covered).open_eyes == 0


@pytest.mark.parametrize("way", sorted(ATTACKS))
@pytest.mark.parametrize("name", ["obama.jpg", "biden.jpg"])
def test_one_still_picture_meets_nothing_however_it_is_moved(look, way: str, name: str) -> None:  # type: ignore[no-untyped-def]
    glances = [look(frame) for frame in ATTACKS[way](photo(name))]
    assert [judge(movement, glances) for movement in Movement] == [None, None, None]

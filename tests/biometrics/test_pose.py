"""Heads turned by drawing, for the evaluation: shapes and limits on made-up faces, the measured turn on others."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from biometrics.detect import BlazeFace
from biometrics.evaluation.degrade import png
from biometrics.evaluation.figures import Figure
from biometrics.evaluation.pose import FARTHEST, turned, turns
from biometrics.evaluation.protocol import rate
from biometrics.evaluation.report import plot_degradations
from biometrics.landmarks import POINTS, FaceMesh, Mesh
from biometrics.locate import locate
from biometrics.models import verified
from biometrics.picture import Rgb, decode
from tests.biometrics.faces import labelled_pictures, models_dir, turning_people

MEASURED_SHARE = 0.5
"""Least share of the asked turn that the landmark network sees on the average; on made faces it is about 0.8."""
ANGLES = (-30, -15, 0, 15, 30)


def ball(radius: float = 40.0, middle: tuple[float, float] = (100.0, 90.0)) -> Mesh:
    """The front of a ball, numbered at random but for the four points that tell its pose."""
    generator = np.random.default_rng(0)
    across, down = generator.uniform(-0.6, 0.6, (2, POINTS))
    for number, place in ((234, (-0.95, 0.0)), (454, (0.95, 0.0)), (10, (0.0, -0.95)), (152, (0.0, 0.95))):
        across[number], down[number] = place
    depth = -np.sqrt(1 - across**2 - down**2)
    points = np.column_stack([across, down, depth]) * radius + (*middle, 0.0)
    return Mesh(points.astype(np.float32), 1.0)


def stripes(height: int = 180, width: int = 200) -> Rgb:
    """Every column its own grey."""
    return np.repeat(np.tile(np.arange(width, dtype=np.uint8), (height, 1))[:, :, None], 3, axis=2)


def column_shown(image: Rgb, mesh: Mesh) -> int:
    """The column of `stripes` that is seen in the middle of the face."""
    x, y = mesh.points[:, :2].mean(axis=0)
    return int(image[int(y), int(x), 0])


def test_not_turned_a_face_stays_where_it_is() -> None:
    image = stripes()
    moved = np.abs(turned(image, ball()).astype(int) - image)
    assert moved.max() <= 5  # at the tip of a narrow triangle
    assert (moved > 1).mean() < 0.005


@pytest.mark.parametrize("height", [120, 180])
def test_a_turned_picture_keeps_its_size_and_what_is_far_from_the_face(height: int) -> None:
    image = stripes(height)
    made = turned(image, ball(), yaw=30, pitch=10)
    assert made.shape == image.shape
    assert made.dtype == np.uint8
    assert np.array_equal(made[:, :25], image[:, :25])
    assert not np.array_equal(made[:, 60:140], image[:, 60:140])


def test_a_face_turned_to_the_right_shows_more_of_its_left() -> None:
    shown = [column_shown(turned(stripes(), ball(), yaw=yaw), ball()) for yaw in (-40, -20, 0, 20, 40)]
    assert shown == sorted(shown, reverse=True)
    # the ball's front lies one radius before the axis: the middle then shows what was sin(turn) radii beside it
    assert shown[2] - shown[3] == pytest.approx(40 * np.sin(np.radians(20)), abs=6)


@pytest.mark.parametrize("angle", [-FARTHEST - 1, FARTHEST + 1, float("nan"), float("inf")])
def test_a_turn_beyond_what_a_drawing_can_show_is_refused(angle: float) -> None:
    with pytest.raises(ValueError, match="at most"):
        turned(stripes(), ball(), yaw=angle)
    with pytest.raises(ValueError, match="at most"):
        turned(stripes(), ball(), pitch=angle)


def test_a_face_beyond_the_pictures_edge_is_drawn_as_far_as_it_goes() -> None:
    image = stripes()
    assert turned(image, ball(90, (10.0, 170.0)), yaw=-45).shape == image.shape


def test_a_picture_without_a_face_and_a_broken_file_are_left_as_they_are() -> None:
    stream = io.BytesIO()
    Image.new("RGB", (200, 200), (90, 90, 90)).save(stream, "PNG")
    for change in turns(models_dir()).values():
        assert change(stream.getvalue()) == stream.getvalue()
        assert change(b"no picture") == b"no picture"


def test_the_plot_is_made_anew_and_goes_when_nothing_was_degraded(tmp_path: Path) -> None:
    refused = Figure("degradation", "refused with a reason, dim", rate(np.ones(3, bool), np.arange(3)), "")
    missed = Figure("degradation", "FNMR of the rest, dark", rate(np.array([], bool), np.array([], np.int64)), "")
    plot_degradations(tmp_path, {"dim": [refused], "dark": [refused, missed]})
    assert Image.open(tmp_path / "degradation.png").size[0] > 300
    plot_degradations(tmp_path, {})
    assert not list(tmp_path.iterdir())


def looks(detector: BlazeFace, mesh: FaceMesh, image: Rgb) -> Mesh:
    """The face's landmarks as the pipeline finds them."""
    located = locate(detector, mesh, image)
    assert located is not None
    return located.mesh


@pytest.mark.pictures
def test_the_measured_pose_follows_the_turn_that_was_asked_for() -> None:
    detector, mesh = BlazeFace(verified(models_dir(), "detector")), FaceMesh(verified(models_dir(), "mesh"))
    yaw_shares, pitch_shares = list[float](), list[float]()
    for path in sorted(labelled_pictures().glob("*.jpg"))[5:2600:100]:
        image = decode(path.read_bytes())
        assert isinstance(image, np.ndarray)
        straight = looks(detector, mesh, image)
        own_yaw, own_pitch, _ = straight.angles()
        if abs(own_yaw) > 10 or abs(own_pitch) > 10:
            continue
        yaws = [looks(detector, mesh, turned(image, straight, yaw=angle)).angles()[0] for angle in ANGLES]
        pitches = [
            looks(detector, mesh, turned(image, straight, pitch=angle)).angles()[1] for angle in (-20, 0, 20)
        ]
        assert yaws == sorted(yaws), path.name
        assert pitches == sorted(pitches), path.name
        assert yaws[0] < own_yaw < yaws[-1], path.name
        yaw_shares.append((yaws[-1] - yaws[0]) / (ANGLES[-1] - ANGLES[0]))
        pitch_shares.append((pitches[-1] - pitches[0]) / 40)
    assert len(yaw_shares) >= 3
    assert MEASURED_SHARE < np.mean(yaw_shares) < 1.2
    assert MEASURED_SHARE < np.mean(pitch_shares) < 1.3


@pytest.mark.pictures
def test_a_probe_is_turned_further_to_the_side_it_already_shows() -> None:
    detector, mesh = BlazeFace(verified(models_dir(), "detector")), FaceMesh(verified(models_dir(), "mesh"))
    changes = turns(models_dir())
    sides = set()
    straight, turned_left, _ = turning_people()
    for data in (straight, turned_left, png(Image.fromarray(shown(turned_left)[:, ::-1]))):
        own = looks(detector, mesh, shown(data)).angles()
        further = looks(detector, mesh, shown(changes["drawn turned 15° further"](data))).angles()
        assert abs(further[0]) > abs(own[0]) + 5
        assert further[0] * own[0] > 0
        assert looks(detector, mesh, shown(changes["drawn chin down 20°"](data))).angles()[1] > own[1] + 5
        assert looks(detector, mesh, shown(changes["drawn chin up 20°"](data))).angles()[1] < own[1] - 5
        sides.add(own[0] > 0)
    assert sides == {True, False}


def shown(data: bytes) -> Rgb:
    """The picture in a file."""
    image = decode(data)
    assert isinstance(image, np.ndarray)
    return image

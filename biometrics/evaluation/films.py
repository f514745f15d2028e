"""Films for judging the challenge: pictures moved before a camera as a cheat would, and eyes closed by drawing.

A film is a list of frames (RGB, all of one size). Nothing here was filmed: flat pictures are moved by the geometry
of a plane or of a bent sheet before a pinhole camera, as a print or a screen would be, without glare and focus.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import cv2
import numpy as np

from biometrics.landmarks import LEFT_EYE, RIGHT_EYE, Mesh
from biometrics.nets import Tensor
from biometrics.picture import Rgb

Film = list[Rgb]
DISTANCE = 2.5
"""Of the camera from the middle of the picture, in half widths."""
_TILTS = (0, 0, 15, 30, 45, 60)
_BENDS = (0, 0, 12, 24, 36, 48)
_WAVES = ((0, 1.0), (8, 1.1), (-15, 0.9), (20, 1.2), (-30, 0.8), (30, 1.0))


def still(image: Rgb) -> Film:
    """Held before the camera."""
    return [image] * 6


def waved(image: Rgb) -> Film:
    """Turned in its own plane, and nearer and farther."""
    middle = (image.shape[1] / 2, image.shape[0] / 2)
    return [_warped(image, np.vstack([cv2.getRotationMatrix2D(middle, *one), [0, 0, 1]])) for one in _WAVES]


def tilted(image: Rgb) -> Film:
    """Turned about its upright axis up to 60 degrees, as a head would."""
    return [_warped(image, _tilt(image, degrees, upright=True)) for degrees in _TILTS]


def nodded(image: Rgb) -> Film:
    """Tipped over to 60 degrees and back, which flattens the eyes."""
    there = [_warped(image, _tilt(image, degrees, upright=False)) for degrees in _TILTS]
    return [*there, *there[1::-1]]


def bent(image: Rgb) -> Film:
    """On a cylinder about an upright axis that is turned up to 48 degrees."""
    return [_bend(image, degrees) for degrees in _BENDS]


ATTACKS: Mapping[str, Callable[[Rgb], Film]] = {
    "held still": still,
    "waved in its plane, zoomed": waved,
    "tilted about the upright axis": tilted,
    "tipped over": nodded,
    "bent and turned": bent,
}


def mirrored(film: Film) -> Film:
    """The same to the other side."""
    return [np.ascontiguousarray(frame[:, ::-1]) for frame in film]


def eyes_closed(image: Rgb, mesh: Mesh, share: float) -> Rgb:
    """The picture with each eye squeezed to a share of its height: a drawn blink, no real one."""
    closed = image.copy()
    for eye in (LEFT_EYE, RIGHT_EYE):
        points = mesh.points[list(eye), :2]
        middle, width = points.mean(axis=0), float(np.ptp(points[:, 0]))
        closed = _squeezed(closed, middle, width, share)
    return closed


def _squeezed(image: Rgb, middle: Tensor, width: float, share: float) -> Rgb:
    """Rows near an eye drawn together towards its middle, fading out at a width's distance."""
    rows, columns = np.mgrid[: image.shape[0], : image.shape[1]].astype(np.float32)
    down, across = (rows - middle[1]) / width, (columns - middle[0]) / width
    near = np.exp(-((across / 0.8) ** 4)) * np.exp(-((down / 0.55) ** 4))
    source = middle[1] + (rows - middle[1]) * (1 + near * (1 / share - 1) * np.exp(-((down / 0.25) ** 2)))
    return np.asarray(
        cv2.remap(image, columns, source.astype(np.float32), cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE),
        np.uint8,
    )


def _tilt(image: Rgb, degrees: float, *, upright: bool) -> Tensor:
    """Homography of a plane turned about its upright or level axis before a pinhole camera."""
    height, width = image.shape[:2]
    corners = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]], np.float32)
    angle = np.radians(degrees)
    flat = corners.copy()
    flat[:, 0 if upright else 1] *= np.cos(angle)
    depth = corners[:, 0 if upright else 1] * np.sin(angle)
    seen = flat * (DISTANCE / (DISTANCE + depth))[:, np.newaxis]
    half = np.array([width / 2, height / 2], np.float32)
    matrix = cv2.getPerspectiveTransform(((corners + 1) * half), ((seen + 1) * half).astype(np.float32))
    return np.asarray(matrix, np.float32)


def _warped(image: Rgb, matrix: Tensor) -> Rgb:
    height, width = image.shape[:2]
    moved = cv2.warpPerspective(image, matrix, (width, height), borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(moved, np.uint8)


def _bend(image: Rgb, degrees: float, radius: float = 0.9) -> Rgb:
    """A sheet around a cylinder of `radius` half widths, turned."""
    height, width = image.shape[:2]
    across = np.linspace(-1, 1, width)
    source = (np.arcsin(np.clip(across / radius, -0.999, 0.999)) + np.radians(degrees)) * radius
    columns = np.tile(((source + 1) * width / 2).astype(np.float32), (height, 1))
    rows = np.tile(np.arange(height, dtype=np.float32)[:, np.newaxis], (1, width))
    return np.asarray(cv2.remap(image, columns, rows, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE), np.uint8)

"""A probe's head turned by a known angle: the landmarks are turned in space and the picture is drawn after them.

The face is a surface of triangles between its 468 landmarks, whose depth the landmark network estimates; what is
around the face stays where it is and is stretched. Weak evidence: only the geometry changes. A cheek that the
picture does not show, the light on a turned face and the camera's perspective are not drawn, and what is stretched
is no face of anybody's: a head really turned as far may err more often or less.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy.spatial import ConvexHull, Delaunay
from scipy.spatial.transform import Rotation

from access.domain.faces import QualityReason
from biometrics.detect import BlazeFace
from biometrics.evaluation.degrade import png
from biometrics.landmarks import FaceMesh, Mesh
from biometrics.locate import locate
from biometrics.models import verified
from biometrics.nets import Tensor
from biometrics.picture import Rgb, decode

FARTHEST = 60.0
"""Degrees either way; a half profile hides too much of a face for a surface that ends at the ears."""
AROUND = 1.6
"""Where the surroundings begin to stay in place, in sizes of the face about its middle: hair and ears within."""
_FRACTION = 4
"""Bits after the point in coordinates of drawn triangles."""
_THIN = 1e-3
"""Square pixels below which a triangle is seen from its edge and not drawn."""

Numbers = NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class _Surface:
    """Vertices (n, 3) in the picture and where they are drawn, and triangles (m, 3) between them."""

    seen: Tensor
    drawn: Tensor
    triangles: Numbers


def turned(image: Rgb, mesh: Mesh, yaw: float = 0.0, pitch: float = 0.0) -> Rgb:
    """The picture with its head turned further.

    Args:
        image: RGB.
        mesh: of the face in it.
        yaw: degrees added to the mesh's own, > 0 towards the picture's right.
        pitch: degrees added to the mesh's own, > 0 chin to the chest.

    Raises:
        ValueError: more than `FARTHEST` degrees.
    """
    if not (abs(yaw) <= FARTHEST and abs(pitch) <= FARTHEST):
        raise ValueError(f"a head can be turned by {FARTHEST:g} degrees at most")
    surface = _surface(mesh, yaw, pitch)
    columns, rows = _sources(surface, image.shape[0], image.shape[1])
    return np.asarray(cv2.remap(image, columns, rows, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE), np.uint8)


class Turner:
    """Turns the head in a file, with the shipped detector and landmarks."""

    def __init__(self, models: Path) -> None:
        self._detector = BlazeFace(verified(models, "detector"))
        self._mesh = FaceMesh(verified(models, "mesh"))

    def aside(self, data: bytes, degrees: float) -> bytes:
        """Further to the side to which it already looks; a picture without a face as it is."""
        return self._drawn(data, lambda mesh: (float(np.copysign(degrees, mesh.angles()[0])), 0.0))

    def down(self, data: bytes, degrees: float) -> bytes:
        """Chin towards the chest, or up where `degrees` is negative; a picture without a face as it is."""
        return self._drawn(data, lambda _mesh: (0.0, degrees))

    def _drawn(self, data: bytes, angles: Callable[[Mesh], tuple[float, float]]) -> bytes:
        image = decode(data)
        located = None if isinstance(image, QualityReason) else locate(self._detector, self._mesh, image)
        if isinstance(image, QualityReason) or located is None:
            return data
        yaw, pitch = angles(located.mesh)
        return png(Image.fromarray(turned(image, located.mesh, yaw, pitch)))


def turns(models: Path) -> Mapping[str, Callable[[bytes], bytes]]:
    """Turned probes by name, as `biometrics.evaluation.degrade.DEGRADATIONS` has the others.

    Args:
        models: where `make models` put the files.

    Raises:
        ModelFileError: a network file is missing or altered.
    """
    turner = Turner(models)
    aside = {f"drawn turned {degrees}° further": partial(turner.aside, degrees=degrees) for degrees in (15, 30, 45)}
    tipped = {
        "drawn chin down 20°": partial(turner.down, degrees=20),
        "drawn chin up 20°": partial(turner.down, degrees=-20),
    }
    return {**aside, **tipped}


def _surface(mesh: Mesh, yaw: float, pitch: float) -> _Surface:
    """The face and a ring around it; the head turns about an upright and a level axis at its deepest points."""
    own_yaw, own_pitch, roll = mesh.angles()
    points, middle = mesh.points.astype(np.float64), mesh.points.mean(axis=0)
    own = Rotation.from_euler("yxz", (-own_yaw, own_pitch, roll), degrees=True)
    straight = own.inv().apply(points - middle)
    axis = own.apply((0, 0, straight[:, 2].max())) + middle
    level = Rotation.from_euler("z", roll, degrees=True)
    turn = level * Rotation.from_euler("yx", (-yaw, pitch), degrees=True) * level.inv()
    edge = ConvexHull(straight[:, :2]).vertices
    ring = (points[edge] - middle) * AROUND + middle
    ring[:, 2] = axis[2] + np.ptp(points[:, 2])  # behind everything, wherever the face is turned to
    # Neighbours are those of the straight face: in a turned one a cheek lies over what is behind it.
    triangles = Delaunay(np.concatenate([straight[:, :2], straight[edge, :2] * AROUND])).simplices
    return _Surface(
        np.concatenate([points, ring]).astype(np.float32),
        np.concatenate([turn.apply(points - axis) + axis, ring]).astype(np.float32),
        triangles.astype(np.int32),
    )


def _sources(surface: _Surface, height: int, width: int) -> tuple[Tensor, Tensor]:
    """Column and row (height, width) in the picture that each drawn pixel shows: its own outside the surface."""
    triangle = _front(surface, height, width)
    columns, rows = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    inside = triangle >= 0
    corners = surface.triangles[triangle[inside]]
    origin, first, second = (surface.drawn[corners[:, n], :2] for n in range(3))
    along, across = first - origin, second - origin
    to = np.column_stack([columns[inside], rows[inside]]) - origin
    area = _cross(along, across)
    weights = np.column_stack([_cross(to, across) / area, _cross(along, to) / area])
    weights = np.column_stack([1 - weights.sum(axis=1), weights]).clip(0, 1)  # its rim is drawn a little too wide
    weights /= weights.sum(axis=1, keepdims=True)
    source = (surface.seen[corners, :2] * weights[:, :, None]).sum(axis=1)
    columns[inside], rows[inside] = source[:, 0], source[:, 1]
    return columns, rows


def _front(surface: _Surface, height: int, width: int) -> Numbers:
    """Number of the nearest triangle at each pixel (height, width), -1 where there is none: drawn far to near."""
    shown = np.full((height, width), -1, np.int32)
    corners = surface.drawn[surface.triangles]
    area = _cross(corners[:, 1, :2] - corners[:, 0, :2], corners[:, 2, :2] - corners[:, 0, :2])
    placed = np.round(corners[:, :, :2] * 2**_FRACTION).astype(np.int32)
    for number in np.argsort(-corners[:, :, 2].mean(axis=1), kind="stable"):
        if abs(area[number]) > _THIN:
            cv2.fillConvexPoly(shown, placed[number], int(number), shift=_FRACTION)
    return shown


def _cross(one: Tensor, other: Tensor) -> Tensor:
    """Signed area (n,) of the parallelograms of two rows of vectors (n, 2)."""
    return np.asarray(one[:, 0] * other[:, 1] - one[:, 1] * other[:, 0], np.float32)

"""Bytes from outside to an RGB array, within bounds of bytes, pixels and time.

The decoder is Pillow, limited to JPEG, PNG and WebP. Sizes are read from the header before a pixel is
decoded, so a decompression bomb costs nothing. EXIF orientation is applied; all other metadata (place, time,
camera) is dropped with the file, since only the pixels leave this module.

Many phones put further pictures behind the first of a JPEG (CIPA DC-007: depth, a gain map, a second lens), which
Pillow calls MPO. The first is the photo; the others are never looked at.
"""

from __future__ import annotations

import io
import warnings
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import ExifTags, Image

from access.domain.faces import QualityReason

Rgb = NDArray[np.uint8]
"""uint8, shape (height, width, 3), colour order red, green, blue, 0 to 255."""

FORMATS = ("JPEG", "PNG", "WEBP")
_JPEG = ("JPEG", "MPO")
_HEIF_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1", b"avif"})
"""Major brands of the containers that phones save pictures in (ISO/IEC 23008-12, annex B), and AVIF."""
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""What makes a picture upright, by its EXIF orientation (tag 0x0112)."""
_SIXTEEN_BIT_MODES = ("I", "I;16", "I;16B", "I;16L", "I;16N")


@dataclass(frozen=True, slots=True)
class PictureLimits:
    """What is accepted from outside.

    Attributes:
        max_bytes: of the file; 8 MB is what the `FaceEngine` port promises.
        max_pixels: width × height as the header states; a 48-megapixel phone picture passes, 100 does not.
        max_pixels_whole: the same where the decoder must hold the whole picture at once (PNG, WebP, progressive
            JPEG) instead of reducing it while it reads.
        min_side: shorter side in pixels below which no usable face can be inside.
        working_side: longer side in pixels to which larger pictures are reduced before anything looks at them.
    """

    max_bytes: int = 8 * 1024 * 1024
    max_pixels: int = 50_000_000
    max_pixels_whole: int = 16_000_000
    min_side: int = 48
    working_side: int = 1280


def decode(data: bytes, limits: PictureLimits | None = None) -> Rgb | QualityReason:
    """RGB pixels of one still picture, upright, longer side at most `limits.working_side`.

    Args:
        data: the file as received.
        limits: bounds; the defaults when None.

    Returns:
        the pixels, or NOT_A_PICTURE (unreadable, truncated, animated, another format), TOO_LARGE (bytes or
        pixels), TOO_SMALL, HEIC (what iPhones save, and this decoder does not read).
    """
    bounds = limits or PictureLimits()
    if len(data) > bounds.max_bytes:
        return QualityReason.TOO_LARGE
    if data[4:8] == b"ftyp" and data[8:12] in _HEIF_BRANDS:
        return QualityReason.HEIC
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Pillow warns of odd EXIF and of large pictures; both are handled here
        try:
            with Image.open(io.BytesIO(data), formats=FORMATS) as image:
                refused = _refuse(image, bounds)
                return refused if refused is not None else _pixels(image, bounds)
        except Image.DecompressionBombError:
            return QualityReason.TOO_LARGE
        except Exception:  # Pillow raises of every kind on damaged files; whatever it is, this is no picture
            return QualityReason.NOT_A_PICTURE


def _refuse(image: Image.Image, bounds: PictureLimits) -> QualityReason | None:
    """Decide from the header alone; no pixel is decoded here."""
    width, height = image.size
    whole = image.format not in _JPEG or bool(image.info.get("progressive"))
    if width * height > (bounds.max_pixels_whole if whole else bounds.max_pixels):
        return QualityReason.TOO_LARGE
    if min(width, height) < bounds.min_side:
        return QualityReason.TOO_SMALL
    if image.format not in _JPEG and getattr(image, "n_frames", 1) > 1:
        return QualityReason.NOT_A_PICTURE
    return None


def _pixels(image: Image.Image, bounds: PictureLimits) -> Rgb:
    """Decode, turn upright, reduce."""
    side = bounds.working_side
    image.draft("RGB", (side, side))  # JPEG only: decodes at 1/2, 1/4 or 1/8, never below the size asked
    image.load()
    upright = _upright(image)
    if upright.mode in _SIXTEEN_BIT_MODES:
        wide = np.asarray(upright, dtype=np.float64)
        upright = Image.fromarray(np.clip(wide / 257.0, 0, 255).astype(np.uint8))
    rgb = upright.convert("RGB")
    if max(rgb.size) > side:
        rgb.thumbnail((side, side), Image.Resampling.LANCZOS, reducing_gap=2.0)
    return np.asarray(rgb, dtype=np.uint8).copy()


def _upright(image: Image.Image) -> Image.Image:
    """Turned as its EXIF orientation says.

    The rest of the EXIF data is neither read nor written again: cameras and editors write much that is damaged, and
    the pixels are good all the same. Where the orientation itself cannot be read the picture stays as it lies.
    """
    try:
        turn = _TURNS.get(image.getexif().get(ExifTags.Base.Orientation, 1))
    except Exception:  # as above: any kind of exception
        return image
    return image if turn is None else image.transpose(turn)

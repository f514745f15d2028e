"""A picture from a phone, before it is kept even for a moment: checked, upright, bounded, without metadata.

Place, time and camera in the file are dropped with it; only the pixels go on.
"""

from __future__ import annotations

import io
import struct
import warnings
import zlib

from PIL import Image, ImageOps

from access.domain.enrolment import MAX_SAMPLE_BYTES
from access.domain.errors import InvalidInput

MAX_PIXELS = 50_000_000
MIN_SIDE = 48
WORKING_SIDE = 1600
"""Longer side in pixels to which a larger picture is reduced; the face work looks at less."""
_FORMATS = ("JPEG", "PNG", "WEBP")
_QUALITY = 95
_BROKEN = (
    OSError,
    ValueError,
    SyntaxError,
    EOFError,
    struct.error,
    zlib.error,
    IndexError,
    KeyError,
    TypeError,
    OverflowError,
    MemoryError,
)
_BOMBS = (Image.DecompressionBombError, Image.DecompressionBombWarning)


def clean(picture: bytes) -> bytes:
    """The picture as a JPEG of at most 1600 × 1600 pixels without any metadata.

    Sizes are read from the header before a pixel is decoded, so a decompression bomb costs nothing.

    Raises:
        InvalidInput: ``sample.size`` (empty, over 8 MB, or too many or too few pixels), ``sample.picture`` (not
            a JPEG, PNG or WebP picture).
    """
    if not 0 < len(picture) <= MAX_SAMPLE_BYTES:
        raise InvalidInput("sample.size", "a picture has at most 8 MB", field="picture")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(picture), formats=_FORMATS) as opened:
                _check_size(opened)
                return _upright(opened)
    except _BOMBS as exc:
        raise InvalidInput("sample.size", "too many pixels", field="picture") from exc
    except _BROKEN as exc:
        raise InvalidInput("sample.picture", "not a picture that can be read", field="picture") from exc


def _check_size(opened: Image.Image) -> None:
    width, height = opened.size
    if width * height > MAX_PIXELS or min(width, height) < MIN_SIDE:
        raise InvalidInput("sample.size", "too many or too few pixels", field="picture")


def _upright(opened: Image.Image) -> bytes:
    opened.draft("RGB", (WORKING_SIDE, WORKING_SIDE))
    turned = ImageOps.exif_transpose(opened).convert("RGB")
    turned.thumbnail((WORKING_SIDE, WORKING_SIDE))
    bare = Image.new("RGB", turned.size)
    bare.paste(turned)
    out = io.BytesIO()
    bare.save(out, "JPEG", quality=_QUALITY)
    return out.getvalue()

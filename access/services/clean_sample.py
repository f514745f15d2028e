"""A picture from a phone, before it is kept even for a moment: checked, upright, bounded, without metadata.

Place, time and camera in the file are dropped with it; only the pixels go on.
"""

from __future__ import annotations

import io
import warnings

from PIL import ExifTags, Image, ImageOps

from access.domain.enrolment import MAX_SAMPLE_BYTES
from access.domain.errors import InvalidInput

MAX_PIXELS = 50_000_000
MAX_PIXELS_WHOLE = 16_000_000
"""Of PNG, WebP and progressive JPEG, which the decoder holds whole; other JPEG it reduces while it reads."""
MIN_SIDE = 48
WORKING_SIDE = 1600
"""Longer side in pixels to which a larger picture is reduced; the face work looks at less."""
_FORMATS = ("JPEG", "PNG", "WEBP")
_JPEG = ("JPEG", "MPO")
"""MPO is a JPEG with further pictures behind the first, as many phones write; the first is the photo."""
_HEIF_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1", b"avif"})
_QUALITY = 95
_BOMBS = (Image.DecompressionBombError, Image.DecompressionBombWarning)


def clean(picture: bytes) -> bytes:
    """The picture as a JPEG of at most 1600 × 1600 pixels without any metadata.

    Sizes are read from the header before a pixel is decoded, so a decompression bomb costs nothing.

    Raises:
        InvalidInput: ``sample.size`` (over 8 MB, or too many pixels), ``sample.small`` (too few pixels),
            ``sample.heic`` (what iPhones save), ``sample.picture`` (empty, or not a
            JPEG, PNG or WebP picture).
    """
    if len(picture) > MAX_SAMPLE_BYTES:
        raise InvalidInput("sample.size", "a picture has at most 8 MB", field="picture")
    if picture[4:8] == b"ftyp" and picture[8:12] in _HEIF_BRANDS:
        raise InvalidInput("sample.heic", "HEIC cannot be read", field="picture")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(picture), formats=_FORMATS) as opened:
                _check_size(opened)
                return _upright(opened)
    except _BOMBS as exc:
        raise InvalidInput("sample.size", "too many pixels", field="picture") from exc
    except InvalidInput:
        raise
    except Exception as exc:  # Pillow raises of every kind on damaged files
        raise InvalidInput("sample.picture", "not a picture that can be read", field="picture") from exc


def _check_size(opened: Image.Image) -> None:
    width, height = opened.size
    whole = opened.format not in _JPEG or bool(opened.info.get("progressive"))
    if width * height > (MAX_PIXELS_WHOLE if whole else MAX_PIXELS):
        raise InvalidInput("sample.size", "too many pixels", field="picture")
    if min(width, height) < MIN_SIDE:
        raise InvalidInput("sample.small", "too few pixels", field="picture")


def _upright(opened: Image.Image) -> bytes:
    opened.draft("RGB", (WORKING_SIDE, WORKING_SIDE))
    bare = Image.new("RGB", opened.size)
    bare.paste(opened.convert("RGB"))
    bare.getexif()[ExifTags.Base.Orientation] = _orientation(opened)
    turned = ImageOps.exif_transpose(bare)
    turned.thumbnail((WORKING_SIDE, WORKING_SIDE))
    out = io.BytesIO()
    turned.save(out, "JPEG", quality=_QUALITY)
    return out.getvalue()


def _orientation(opened: Image.Image) -> int:
    """As EXIF states it; upright where its data are damaged, as much of what cameras and editors write is."""
    try:
        return int(opened.getexif().get(ExifTags.Base.Orientation, 1))
    except Exception:  # as above: of every kind
        return 1

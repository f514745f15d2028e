"""Pictures at the gate: codes read by zxing-cpp, face frames made small, upright and free of EXIF.

Nothing here writes a file: a frame lives in memory until it has been sent.
"""

from __future__ import annotations

import io

import zxingcpp
from PIL import Image, ImageOps, UnidentifiedImageError

from access.domain.errors import InvalidInput

MAX_BYTES = 12 * 1024 * 1024
MAX_PIXELS = 40_000_000
FACE_SIDE = 960
"""Longest side of a face frame, pixels: a face at arm's length still spans more than the network's input."""
FILM_SIDE = 640
"""Longest side of a frame of a film that answers a challenge."""
_CODE_SIDE = 1_600
_JPEG_QUALITY = 90


def open_picture(raw: bytes) -> Image.Image:
    """A decoded picture, turned upright as its EXIF says.

    Raises:
        InvalidInput: ``picture.size`` or ``picture.format``.
    """
    if len(raw) > MAX_BYTES:
        raise InvalidInput("picture.size", f"a picture is at most {MAX_BYTES // 1024 // 1024} MB", field="picture")
    try:
        picture = Image.open(io.BytesIO(raw), formats=("JPEG", "PNG", "WEBP", "BMP", "GIF"))
        if picture.width * picture.height > MAX_PIXELS:
            raise InvalidInput("picture.size", "the picture has too many pixels", field="picture")
        return ImageOps.exif_transpose(picture).convert("RGB")
    except Image.DecompressionBombError as exc:
        raise InvalidInput("picture.size", "the picture has too many pixels", field="picture") from exc
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError) as exc:
        raise InvalidInput("picture.format", "this is not a picture that can be read", field="picture") from exc


def code_in(picture: Image.Image) -> str | None:
    """Text of the first QR code in a picture; None when there is none that can be read."""
    grey = picture.convert("L")
    grey.thumbnail((_CODE_SIDE, _CODE_SIDE))
    found = zxingcpp.read_barcodes(grey, formats=zxingcpp.barcode_formats_from_str("QRCode"))
    return next((code.text for code in found if code.valid and code.text), None)


def face_frame(picture: Image.Image, side: int = FACE_SIDE) -> bytes:
    """JPEG of a picture, at most `side` pixels a side, without metadata."""
    small = picture.copy()
    small.thumbnail((side, side))
    buffer = io.BytesIO()
    small.save(buffer, "JPEG", quality=_JPEG_QUALITY)
    return buffer.getvalue()

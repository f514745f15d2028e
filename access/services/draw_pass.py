"""A pass as a picture: a QR code (ISO/IEC 18004) with the quiet zone that readers need."""

from __future__ import annotations

import io

import qrcode
from qrcode.constants import ERROR_CORRECT_M
from qrcode.image.base import BaseImage
from qrcode.image.pil import PilImage
from qrcode.image.svg import SvgPathImage

_QUIET_MODULES = 4
_PNG_MODULE_PIXELS = 8


def svg(text: str) -> bytes:
    """An SVG that scales to any size; error correction level M (15 %)."""
    return _drawn(text, SvgPathImage)


def png(text: str) -> bytes:
    """A PNG, 8 pixels a module."""
    return _drawn(text, PilImage)


def _drawn(text: str, factory: type[BaseImage]) -> bytes:
    code = qrcode.QRCode(error_correction=ERROR_CORRECT_M, box_size=_PNG_MODULE_PIXELS, border=_QUIET_MODULES)
    code.add_data(text)
    out = io.BytesIO()
    code.make_image(image_factory=factory).save(out)
    return out.getvalue()

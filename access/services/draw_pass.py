"""A pass as a picture: a QR code (ISO/IEC 18004) with the quiet zone that readers need.

Error correction is level L (7 %). What scanners meet is a small, blurred code on a whole screen: with 37 modules
instead of level M's 41 each module is larger, and far more of such pictures are read (docs/gates/drivers.md).
"""

from __future__ import annotations

import io

import qrcode
from qrcode.constants import ERROR_CORRECT_L
from qrcode.image.base import BaseImage
from qrcode.image.pil import PilImage
from qrcode.image.svg import SvgPathImage

_QUIET_MODULES = 4
_PNG_MODULE_PIXELS = 8


def svg(text: str) -> bytes:
    """An SVG that scales to any size."""
    return _drawn(text, SvgPathImage)


def png(text: str) -> bytes:
    """A PNG, 8 pixels a module."""
    return _drawn(text, PilImage)


def _drawn(text: str, factory: type[BaseImage]) -> bytes:
    code = qrcode.QRCode(error_correction=ERROR_CORRECT_L, box_size=_PNG_MODULE_PIXELS, border=_QUIET_MODULES)
    code.add_data(text)
    out = io.BytesIO()
    code.make_image(image_factory=factory).save(out)
    return out.getvalue()

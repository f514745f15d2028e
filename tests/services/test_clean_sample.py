"""Pictures from phones: bounded, upright, without place and time; what is no picture is refused."""

from __future__ import annotations

import io
import struct
import zlib

import pytest
from PIL import Image

from access.domain.errors import InvalidInput
from access.services.clean_sample import WORKING_SIDE, clean

_ORIENTATION, _GPS = 0x0112, 0x8825


def encoded(size: tuple[int, int], kind: str = "JPEG", exif: Image.Exif | None = None) -> bytes:
    image = Image.new("RGB", size, "white")
    image.paste("red", (0, 0, size[0] // 2, size[1] // 2))
    out = io.BytesIO()
    image.save(out, kind, **({"exif": exif} if exif is not None else {}))
    return out.getvalue()


def opened(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_pictures_become_bounded_jpegs(kind: str) -> None:
    result = opened(clean(encoded((3000, 2000), kind)))
    assert result.format == "JPEG"
    assert max(result.size) == WORKING_SIDE


def test_turned_pictures_stand_upright_and_lose_place_and_time() -> None:
    exif = Image.Exif()
    exif[_ORIENTATION] = 6
    exif.get_ifd(_GPS)[2] = (31.0, 12.0, 0.0)
    exif[0x0132] = "2026:01:01 00:00:00"
    raw = encoded((400, 200), exif=exif)
    assert len(opened(raw).getexif()) > 0
    result = opened(clean(raw))
    assert result.size == (200, 400)
    assert len(result.getexif()) == 0
    assert "exif" not in result.info


def bomb() -> bytes:
    """A PNG of a few bytes whose header claims 30000 × 30000 pixels."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", 30_000, 30_000, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0")) + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "sample.size"),
        (b"\0" * (8 * 1024 * 1024 + 1), "sample.size"),
        (bomb(), "sample.size"),
        (encoded((20, 400)), "sample.size"),
        (b"not a picture", "sample.picture"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "sample.picture"),
        (encoded((400, 400))[:200], "sample.picture"),
        (encoded((64, 64), "GIF"), "sample.picture"),
        (encoded((64, 64), "TIFF"), "sample.picture"),
    ],
)
def test_what_is_refused(data: bytes, code: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        clean(data)
    assert caught.value.code == code

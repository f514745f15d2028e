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


def test_a_phones_multi_picture_file_gives_its_first_picture() -> None:
    out = io.BytesIO()
    first = Image.new("RGB", (6000, 4000), "red")
    first.save(out, "MPO", save_all=True, append_images=[Image.new("RGB", (64, 64), "blue")])
    result = opened(clean(out.getvalue()))
    assert max(result.size) == WORKING_SIDE
    assert result.getpixel((100, 100))[0] > 200


def test_damaged_exif_costs_nobody_their_picture() -> None:
    exif = Image.Exif()
    exif[_ORIENTATION] = 6
    exif[0x010F] = "a camera's maker"  # a text, which then says that it is a fraction
    raw = bytearray(encoded((400, 200), exif=exif))
    entry = raw.index(b"\x01\x0f\x00\x02")
    raw[entry + 3], raw[entry + 7] = 5, 1
    assert opened(clean(bytes(raw))).size == (200, 400)


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
        (b"", "sample.picture"),
        (b"\0" * (8 * 1024 * 1024 + 1), "sample.size"),
        (bomb(), "sample.size"),
        (encoded((20, 400)), "sample.small"),
        (encoded((5000, 4000), "PNG"), "sample.size"),
        (b"\0\0\0\x18ftypheic" + bytes(40), "sample.heic"),
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

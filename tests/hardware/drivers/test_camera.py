"""The camera driver on films and pictures: codes by zxing-cpp, faces only when near, bad pictures told."""

from __future__ import annotations

import contextlib
import io
import queue
from pathlib import Path

import cv2
import numpy as np
import pytest
import qrcode
from hypothesis import given
from hypothesis import strategies as st
from nacl.signing import SigningKey
from PIL import Image, ImageFilter

from access.domain import passes
from access.domain.errors import InvalidInput
from hardware.drivers.camera.camera import FaceWatch, OpenCvCamera
from hardware.drivers.camera.pictures import MAX_BYTES, code_in, face_frame, open_picture
from hardware.drivers.ports import DriverError


def _pass_picture(side: int = 420) -> tuple[str, Image.Image]:
    """A resident's pass as the phone draws it."""
    seed = bytes(SigningKey.generate())
    body = passes.PassBody(1, "0123456789abcdef", 7, 1, 1_800_000_000_000, 1440, 0)
    text = passes.roll(passes.signed_bytes(body, seed), b"k" * 32, 1_800_000_100_000)
    code = qrcode.QRCode(error_correction=qrcode.ERROR_CORRECT_M, border=4)
    code.add_data(text)
    return text, code.make_image().get_image().convert("RGB").resize((side, side), Image.Resampling.LANCZOS)


@pytest.mark.parametrize("angle", [0, 17, 45, 90, 200])
@pytest.mark.parametrize("side", [220, 420])
def test_a_pass_is_read_turned_and_blurred(angle: int, side: int) -> None:
    text, picture = _pass_picture(side)
    room = Image.new("RGB", (640, 640), "white")
    room.paste(picture, (110, 110))
    turned = room.rotate(angle, fillcolor="white", resample=Image.Resampling.BICUBIC)
    assert code_in(turned.filter(ImageFilter.GaussianBlur(0.8))) == text


def _film(path: Path, picture: Image.Image) -> str:
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 10, picture.size)
    for _ in range(10):
        writer.write(cv2.cvtColor(np.asarray(picture), cv2.COLOR_RGB2BGR))
    writer.release()
    return str(path)


def test_a_camera_goes_on_after_what_nobody_thought_of(tmp_path: Path) -> None:
    text, picture = _pass_picture()
    camera, codes = OpenCvCamera(_film(tmp_path / "film.avi", picture), faces=False), queue.SimpleQueue[str]()

    def stumble(code: str) -> None:
        codes.put(code)
        if codes.qsize() == 1:
            raise ValueError("not thought of")

    camera.on_code(stumble)
    camera.on_face(lambda _: None)
    assert codes.get(timeout=20) == text
    codes.put("")
    assert [codes.get(timeout=20) for _ in range(2)] == ["", text]
    camera.close()


def test_a_film_of_a_pass_gives_its_text(tmp_path: Path) -> None:
    text, picture = _pass_picture()
    camera, codes = OpenCvCamera(_film(tmp_path / "film.avi", picture), faces=False), queue.SimpleQueue[str]()
    camera.on_code(codes.put)
    camera.on_face(lambda _: None)
    assert codes.get(timeout=20) == text
    camera.close()


def test_an_absent_camera_is_told(tmp_path: Path) -> None:
    with pytest.raises(DriverError, match="does not open"):
        OpenCvCamera(str(tmp_path / "none.avi"), faces=False)


def test_nobody_in_front_of_the_camera_sends_nothing() -> None:
    watch = FaceWatch()
    wall = Image.effect_noise((640, 480), 40).convert("RGB")
    assert all(watch.see(wall) == [] for _ in range(10))


def test_a_picture_is_turned_upright_and_loses_its_metadata() -> None:
    picture, exif = Image.new("RGB", (1600, 1200), "grey"), Image.Exif()
    exif[0x0112] = 6
    exif.get_ifd(0x8825)[1] = "N"
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", exif=exif)
    upright = open_picture(buffer.getvalue())
    assert upright.size == (1200, 1600)
    sent = Image.open(io.BytesIO(face_frame(upright)))
    assert (sent.size, len(sent.getexif())) == ((720, 960), 0)


@given(raw=st.binary(max_size=400))
def test_no_bytes_break_the_decoder(raw: bytes) -> None:
    for start in (b"", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe0", b"GIF89a", b"BM", b"RIFF\0\0\0\0WEBP"):
        with contextlib.suppress(InvalidInput):
            open_picture(start + raw)


def test_a_bomb_and_a_heavy_file_are_refused_unread() -> None:
    bomb = io.BytesIO()
    Image.new("1", (20_000, 20_000)).save(bomb, "PNG")
    for raw in (bomb.getvalue(), b"\xff\xd8" + b"\0" * MAX_BYTES):
        with pytest.raises(InvalidInput, match=r"pixels|at most") as refused:
            open_picture(raw)
        assert refused.value.code == "picture.size"


def test_somebody_who_looks_in_from_near_gives_three_frames() -> None:
    portrait = Path("models/pictures/obama.jpg")
    if not portrait.exists():
        pytest.skip("the demo pictures are not fetched: make setup")
    watch, picture = FaceWatch(), open_picture(portrait.read_bytes())
    assert [len(watch.see(picture)) for _ in range(4)] == [0, 0, 3, 0]
    far = Image.new("RGB", (picture.width * 6, picture.height * 6), "grey")
    far.paste(picture)
    assert all(watch.see(far) == [] for _ in range(4))


def test_a_film_is_taken_when_asked_for_and_codes_wait(tmp_path: Path) -> None:
    _, picture = _pass_picture(side=800)
    path = tmp_path / "film.avi"
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 10, picture.size)
    for _ in range(60):
        writer.write(cv2.cvtColor(np.asarray(picture), cv2.COLOR_RGB2BGR))
    writer.release()
    camera = OpenCvCamera(str(path), faces=False)
    camera.on_face(lambda _: None)
    frames = camera.film(4, 0.0)
    camera.close()
    assert [Image.open(io.BytesIO(frame)).size for frame in frames] == [(640, 640)] * 4


def test_a_camera_that_gives_nothing_is_not_waited_for_without_end(tmp_path: Path) -> None:
    _, picture = _pass_picture()
    path = tmp_path / "film.avi"
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 10, picture.size)
    writer.write(cv2.cvtColor(np.asarray(picture), cv2.COLOR_RGB2BGR))
    writer.release()
    camera = OpenCvCamera(str(path), faces=False)
    assert camera.film(4, 0.0) == []
    camera.close()

"""A camera through OpenCV: codes are read from every frame; a face that stays near gives a few frames.

Frames live in memory only. Nothing is sent unless somebody stands close and looks into the camera for three
frames in a row, and then nothing again for a while. OpenCV is asked for only where a camera is wired.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import cv2
import numpy as np
import structlog
from PIL import Image

from hardware.drivers.camera.pictures import FILM_SIDE, code_in, face_frame
from hardware.drivers.ports import DriverError
from hardware.drivers.presence import Presence

log = structlog.get_logger(__name__)

_CASCADE = "data/haarcascade_frontalface_default.xml"
_FRAMES = 3
_LOOK_SECONDS = 0.1
_AGAIN_SECONDS = 2.0
_QUIET_SECONDS = 5.0
"""After a face was taken: time to read the screen and walk through."""
_FILM_SLACK_SECONDS = 2.0
"""A camera that gives no frames is not waited for longer."""
_SMALL_SIDE = 320
_NEAREST_SHARE = 0.2
"""Share of the picture's height that a face near enough fills."""


class FaceWatch:
    """Says when somebody looks in from near: a frontal face in `_FRAMES` frames in a row."""

    def __init__(self) -> None:
        self._cascade = cv2.CascadeClassifier(str(Path(cv2.__file__).parent / _CASCADE))
        if self._cascade.empty():
            raise DriverError("OpenCV's face cascade is missing")
        self._kept: list[Image.Image] = []

    def see(self, picture: Image.Image) -> list[Image.Image]:
        """One frame; the kept frames once there are enough, else none."""
        if not self._is_near(picture):
            self._kept.clear()
            return []
        self._kept.append(picture)
        if len(self._kept) < _FRAMES:
            return []
        taken, self._kept = self._kept, []
        return taken

    def _is_near(self, picture: Image.Image) -> bool:
        small = picture.convert("L")
        small.thumbnail((_SMALL_SIDE, _SMALL_SIDE))
        least = int(small.height * _NEAREST_SHARE)
        return len(self._cascade.detectMultiScale(np.asarray(small), 1.1, 5, minSize=(least, least))) > 0


class _Filming:
    """Frames that somebody waits for, one every so often."""

    def __init__(self, count: int, every: float) -> None:
        self.frames: list[Image.Image] = []
        self.full = threading.Event()
        self._count, self._every, self._next = count, every, 0.0

    def see(self, picture: Image.Image) -> None:
        if time.monotonic() < self._next or self.full.is_set():
            return
        self._next = time.monotonic() + self._every
        self.frames.append(picture)
        if len(self.frames) >= self._count:
            self.full.set()


class OpenCvCamera:
    def __init__(self, device: int | str = 0, faces: bool = True) -> None:
        """Open the camera.

        Args:
            device: number or path; an address of a network camera, or a film.
            faces: whether to watch for faces as well as for codes.

        Raises:
            DriverError: the camera does not open.
        """
        self._device = device
        self._presence = Presence("camera", device)
        self._watch = FaceWatch() if faces else None
        self._codes: list[Callable[[str], None]] = []
        self._faces: list[Callable[[Sequence[bytes]], None]] = []
        self._stop = threading.Event()
        self._quiet_until = 0.0
        self._filming: _Filming | None = None
        self._capture = self._open()
        self._thread = threading.Thread(target=self._run, name="camera", daemon=True)

    def on_code(self, listener: Callable[[str], None]) -> None:
        self._codes.append(listener)

    def on_face(self, listener: Callable[[Sequence[bytes]], None]) -> None:
        """Watching begins with the first listener."""
        self._faces.append(listener)
        if not self._thread.is_alive():
            self._thread.start()

    def film(self, count: int, every_seconds: float) -> Sequence[bytes]:
        """See the port; the film is smaller than single pictures, for there are many."""
        filming = self._filming = _Filming(count, every_seconds)
        filming.full.wait(count * every_seconds + _FILM_SLACK_SECONDS)
        self._filming = None
        self._quiet_until = time.monotonic() + _QUIET_SECONDS
        return [face_frame(one, FILM_SIDE) for one in list(filming.frames)]

    def close(self) -> None:
        self._stop.set()

    def _open(self) -> cv2.VideoCapture:
        capture = cv2.VideoCapture(self._device)
        if not capture.isOpened():
            raise DriverError(f"camera {self._device} does not open")
        return capture

    def _run(self) -> None:
        while not self._stop.wait(_LOOK_SECONDS):
            try:
                self._take()
            except Exception:
                # A frame that nobody thought of must not blind the gate until somebody comes.
                log.exception("camera.stumbled")
                self._reopen()
        self._capture.release()

    def _take(self) -> None:
        read, frame = self._capture.read()
        if not read:
            self._presence.lost("no picture")
            self._reopen()
            return
        self._presence.here()
        self._look(Image.fromarray(cv2.cvtColor(frame, cv2.COLOR_BGR2RGB)))

    def _look(self, picture: Image.Image) -> None:
        filming = self._filming
        if filming is not None:
            filming.see(picture)
            return
        text = code_in(picture)
        if text is not None:
            for listener in self._codes:
                listener(text)
            return
        if self._watch is None or time.monotonic() < self._quiet_until:
            return
        taken = self._watch.see(picture)
        if taken:
            self._quiet_until = time.monotonic() + _QUIET_SECONDS
            frames = [face_frame(one) for one in taken]
            for receiver in self._faces:
                receiver(frames)

    def _reopen(self) -> None:
        self._capture.release()
        if self._stop.wait(_AGAIN_SECONDS):
            return
        try:
            self._capture = self._open()
        except DriverError as exc:
            self._presence.lost(exc)

"""Scanners over a pseudo terminal and a pipe: whole lines only, noise let go, an unplugged one awaited."""

from __future__ import annotations

import contextlib
import os
import queue
import string
import tty
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st
from structlog.testing import capture_logs

from hardware.drivers.keyboard_scanner.scanner import (
    EV_KEY,
    EVENT,
    KEY_ENTER,
    MAX_CHARACTERS,
    PLAIN,
    SHIFTED,
    KeyboardScanner,
    Typist,
)
from hardware.drivers.presence import Presence
from hardware.drivers.serial_scanner.scanner import SerialScanner

_BASE45 = string.digits + string.ascii_uppercase + " $%*+-./:"
_SHIFT = 42


def test_a_serial_scanner_gives_whole_codes() -> None:
    master, slave = os.openpty()
    for end in (master, slave):
        tty.setraw(end)
    scanner, codes = SerialScanner(os.ttyname(slave)), queue.SimpleQueue[str]()
    scanner.on_code(codes.put)
    while True:  # opening the port throws away what came before
        os.write(master, b"HELLO\r")
        with contextlib.suppress(queue.Empty):
            codes.get(timeout=0.2)
            break
    os.write(master, b"STOP\r")
    while codes.get(timeout=10) != "STOP":
        continue
    os.write(master, b"G1:ABC")
    os.write(master, b"DEF\r\n\r\n\xff\xfe\r" + b"x" * (MAX_CHARACTERS + 50) + b"\rG2:XYZ\n")
    assert [codes.get(timeout=10) for _ in range(2)] == ["G1:ABCDEF", "G2:XYZ"]
    scanner.close()


def test_a_device_that_is_away_is_told_once_and_once_when_it_is_back() -> None:
    presence = Presence("scanner", "/dev/scanner")
    with capture_logs() as logs:
        for act in (presence.lost, presence.lost, presence.here, presence.here, presence.lost):
            act()
    assert [entry["event"] for entry in logs] == ["scanner.lost", "scanner.here", "scanner.lost"]


def _typed(text: str) -> bytes:
    raw = b""
    for letter in text:
        shifted = letter not in PLAIN.values()
        table = SHIFTED if shifted else PLAIN
        code = next(key for key, value in table.items() if value == letter)
        for key in [_SHIFT] * shifted + [code]:
            raw += EVENT.pack(0, 0, EV_KEY, key, 1)
        for key in [code] + [_SHIFT] * shifted:
            raw += EVENT.pack(0, 0, EV_KEY, key, 0)
    return raw + EVENT.pack(0, 0, EV_KEY, KEY_ENTER, 1)


def test_a_typing_scanner_is_read_from_its_event_device(tmp_path: Path) -> None:
    pipe = tmp_path / "event0"
    os.mkfifo(pipe)
    scanner, codes = KeyboardScanner(str(pipe)), queue.SimpleQueue[str]()
    scanner.on_code(codes.put)
    with pipe.open("wb") as device:
        device.write(_typed("G1:A B/9*"))
        device.flush()
        assert codes.get(timeout=10) == "G1:A B/9*"
        scanner.close()


@given(text=st.text(_BASE45, min_size=1, max_size=160))
def test_every_letter_of_a_pass_can_be_typed(text: str) -> None:
    typist, raw = Typist(), _typed(text)
    lines = [typist.take(*EVENT.unpack(raw[n : n + EVENT.size])[2:]) for n in range(0, len(raw), EVENT.size)]
    assert [line for line in lines if line is not None] == [text]


@given(events=st.lists(st.tuples(st.integers(0, 3), st.integers(0, 700), st.integers(-2, 2)), max_size=300))
def test_no_event_breaks_the_typist(events: list[tuple[int, int, int]]) -> None:
    typist = Typist()
    for event in events:
        line = typist.take(*event)
        assert line is None or 0 < len(line) <= MAX_CHARACTERS

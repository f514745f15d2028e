"""Our OSDP driver against libosdp's own reader (PD), over a pseudo terminal that can be corrupted and unplugged."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import osdp
import pytest
from hypothesis import given
from hypothesis import strategies as st

from access.domain.errors import InvalidInput
from access.domain.reasons import Words
from hardware.agent.screen import Screens
from hardware.drivers.osdp.cards import ASCII, RAW, WIEGAND, keys_of, number_of
from hardware.drivers.osdp.line import line_of
from hardware.drivers.osdp.reader import OsdpPanel, read_key
from hardware.drivers.ports import CardRead, Display, DriverError
from tests.hardware.drivers.osdp_line import Wire, WiredReader, wiegand26


class _Told:
    """A panel as a screen."""

    def __init__(self, panel: OsdpPanel) -> None:
        self.show = panel.signal


@pytest.fixture(scope="module")
def reader() -> Iterator[WiredReader]:
    made = WiredReader()
    assert made.panel.wait_secure(20)
    yield made
    made.close()


def test_a_card_and_keys_come_through_the_secure_channel(reader: WiredReader) -> None:
    assert reader.hold_card(wiegand26(123, 45678), 26) == CardRead("7BB26E")
    reader.type(b"47\x7f")
    assert reader.keys.get(timeout=10) == "47*"
    reader.type(b"\x0d")
    assert reader.keys.get(timeout=10) == "#"


def test_the_relay_fires_when_the_reader_took_the_command(reader: WiredReader) -> None:
    reader.panel.output(5, 3_000)
    command = reader.commands.get(timeout=10)
    assert (command["output_no"], command["control_code"], command["timer_count"]) == (0, 5, 30)


def test_no_card_is_kept_once_it_was_told(reader: WiredReader) -> None:
    for number in range(3):
        reader.hold_card(wiegand26(7, number), 26)
    assert reader.line._cp.event_queue[0].empty()


@pytest.mark.parametrize(
    ("phase", "colour", "beeps"),
    [("granted", osdp.CommandLEDColor.Green, 1), ("denied", osdp.CommandLEDColor.Red, 3)],
)
def test_light_and_buzzer_tell_the_outcome(reader: WiredReader, phase: str, colour: int, beeps: int) -> None:
    Screens([_Told(reader.panel)]).show(Display(phase, Words("请", "Please")))
    light, sound = reader.commands.get(timeout=10), reader.commands.get(timeout=10)
    assert (light["command"], light["on_color"], light["temporary"]) == (osdp.Command.LED, colour, 1)
    assert (sound["command"], sound["rep_count"]) == (osdp.Command.Buzzer, beeps)


def test_a_light_that_is_done_is_not_taken_for_the_relay(reader: WiredReader) -> None:
    reader.panel.signal(Display("granted", Words("请", "Please")))
    reader.panel.output(5, 1_000)
    seen = [reader.commands.get(timeout=10)["command"] for _ in range(3)]
    assert seen == [osdp.Command.LED, osdp.Command.Buzzer, osdp.Command.Output]
    assert reader.panel._finished.empty()


def test_after_a_cut_and_a_corrupted_line_the_watchdog_brings_it_back(reader: WiredReader) -> None:
    reader.channel.cut = True
    with pytest.raises(DriverError):
        reader.panel.output(5, 1_000)
    reader.channel.cut = False
    reader.channel.corrupt = 2
    assert reader.panel.wait_restarted(60)
    assert reader.panel.wait_secure(60)
    assert reader.hold_card(wiegand26(9, 9), 26) == CardRead("090009")


def test_two_readers_share_a_line_each_with_its_own_cards_and_output() -> None:
    wire = Wire()
    first = WiredReader(wire=wire, address=0)
    second = WiredReader(first.line, wire, address=1)
    try:
        assert first.panel.wait_secure(30)
        assert second.panel.wait_secure(30)
        for reader, other, number in ((first, second, 1), (second, first, 2)):
            assert reader.hold_card(wiegand26(9, number), 26) == CardRead(f"09000{number}")
            reader.panel.output(5, 1_000)
            assert reader.commands.get(timeout=10)["command"] == osdp.Command.Output
            assert other.commands.empty()
            assert other.cards.empty()
        second.channel.cut = True
        assert second.panel.wait_restarted(60)
        assert first.hold_card(wiegand26(9, 3), 26) == CardRead("090003")
        with pytest.raises(DriverError, match="another reader's"):
            OsdpPanel(first.line, 1, bytes(16))
        with pytest.raises(DriverError, match="0 to 126"):
            OsdpPanel(first.line, 127, bytes(16))
    finally:
        for one in (second, first):
            one.close()


def test_one_line_has_one_speed() -> None:
    assert line_of("/dev/nowhere", 9600) is line_of("/dev/nowhere", 9600)
    with pytest.raises(DriverError, match="one speed"):
        line_of("/dev/nowhere", 115_200)


def test_a_process_with_a_reader_ends_when_it_is_done() -> None:
    wire = Wire()
    script = "import sys\nfrom hardware.drivers.osdp.line import OsdpLine\n"
    script += "from hardware.drivers.osdp.reader import OsdpPanel\n"
    script += "OsdpPanel(OsdpLine(sys.argv[1], 9600), 0, bytes(16))\n"
    subprocess.run([sys.executable, "-c", script, wire.port], check=True, timeout=60)


def test_a_wrong_key_never_gets_a_secure_channel(tmp_path: Path) -> None:
    key = tmp_path / "scbk"
    key.write_text("00" * 16, encoding="ascii")
    key.chmod(0o644)
    with pytest.raises(DriverError, match="chmod"):
        read_key(key)
    key.chmod(0o600)
    assert read_key(key) == bytes(16)
    key.write_text("00" * 15, encoding="ascii")
    with pytest.raises(DriverError, match="32 hexadecimal"):
        read_key(key)


@given(kind=st.sampled_from([RAW, WIEGAND, ASCII, 7]), length=st.integers(0, 600), data=st.binary(max_size=80))
def test_no_card_event_breaks_the_driver(kind: int, length: int, data: bytes) -> None:
    try:
        number = number_of(kind, length, data)
    except InvalidInput:
        return
    assert 4 <= len(number) <= 20


@given(data=st.binary(max_size=80))
def test_keys_are_digits_clear_and_enter_alone(data: bytes) -> None:
    assert set(keys_of(data)) <= set("0123456789*#")
